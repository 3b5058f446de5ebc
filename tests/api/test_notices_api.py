"""The route for webhooks of Plex and Jellyfin: who may send, what is kept, and that hostile bodies keep nothing."""

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import log
from almazara.api.films.notices import address
from almazara.keys import Key, fingerprint
from almazara.movies.users import matching
from almazara.movies.users.exports import rows
from almazara.movies.users.notices import Server
from almazara.words.said import is_worded
from made import made_once
from notices import JELLYFIN_RATED, JELLYFIN_STOP, PLEX_RATE, PLEX_SCROBBLE, anything, changed
from problems import is_problem
from sample_catalog import Made, app_over, publish_made, served

pytestmark = pytest.mark.server

KEY = "a-key-for-notices"
FILMS = [
    Made("The Mill", {"imdb_id": "tt0000010", "release_date": "1999-05-01", "vote_count": "90"}),
    Made("The Press", {"release_date": "2005-01-01"}),
]
PICTURE = {"thumb": ("thumb.jpg", b"\xff\xd8" + b"x" * 300_000, "image/jpeg")}
NUMBERS = count()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return made_once(tmp_path_factory, "notices-home", lambda home: publish_made(home, FILMS))


@pytest.fixture(scope="module")
def app(published, tmp_path_factory):
    return app_over(published, tmp_path_factory.mktemp("notices") / "home", writes_per_minute=10**6)


@pytest.fixture(scope="module")
def api(app):
    with served(app) as client:
        yield client


@pytest.fixture(scope="module")
def keyed(published, tmp_path_factory):
    home = tmp_path_factory.mktemp("keyed") / "home"
    with served(app_over(published, home, api_keys=f"another-key,{KEY}", writes_per_minute=40)) as client:
        yield client


@pytest.fixture
def user():
    return f"user-{next(NUMBERS)}"


def as_plex(body, picture=None):
    """The body as Plex sends it."""
    return {"files": {"payload": (None, json.dumps(body), "application/json"), **(picture or {})}}


def plex(api, body=PLEX_SCROBBLE, picture=None, film=None, params=None, **values):
    sent = as_plex(changed(body, "Metadata", film or {}, **values), picture)
    return answered(api.post("/eventos/plex", params=params, **sent))


def jellyfin(api, body=JELLYFIN_STOP, params=None, **values):
    # As the plugin sends it, whose text is plain until a header says otherwise.
    content, headers = json.dumps({**body, **values}).encode(), {"Content-Type": "text/plain; charset=utf-8"}
    return answered(api.post("/eventos/jellyfin", params=params, content=content, headers=headers))


def answered(response):
    assert response.status_code == 200, response.text
    return response.json()


def counts(answer):
    return tuple(answer[name] for name in ("nuevos", "conocidos", "retirados", "omitidos"))


def history(api, user):
    return api.get(f"/recomendacion/usuario/{user}").json()["historial"]


def reasons(api, user):
    films = api.get(f"/recomendacion/usuario/{user}").json()["detalle"]
    return [reason for film in films for reason in film["motivos"]]


def kept(app):
    return app.state.film_users.store.count()


def test_a_scrobble_of_plex_counts_at_once_for_the_user_of_the_account(api):
    answer = plex(api, PLEX_SCROBBLE, PICTURE, Account={"title": "Begoña"})
    assert (answer["usuario"], counts(answer)) == ("Begona", (1, 0, 0, 0))
    assert answer["mensaje"] == "Begona: 1 evento nuevo, 0 conocidos, 0 retirados."
    assert history(api, "Begona") == 1


@pytest.mark.parametrize("send", [plex, jellyfin])
def test_a_repeated_notice_does_not_double(api, user, send):
    answers = [send(api, params={"usuario": user}) for _ in range(3)]
    assert [counts(one) for one in answers] == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]


def test_notices_repeated_at_once_are_kept_once(api, user):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: plex(api, PLEX_RATE, params={"usuario": user}), range(16)))
    assert sum(one["nuevos"] for one in answers) == 1


def test_a_rating_replaces_the_one_before_it_and_one_that_comes_back_counts_again(api, app, user):
    def rate(rating):
        plex(api, PLEX_RATE, rating=rating, film={"lastRatedAt": None}, params={"usuario": user})
        return app.state.film_users.store.of_user(user)[-1].value

    assert [rate(8), rate(4), rate(8), rate(8)] == [4, 2, 4, 4]
    assert len(app.state.film_users.store.of_user(user)) == 3


def test_of_two_ratings_of_one_moment_the_later_received_counts(api, app, user):
    for rating in (8, 4):
        plex(api, PLEX_RATE, rating=rating, params={"usuario": user})
    assert app.state.film_users.store.of_user(user)[-1].value == 2


