"""What Plex, Jellyfin and Tautulli answer about what was seen; all samples are invented, after their documentation."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports import Source, read_export
from almazara.movies.users.exports.plex import ids_of
from almazara.movies.users.exports.rows import Entry, ExportFile, Refused
from notices import anything

NOW = datetime(2026, 3, 31, 21, tzinfo=UTC)
SEEN, RATED = datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
PLEX_FILM = {
    "ratingKey": "77",
    "guid": "plex://movie/5d7768ba96b655001fdc0408",
    "type": "movie",
    "title": "El molino",
    "originalTitle": "The Mill",
    "year": 1999,
    "viewCount": 2,
    "lastViewedAt": int(SEEN.timestamp()),
    "Guid": [{"id": "imdb://tt0000010"}, {"id": "tmdb://1"}, {"id": "tvdb://9"}],
}
JELLYFIN_FILM = {
    "Name": "The Mill",
    "Type": "Movie",
    "ProductionYear": 1999,
    "ProviderIds": {"Tmdb": "1", "Imdb": "tt0000010"},
    "UserData": {"Played": True, "PlayCount": 1, "IsFavorite": False, "LastPlayedDate": "2026-03-01T20:00:00.0000000Z"},
}
TAUTULLI_ROW = {
    "media_type": "movie",
    "title": "The Mill",
    "year": 1999,
    "user_id": 5,
    "guid": "com.plexapp.agents.imdb://tt0000010?lang=es",
    "watched_status": 1,
    "stopped": int(SEEN.timestamp()),
}


def read(source, content, name="answer.json"):
    text = content if isinstance(content, str) else json.dumps(content)
    return read_export(source, [ExportFile(name, text)], NOW)


def plex(*films, **container):
    return read(Source.PLEX, {"MediaContainer": {**container, "Metadata": list(films)}})


def jellyfin(*items):
    return read(Source.JELLYFIN, {"Items": list(items), "TotalRecordCount": len(items)})


def tautulli(*rows):
    return read(Source.TAUTULLI, {"response": {"result": "success", "data": {"data": list(rows)}}})


def told(rows):
    return [(row.kind, row.value, row.at, row.tmdb, row.imdb) for row in rows if isinstance(row, Entry)]


def reasons(rows):
    return [row.reason for row in rows if isinstance(row, Refused)]


def test_a_film_of_a_library_of_plex_tells_that_it_was_seen_with_its_ids_titles_and_year():
    assert plex(PLEX_FILM) == [
        Entry("answer.json entry 1", "El molino", 1999, Kind.VIEW, None, SEEN, 1, 10, original="The Mill")
    ]


def test_a_film_of_plex_with_two_ids_of_one_kind_is_none():
    guids = [{"id": "tmdb://1"}, {"id": "tmdb://2"}]
    [told] = read(Source.PLEX, {"MediaContainer": {"Metadata": [{**PLEX_FILM, "Guid": guids}]}})
    assert isinstance(told, Refused)
    assert told.reason == "its ids are of different films"


def test_a_rating_of_plex_is_halved_and_has_a_moment_of_its_own():
    rated = {**PLEX_FILM, "userRating": 9.0, "lastRatedAt": int(RATED.timestamp())}
    assert told(plex(rated)) == [(Kind.VIEW, None, SEEN, 1, 10), (Kind.RATING, 4.5, RATED, 1, 10)]


@pytest.mark.parametrize("nothing", [0, -1, "0", "-1.0", None])
def test_a_rating_of_plex_that_was_taken_away_is_none(nothing):
    assert [kind for kind, *_ in told(plex({**PLEX_FILM, "userRating": nothing}))] == [Kind.VIEW]


def test_the_history_of_plex_has_no_ids_and_the_year_of_the_release():
    row = {"type": "movie", "title": "The Mill", "viewedAt": int(SEEN.timestamp()), "accountID": 1}
    first = plex({**row, "originallyAvailableAt": "1999-05-01"})[0]
    assert (first.title, first.year, first.at, first.tmdb) == ("The Mill", 1999, SEEN, None)


def test_histories_of_several_users_are_not_mixed():
    rows = [{"type": "movie", "title": "The Mill", "viewedAt": 1_700_000_000, "accountID": one} for one in (1, 2)]
    with pytest.raises(InputError, match="several users"):
        plex(*rows)
    with pytest.raises(InputError, match="several users"):
        tautulli(TAUTULLI_ROW, {**TAUTULLI_ROW, "user_id": 6})


def test_what_is_no_film_and_what_was_not_seen_is_refused():
    rows = plex({**PLEX_FILM, "type": "episode"}, {**PLEX_FILM, "lastViewedAt": None, "viewCount": 0})
    assert reasons(rows) == ["it is no film", "it is not said to have been seen"]
    items = jellyfin({**JELLYFIN_FILM, "Type": "Episode"}, {**JELLYFIN_FILM, "UserData": {"Played": False}})
    assert reasons(items) == ["it is no film", "it is not said to have been seen"]
    watched = tautulli({**TAUTULLI_ROW, "media_type": "track"}, {**TAUTULLI_ROW, "watched_status": 0.5})
    assert reasons(watched) == ["it is no film", "it is not said to have been seen"]


def test_an_empty_library_of_plex_tells_nothing():
    assert read(Source.PLEX, {"MediaContainer": {"size": 0}}) == []


def test_items_of_jellyfin_tell_views_ratings_and_favorites():
    data = {**JELLYFIN_FILM["UserData"], "IsFavorite": True, "Rating": 7}
    assert told(jellyfin({**JELLYFIN_FILM, "UserData": data})) == [
        (Kind.VIEW, None, SEEN, 1, 10),
        (Kind.RATING, 3.5, None, 1, 10),
        (Kind.LIKE, None, None, 1, 10),
    ]


def test_a_row_of_tautulli_that_was_seen_to_its_end_is_a_view():
    assert told(tautulli(TAUTULLI_ROW)) == [(Kind.VIEW, None, SEEN, None, 10)]


def test_a_backup_of_playback_reporting_is_refused_with_what_to_give_instead():
    row = "2026-03-01 20:00:00\tu\ti\tMovie\tThe Mill\tDirectPlay\tWeb\tTV\t5400"
    with pytest.raises(InputError, match="Playback Reporting, which has no year and no id"):
        read(Source.JELLYFIN, f"{row}\n", "PlaybackReportingBackup-20260301.tsv")


@pytest.mark.parametrize("source", [Source.PLEX, Source.JELLYFIN, Source.TAUTULLI])
@pytest.mark.parametrize(
    "content", ["<MediaContainer/>", [], {}, {"MediaContainer": 1}, {"Items": {}}, {"response": []}]
)
def test_what_is_no_answer_of_that_server_is_refused(source, content):
    with pytest.raises(InputError, match=r"answer\.json"):
        read(source, content)


def test_of_several_files_those_of_something_else_are_left_alone():
    files = [
        ExportFile("a.json", json.dumps({"MediaContainer": {"Metadata": [PLEX_FILM]}})),
        ExportFile("b.json", "{}"),
    ]
    assert len(read_export(Source.PLEX, files, NOW)) == 1


@pytest.mark.parametrize(
    ("guids", "ids"),
    [
        (["imdb://tt0000010", "tmdb://1"], {"imdb": "tt0000010", "tmdb": "1"}),
        (["com.plexapp.agents.themoviedb://1?lang=es"], {"tmdb": "1"}),
        (["plex://movie/5d77", "local://3", "com.plexapp.agents.none://x", None, 7], {}),
        (["imdb://tt0000010/../1", "tmdb://-1", "tmdb://99999999999", "xtmdb://1"], {}),
    ],
)
def test_only_whole_ids_of_tmdb_and_imdb_are_ids(guids, ids):
    assert ids_of(guids) == ids


def test_a_moment_of_a_clock_a_little_ahead_stays_the_same_when_it_is_read_again():
    ahead = int((NOW + timedelta(seconds=30)).timestamp())
    assert plex({**PLEX_FILM, "lastViewedAt": ahead})[0].at == NOW + timedelta(seconds=30)


@given(anything(PLEX_FILM | {"userRating": 8}), anything(JELLYFIN_FILM), anything(TAUTULLI_ROW))
def test_whatever_a_server_answers_is_taken_or_refused(film, item, row):
    for source, content in (
        (Source.PLEX, {"MediaContainer": {"Metadata": [film]}}),
        (Source.JELLYFIN, {"Items": [item]}),
        (Source.TAUTULLI, {"response": {"data": {"data": [row]}}}),
    ):
        for one in read(source, content):
            assert isinstance(one, Entry | Refused)
            assert isinstance(one, Refused) or one.value is None or 0.5 <= one.value <= 5
