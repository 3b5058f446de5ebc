"""What surrounds the routes: readiness, documentation, metrics, new versions while running."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from almazara import artifacts
from almazara.app import movies
from almazara.movies import building
from problems import is_problem
from sample_catalog import Made, app_over, served, settings_for, write_raw
from waiting import no_progress, wait_for

pytestmark = pytest.mark.server


def series(api):
    """The metrics as {(name, labels): value}."""
    families = text_string_to_metric_families(api.get("/metrics").text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_health_names_the_version_and_the_sample(sample_api):
    health = sample_api.get("/health").json()
    assert health["estado"] == "vivo"
    assert health["versiones_rechazadas"] == []
    assert health["peliculas"]["muestra"] is True
    assert health["peliculas"]["cantidad"] > 1900
    assert "muestra inventada" in health["mensaje"]


def test_ready_answers_once_there_is_a_catalog(sample_api):
    assert sample_api.get("/ready").status_code == 200


def test_before_the_first_build_the_process_lives_but_is_not_ready(tmp_path):
    (tmp_path / "empty").mkdir()
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as api:
        assert api.get("/health").status_code == 200
        assert api.get("/health").json()["peliculas"] is None
        for path in ("/ready", "/score_titulo/Press", "/cantidad_filmaciones_mes/enero"):
            refused = api.get(path)
            assert "almazara up" in is_problem(refused, 503)["detail"]


def test_the_documentation_makes_no_foreign_request(sample_api):
    page = sample_api.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/"), address
        assert sample_api.get(address).status_code == 200, address
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


@pytest.mark.parametrize(
    "path",
    [
        *("/health", "/peliculas", "/peliculas/900007", "/recomendacion/Press?n=3", "/recomendacion/usuario/ana"),
        *("/overview", "/docs", "/openapi.json", "/score_titulo/Pres of Oil", "/buscar", "/nada", "/eventos"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_head_is_answered_as_get_is_without_the_body(sample_api, path, accept):
    headers = {"Accept": accept, "X-Request-ID": "same"}
    head, got = (sample_api.request(method, path, headers=headers) for method in ("HEAD", "GET"))
    own = {"date", "set-cookie", "content-length"} if path == "/health" else {"date", "set-cookie"}
    told = [{name: text for name, text in one.headers.items() if name not in own} for one in (head, got)]
    assert (head.status_code, told[0]) == (got.status_code, told[1])
    assert (head.content, bool(got.content)) == (b"", True)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/peliculas", "GET, HEAD, OPTIONS, POST"),
        ("/peliculas/7", "GET, HEAD, OPTIONS"),
        ("/recomendacion", "GET, HEAD, OPTIONS, POST"),
        ("/recomendacion/Oil/Water", "GET, HEAD, OPTIONS"),
        ("/eventos", "OPTIONS, POST"),
        ("/usuarios/ana", "DELETE, OPTIONS"),
        ("/static-offline-docs/favicon.png", "GET, HEAD, OPTIONS"),
        ("/explorar", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_tells_what_a_path_takes_and_other_sites_nothing_more(sample_api, path, methods):
    answer = sample_api.options(path, headers={"Origin": FOREIGN, "Access-Control-Request-Method": "POST"})
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_options_of_no_path_is_a_problem(sample_api):
    is_problem(sample_api.options("/nada"), 404)


FOREIGN, OTHER = "https://films.example", "https://other.example"


@pytest.fixture(scope="module")
def opened(sample_home, tmp_path_factory):
    """A client of an app that a site may ask from its pages and show in them, and that takes a key for writing."""
    home = tmp_path_factory.mktemp("opened") / "home"
    app = app_over(sample_home, home, cors_origins=FOREIGN, frame_origins=FOREIGN, api_keys="secret-key")
    with served(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/peliculas/900007", "/peliculas/1", "/nada", "/recomendacion/Press?n=0", "/docs"])
def test_pages_of_a_site_that_the_setting_names_may_read_every_answer_and_no_others(opened, path):
    for origin, told in ((FOREIGN, FOREIGN), (OTHER, None), ("", None), (f"{FOREIGN}.evil.example", None)):
        answer = opened.get(path, headers={"Origin": origin} if origin else {})
        assert answer.headers.get("access-control-allow-origin") == told
        assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_learns_what_a_named_site_may_send(opened):
    for origin, methods in ((FOREIGN, "OPTIONS, POST"), (OTHER, None)):
        answer = opened.options("/eventos", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert answer.headers["allow"] == "OPTIONS, POST"
        assert answer.headers.get("access-control-allow-methods") == methods
        told = answer.headers.get("access-control-allow-headers")
        assert told == ("Content-Type, X-API-Key" if methods else None)


@pytest.mark.parametrize("path", ["/", "/nada", "/docs"])
def test_only_a_site_that_the_setting_names_may_show_a_page_in_a_frame(opened, path):
    policy = opened.get(path, headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert policy.endswith(f"; frame-ancestors {FOREIGN}")  # without the setting 'none': tests/web/test_pages.py


def test_requests_are_counted_as_they_came(sample_api):
    before = series(sample_api)
    sample_api.head("/score_titulo/Press")
    sample_api.options("/score_titulo/Press")
    after = series(sample_api)
    grown = [dict(key[1]) for key in after if key[0] == "almazara_requests_total" and after[key] > before.get(key, 0)]
    of_score = {(one["method"], one["status"]) for one in grown if "score_titulo" in one["route"]}
    assert of_score == {("HEAD", "200"), ("OPTIONS", "204")}


def test_a_named_site_writes_with_a_key_alone(opened, sample_home, tmp_path):
    event = {"id": "e", "usuario": "ana", "pelicula": 900007, "tipo": "vista"}
    assert is_problem(opened.post("/eventos", json=event, headers={"Origin": FOREIGN}), 401)
    headers = {"Origin": FOREIGN, "X-API-Key": "secret-key"}
    assert opened.post("/eventos", json=event, headers=headers).status_code == 200
    with served(app_over(sample_home, tmp_path / "home", cors_origins=FOREIGN)) as keyless:
        assert is_problem(keyless.post("/eventos", json=event, headers={"Origin": FOREIGN}), 403)


def test_requests_are_counted_by_route_and_not_by_title(sample_api):
    before = series(sample_api)
    for title in ("Press", "Oil/Water", "nothing of the kind"):
        sample_api.get(f"/score_titulo/{title}")
    after = series(sample_api)
    labels = [dict(key[1]) for key in after if key[0] == "almazara_requests_total"]
    assert not any("Press" in label["route"] for label in labels)
    grown = {key: value - before.get(key, 0) for key, value in after.items() if key[0] == "almazara_requests_total"}
    of_score = {dict(key[1])["status"]: n for key, n in grown.items() if "score_titulo" in dict(key[1])["route"] and n}
    assert of_score == {"200": 2, "404": 1}


def test_strange_paths_and_methods_make_no_new_labels(sample_api):
    sample_api.get("/first/unknown")
    series(sample_api)  # the first asking makes a label of its own
    before = {key for key in series(sample_api) if key[0].startswith("almazara_requests")}
    for number in range(20):
        sample_api.get(f"/unknown/{number}")
        sample_api.request(f"METHOD{number}", f"/unknown/{number}")
    after = {key for key in series(sample_api) if key[0].startswith("almazara_requests")}
    assert after - before == set()


def test_strange_methods_on_known_paths_make_no_new_labels(sample_api):
    sample_api.request("PURGE", "/health")
    before = {key for key in series(sample_api) if key[0].startswith("almazara_requests")}
    for method in ("PROPFIND", "MKCOL", "LOCK", "UNLOCK", "REPORT", "SEARCH", "TRACE"):
        assert sample_api.request(method, "/health").status_code == 405
    after = {key for key in series(sample_api) if key[0].startswith("almazara_requests")}
    assert after - before == set()


def test_the_memory_of_the_process_is_a_metric(sample_api):
    assert series(sample_api)["process_resident_memory_bytes", ()] > 0


def served_version(api):
    return api.get("/health").json()["peliculas"]["version"]


@pytest.fixture
def two_versions(tmp_path):
    """A home with a first version, and a function that publishes a second one, with one film more."""
    home = tmp_path / "made"
    settings = settings_for(home, max_loss_share=1.0)

    def publish(*titles):
        folder = write_raw(tmp_path / "raw", [Made(title) for title in titles])
        return building.build_movies(settings, folder, ratings=None, sample=False, progress=no_progress)

    publish("The Mill")
    return home, publish


def test_a_new_version_is_taken_up_while_running_and_so_is_a_rollback(two_versions, tmp_path):
    home, publish = two_versions
    store = artifacts.open_artifacts(settings_for(home))
    first = store.current("movies").version
    with served(app_over(home, tmp_path / "home", reload_seconds=0.05)) as api:
        assert api.get("/score_titulo/The Olive").status_code == 404
        second = publish("The Mill", "The Olive").version
        wait_for(lambda: served_version(api) == second)
        assert api.get("/score_titulo/The Olive").status_code == 200
        store.rollback("movies")
        wait_for(lambda: served_version(api) == first)
        assert api.get("/score_titulo/The Olive").status_code == 404


@pytest.mark.parametrize("damage", ["truncated", "missing", "no array"])
def test_a_damaged_new_version_is_passed_over_and_the_old_one_stays_in_use(two_versions, tmp_path, damage):
    home, publish = two_versions
    store = artifacts.open_artifacts(settings_for(home))
    first = store.current("movies").version
    second = publish("The Mill", "The Olive")
    store.rollback("movies", first)
    file = second.path / "titles.blob.npy"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-3] if damage == "truncated" else b"no array at all")
    live = movies.live_movies(settings_for(home))
    assert live.refresh()
    store.rollback("movies", second.version)
    assert not live.refresh()
    assert live.version == first
    assert live.current.score("The Mill").titulo == "The Mill"
    third = publish("The Mill", "The Olive", "The Press")
    assert live.refresh()
    assert live.version == third.version


@pytest.mark.parametrize(
    ("path", "said", "near"),
    [
        ("/peliculas?gener=drama", "Esta ruta no tiene el parámetro gener: ¿quería decir genero?", ["genero"]),
        ("/peliculas?Genero=drama", "Esta ruta no tiene el parámetro Genero: ¿quería decir genero?", ["genero"]),
        ("/advice?produkt=1", "Esta ruta no tiene el parámetro produkt: ¿quería decir product?", ["product"]),
        ("/advice?qzx=1&product=1", "Esta ruta no tiene el parámetro qzx; admite deadline_days, product", []),
        ("/ready?qzx=1", "Esta ruta no toma parámetros, tampoco qzx.", []),
        ("/peliculas?gener=drama&lengua=en", "This route has no parameter gener: did you mean genero?", ["genero"]),
        ("/peliculas?" + "x" * 300 + "=1", f"Esta ruta no tiene el parámetro {'x' * 40}; admite", []),
    ],
)
def test_a_parameter_that_a_route_does_not_have_is_refused_with_the_nearest_that_it_has(sample_api, path, said, near):
    answer = sample_api.get(path)
    problem = is_problem(answer, 422)
    assert problem["detail"].startswith(said)
    assert problem["sugerencias"] == near


def test_every_parameter_that_is_described_is_taken(sample_api):
    described = sample_api.get("/openapi.json").json()["paths"]
    for path, methods in described.items():
        for one in methods.get("get", {}).get("parameters", []):
            if one["in"] == "query":
                asked = sample_api.get(path.replace("{", "").replace("}", ""), params={one["name"]: ""})
                assert "no tiene el parámetro" not in asked.text, (path, one["name"])


@pytest.mark.parametrize(("name", "status"), [("language", 404), ("purge", 422)])
def test_who_may_write_is_told_of_a_parameter_that_there_is_not(sample_api, name, status):
    assert sample_api.delete("/alerts/rules/none", params={name: "en"}).status_code == status