def test_a_rating_that_is_taken_away_is_gone_and_the_view_and_ratings_from_elsewhere_stay(api, app, user):
    of_user = {"usuario": user}
    elsewhere = {"id": f"own-{user}", "usuario": user, "pelicula": 1, "tipo": "valoracion", "valor": 3}
    answered(api.post("/eventos", json=elsewhere))
    plex(api, PLEX_SCROBBLE, params=of_user)
    plex(api, PLEX_RATE, params=of_user)
    assert counts(plex(api, PLEX_RATE, rating=-1, params=of_user)) == (0, 0, 1, 0)
    events = app.state.film_users.store.of_user(user)
    assert sorted(event.kind for event in events) == ["rating", "view"]
    assert f"own-{user}" in {event.event_id for event in events}


def test_a_favorite_of_jellyfin_is_a_like_until_it_is_none(api, app, user):
    of_user = {"usuario": user}
    assert counts(jellyfin(api, JELLYFIN_RATED, params=of_user)) == (2, 0, 0, 0)
    assert counts(jellyfin(api, JELLYFIN_RATED, Favorite=False, params=of_user)) == (0, 1, 1, 0)
    assert [event.kind for event in app.state.film_users.store.of_user(user)] == ["rating"]


def test_a_form_of_jellyfin_with_texts_alone_counts_the_same(api, user):
    fields = {name: str(value) for name, value in JELLYFIN_STOP.items()}
    answer = answered(api.post("/eventos/jellyfin", params={"usuario": user}, data=fields))
    assert counts(answer) == (1, 0, 0, 0)
    assert counts(jellyfin(api, params={"usuario": user})) == (0, 1, 0, 0)


@pytest.mark.parametrize("event", ["media.play", "media.pause", "media.resume", "media.stop", "library.on.deck"])
def test_other_notices_are_answered_with_why_they_count_as_nothing(api, app, event):
    before = kept(app)
    answer = plex(api, PLEX_SCROBBLE, PICTURE, event=event)
    assert (answer["usuario"], counts(answer)) == (None, (0, 0, 0, 1))
    assert event in answer["mensaje"]
    assert kept(app) == before


def test_a_film_that_is_not_in_the_catalog_is_named_and_not_kept_as_another(api, user):
    other = {"Guid": [{"id": "tmdb://99"}], "title": "The Press", "year": 2005}
    answer = plex(api, film=other, params={"usuario": user, "lengua": "en"})
    assert (answer["usuario"], counts(answer)) == (user, (0, 0, 0, 1))
    assert answer["mensaje"].endswith("“The Press” was not taken: it is not in the catalog.")
    assert history(api, user) == 0


def test_a_film_without_ids_is_found_by_title_and_year_alone_if_surely(api, user):
    bare = {"Provider_tmdb": None, "Provider_imdb": None, "Name": "the press"}
    assert counts(jellyfin(api, **bare, Year=2005, params={"usuario": user})) == (1, 0, 0, 0)
    assert counts(jellyfin(api, **bare, Year=None, params={"usuario": user})) == (0, 0, 0, 1)


def test_an_account_that_makes_no_user_is_answered_with_what_to_do(api, app):
    before = kept(app)
    answer = plex(api, Account={"title": "Ана"})
    assert (answer["usuario"], counts(answer)) == (None, (0, 0, 0, 1))
    assert "usuario=" in answer["mensaje"]
    assert kept(app) == before


def test_one_account_of_a_shared_server_counts_alone(api, user):
    mine = {"usuario": user, "cuenta": "Ana"}
    assert counts(plex(api, Account={"title": "Eva"}, params=mine)) == (0, 0, 0, 1)
    assert counts(plex(api, Account={"title": "Ana"}, params=mine)) == (1, 0, 0, 0)
    assert history(api, user) == 1


def test_a_user_that_is_none_is_refused_also_for_notices_that_would_count(api):
    is_problem(api.post("/eventos/plex", params={"usuario": "a b"}, **as_plex(PLEX_SCROBBLE)), 422)


def test_a_server_that_is_not_understood_is_refused(api):
    is_problem(api.post("/eventos/emby", **as_plex(PLEX_SCROBBLE)), 422)


