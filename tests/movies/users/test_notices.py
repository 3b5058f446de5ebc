"""What webhooks of Plex and Jellyfin say; all payloads are invented, after the documentation of their senders."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.users.events import Kind, check_user
from almazara.movies.users.exports.rows import Entry
from almazara.movies.users.notices import Server, read_notice, user_of
from notices import JELLYFIN_RATED, JELLYFIN_STOP, PLEX_RATE, PLEX_SCROBBLE, anything, changed

NOW = datetime(2026, 3, 31, 21, tzinfo=UTC)
SEEN = datetime(2026, 3, 1, 20, tzinfo=UTC)


def plex(body=PLEX_SCROBBLE, film=None, **values):
    return read_notice(Server.PLEX, changed(body, "Metadata", film or {}, **values), NOW)


def jellyfin(body=JELLYFIN_STOP, **values):
    return read_notice(Server.JELLYFIN, {**body, **values}, NOW)


def told(notice):
    return [(one.kind, one.value, one.at, one.tmdb, one.imdb) for one in notice.told]


def withdrawn(notice):
    return [kind for _film, kind in notice.withdrawn]


def why(notice):
    assert not notice.told
    assert not notice.withdrawn
    return notice.ignored.text()


def test_a_scrobble_of_plex_is_a_view_of_the_account():
    notice = plex()
    assert (notice.account, told(notice), notice.ignored) == ("Ana", [(Kind.VIEW, None, SEEN, 1, 10)], None)
    assert (notice.told[0].title, notice.told[0].original, notice.told[0].year) == ("El molino", "The Mill", 1999)


@pytest.mark.parametrize(
    "event", ["media.play", "media.pause", "media.resume", "media.stop", "library.new", "playback.started", "x" * 999]
)
def test_other_notices_of_plex_count_as_nothing(event):
    assert f"«{event[:60]}»" in why(plex(event=event))


@pytest.mark.parametrize("kind", ["episode", "track", "clip", "photo", None])
def test_what_is_no_film_counts_as_nothing(kind):
    assert "no es una película" in why(plex(film={"type": kind}))
    assert "no es una película" in why(jellyfin(ItemType="Episode"))


def test_a_rating_of_plex_is_halved_and_the_one_given_now_counts():
    assert told(plex(PLEX_RATE))[0][:2] == (Kind.RATING, 4.5)
    assert told(plex({**PLEX_SCROBBLE, "event": "media.rate"}, film={"userRating": 7}))[0][1] == 3.5
    assert told(plex(PLEX_RATE, rating=6.0))[0][1] == 3


@pytest.mark.parametrize("rating", [0, -1, "-1.0", 0.0])
def test_a_rating_of_plex_that_is_taken_away_is_withdrawn(rating):
    notice = plex(PLEX_RATE, rating=rating)
    assert (told(notice), withdrawn(notice)) == ([], [Kind.RATING])


def test_a_rating_of_plex_without_a_rating_withdraws_nothing():
    assert "qué se opina" in why(plex(PLEX_RATE, rating=None))


@pytest.mark.parametrize("completed", [True, "True", "true"])
def test_a_film_that_was_played_to_its_end_on_jellyfin_is_a_view(completed):
    assert told(jellyfin(PlayedToCompletion=completed)) == [(Kind.VIEW, None, SEEN, 1, 10)]


@pytest.mark.parametrize("completed", [False, "False", None, 1, "yes"])
def test_a_film_that_was_left_before_its_end_counts_as_nothing(completed):
    assert "hasta el final" in why(jellyfin(PlayedToCompletion=completed))


@pytest.mark.parametrize("kind", ["PlaybackStart", "PlaybackProgress", "ItemAdded", "SessionStart"])
def test_other_notices_of_jellyfin_count_as_nothing(kind):
    assert kind in why(jellyfin(NotificationType=kind))


@pytest.mark.parametrize("reason", ["PlaybackProgress", "PlaybackFinished", "Import"])
def test_what_jellyfin_saves_while_it_plays_counts_as_nothing(reason):
    assert reason in why(jellyfin(JELLYFIN_RATED, SaveReason=reason))


def test_a_film_that_is_marked_as_seen_or_not_on_jellyfin_is_a_view_or_withdraws_it():
    marked = jellyfin(JELLYFIN_RATED, SaveReason="TogglePlayed", Played="True")
    assert [one.kind for one in marked.told] == [Kind.VIEW]
    unmarked = jellyfin(JELLYFIN_RATED, SaveReason="TogglePlayed", Played="False")
    assert (told(unmarked), withdrawn(unmarked)) == ([], [Kind.VIEW])


def test_a_favorite_of_jellyfin_is_a_like_and_a_rating_is_halved():
    assert [(one.kind, one.value) for one in jellyfin(JELLYFIN_RATED).told] == [(Kind.RATING, 4), (Kind.LIKE, None)]
    neither = jellyfin(JELLYFIN_RATED, Favorite=False, Rating=0)
    assert (told(neither), withdrawn(neither)) == ([], [Kind.RATING, Kind.LIKE])


def test_quotes_that_the_plugin_of_jellyfin_escapes_twice_are_quotes_again():
    assert jellyfin(Name='The \\"Old\\" Mill').told[0].title == 'The "Old" Mill'


@pytest.mark.parametrize("body", [None, [], "x", {}, {"event": 1}, {"NotificationType": 3}])
@pytest.mark.parametrize("server", list(Server))
def test_what_is_no_notice_of_that_server_is_an_error(server, body):
    with pytest.raises(InputError, match="no es un aviso"):
        read_notice(server, body, NOW)


@pytest.mark.parametrize(
    ("account", "user"),
    [
        ("ana", "ana"),
        ("Ana María", "Ana_Maria"),
        ("  Begoña  Núñez ", "Begona_Nunez"),
        ("ana@example.org", "ana@example.org"),
        ("", None),
        ("17", None),
        ("Ана", None),
        ("ana/eva", None),
        (".ana", None),
        ("a" * 65, None),
        ("²", None),
    ],
)
def test_an_account_makes_a_user_that_fits_or_none(account, user):
    assert user_of(account) == user


@given(st.text())
def test_whatever_an_account_is_called_its_user_is_one_of_the_api(account):
    user = user_of(account)
    assert user is None or check_user(user) == user


@given(anything(PLEX_RATE), anything(PLEX_RATE["Metadata"]), anything(JELLYFIN_STOP), anything(JELLYFIN_RATED))
def test_whatever_is_sent_is_a_notice_or_an_error_of_its_own(plex_body, film, stop, rated):
    sent = [(Server.PLEX, plex_body), (Server.PLEX, {**PLEX_RATE, "Metadata": film})]
    for server, body in [*sent, (Server.JELLYFIN, stop), (Server.JELLYFIN, rated)]:
        with contextlib.suppress(InputError):
            notice = read_notice(server, body, NOW)
            assert all(one.value is None or 0.5 <= one.value <= 5 for one in notice.told if isinstance(one, Entry))
