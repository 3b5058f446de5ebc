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


def test_head_is_answered_where_get_is_or_refused_as_a_problem(sample_api):
    response = sample_api.head("/health")
    assert response.status_code in {200, 405}
    assert response.text == ""


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