def hostile_bodies():
    return [
        {"content": b"", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"\x00" * 99, "headers": {"Content-Type": "multipart/form-data; boundary=y; charset=nonsense"}},
        {"files": {"other": (None, "{}")}},
        {"files": {"payload": ("payload.json", b"{}", "application/json")}},
        {"files": {"payload": (None, "no json")}},
        {"files": {"payload": (None, "[" * 100_000)}},
        {"files": [("payload", (None, "{}"))] * 9},
        {"files": [("payload", (None, json.dumps(PLEX_SCROBBLE))), *[("thumb", ("a.jpg", b"x"))] * 3]},
        {"content": b"\xff\xfe"},
        {"content": b"[]"},
        {"content": b"NaN"},
        {"content": b"[" * 100_000},
        {"content": b"a=1&" * 2_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"%ff=%00", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ]


@pytest.mark.parametrize("server", list(Server))
@pytest.mark.parametrize("body", hostile_bodies())
def test_a_body_that_is_no_notice_is_refused_and_nothing_is_kept(api, app, server, body):
    before = kept(app)
    is_problem(api.post(f"/eventos/{server}", **body), 422)
    assert kept(app) == before


def test_a_body_is_read_up_to_its_limit(api, user):
    large = {"thumb": ("thumb.jpg", b"x" * 900_000, "image/jpeg")}
    assert counts(plex(api, picture=large, params={"usuario": user})) == (1, 0, 0, 0)
    larger = {"thumb": ("thumb.jpg", b"x" * 1_100_000, "image/jpeg")}
    problem = is_problem(api.post("/eventos/plex", **as_plex(PLEX_SCROBBLE, larger)), 413)
    assert "1024 KB" in problem["detail"]


@given(
    anything(PLEX_RATE),
    anything(JELLYFIN_RATED),
    st.binary(max_size=200),
    st.sampled_from(["", "multipart/form-data; boundary=b"]),
)
def test_whatever_is_sent_is_answered_or_refused(api, plex_body, jellyfin_body, raw, kind):
    wrapped = b'--b\r\nContent-Disposition: form-data; name="payload"\r\n\r\n' + raw + b"\r\n--b--\r\n"
    responses = [
        api.post("/eventos/plex", params={"usuario": "hostile"}, **as_plex(plex_body)),
        api.post("/eventos/jellyfin", params={"usuario": "hostile"}, json=jellyfin_body),
        api.post("/eventos/plex", content=wrapped if raw[:1] > b"\x80" else raw, headers={"Content-Type": kind}),
    ]
    assert {one.status_code for one in responses} <= {200, 422}


def signed(server=Server.PLEX, user="ana", account=None, key=KEY):
    return address("", server, user, account, Key("media", fingerprint(key)))


def test_with_keys_a_signed_address_may_write_without_a_header(keyed):
    assert counts(answered(keyed.post(signed(), **as_plex(PLEX_SCROBBLE)))) == (1, 0, 0, 0)
    assert KEY not in signed()


@pytest.mark.parametrize(
    "path",
    [
        "/eventos/plex",
        "/eventos/plex?usuario=ana",
        "/eventos/plex?firma=",
        "/eventos/plex?firma=%C3%B1",
        "/eventos/plex?usuario=ana&firma=" + "0" * 64,
        signed(key="a-guess"),
        signed().replace("usuario=ana", "usuario=eva"),
        signed().replace("usuario=ana", "cuenta=ana"),
        signed(account="Ana").replace("&cuenta=Ana", ""),
        signed().replace("plex", "jellyfin"),
        f"/eventos/plex?clave={KEY}",
    ],
)
def test_with_keys_nobody_else_may_and_a_signature_is_of_one_address(keyed, path):
    is_problem(keyed.post(path, **as_plex(PLEX_SCROBBLE)), 401)


def test_the_key_in_its_header_may_send_notices_and_a_signature_may_send_nothing_else(keyed):
    sent = keyed.post("/eventos/jellyfin", json=JELLYFIN_STOP, headers={"X-API-Key": KEY})
    assert answered(sent)["usuario"] == "Ana"
    firma = httpx.URL(signed()).params["firma"]
    is_problem(keyed.delete(f"/usuarios/ana?usuario=ana&firma={firma}"), 401)
    is_problem(keyed.post(f"/eventos?usuario=ana&firma={firma}", json=[]), 401)


def test_a_signed_address_has_a_count_of_requests_of_its_own(keyed):
    path = signed(user="often")
    answers = [keyed.post(path, **as_plex(PLEX_SCROBBLE)).status_code for _ in range(41)]
    assert answers.count(429) == 1
    assert counts(answered(keyed.post(signed(user="seldom"), **as_plex(PLEX_SCROBBLE)))) == (1, 0, 0, 0)


def test_no_key_and_no_signature_is_logged(keyed, caplog, monkeypatch):
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    with caplog.at_level(logging.DEBUG):
        keyed.post(signed(user="quiet"), **as_plex(PLEX_SCROBBLE))
        keyed.post(signed(user="quiet") + "x", content=b"x")
    firma = httpx.URL(signed(user="quiet")).params["firma"]
    own = "".join(record.getMessage() for record in caplog.records if record.name.startswith(("almazara", "uvicorn")))
    assert KEY not in own
    assert firma not in own


def test_without_keys_a_foreign_page_cannot_send_a_form_for_the_one_who_shows_it(api):
    is_problem(api.post("/eventos/plex", headers={"Origin": "https://evil.example"}, **as_plex(PLEX_SCROBBLE)), 403)


def test_every_reason_of_matching_has_words_in_both_languages():
    sources = Path(matching.__file__).read_text(), Path(rows.__file__).read_text()
    said = re.findall(r'"((?:its?|several) [a-z ,]+)"', "".join(sources))
    assert len(said) >= 10
    unworded = {one for one in said if not is_worded("films.play.why." + re.sub("[^a-z]+", "_", one))}
    assert unworded == {rows.NOT_SEEN, "it has not as many cells as columns"}  # of files alone
