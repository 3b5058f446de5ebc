"""A history asked of a media server of one's own: a real server on loopback that answers as Plex or Jellyfin does."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.movies.users import servers
from almazara.movies.users.notices import Server
from almazara.movies.users.servers import MediaServer
from page_server import redirect, reply, serving

TOKEN = "a-token-of-nobody"
SECTIONS = {"MediaContainer": {"Directory": [{"key": "1", "type": "movie"}, {"key": "2", "type": "show"}]}}
USERS = [{"Name": "Ana", "Id": "77aa"}, {"Name": "Eva", "Id": "88bb"}]


@pytest.fixture
def server():
    with serving() as started:
        yield started


def answering(content):
    return reply(json.dumps(content).encode())


def pages_of(films, start, size, shape):
    """What a server with these films replies to each page that is asked for."""

    def answer(handler):
        query = parse_qs(urlsplit(handler.path).query)
        first = int(query[start][-1])
        answering(shape(films[first : first + int(query[size][-1])], len(films)))(handler)

    return answer


def plex_over(server, films):
    server.routes["/library/sections"] = answering(SECTIONS)
    shape = lambda some, total: {"MediaContainer": {"totalSize": total, "Metadata": some}}  # noqa: E731
    paged = pages_of(films, "X-Plex-Container-Start", "X-Plex-Container-Size", shape)
    server.routes["/library/sections/1/all"] = paged


def read(server, kind=Server.PLEX, account=None, token=TOKEN):
    told = []
    asked = MediaServer(kind, server.url("/"), token)
    pages = list(asked.pages(account, lambda stage, done, total: told.append((stage, done, total))))
    return [json.loads(page.text) for page in pages], told


def test_the_films_of_plex_come_page_by_page_with_progress(server, monkeypatch):
    monkeypatch.setattr(servers, "_PAGE", 2)
    plex_over(server, [{"title": str(n)} for n in range(5)])
    pages, told = read(server)
    assert [[film["title"] for film in page["MediaContainer"]["Metadata"]] for page in pages] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]
    assert told == [("films", 2, 5), ("films", 4, 5), ("films", 5, 5)]


def test_plex_is_asked_for_seen_films_with_their_ids_and_the_token_stands_in_no_address(server):
    plex_over(server, [])
    read(server)
    path, headers = server.asked[-1]
    query = parse_qs(urlsplit(path).query)
    assert (query["type"], query["unwatched"], query["includeGuids"]) == (["1"], ["0"], ["1"])
    assert headers["x-plex-token"] == TOKEN
    assert not any(TOKEN in asked for asked in server.paths())


def test_a_user_of_jellyfin_is_asked_for_by_name(server, monkeypatch):
    monkeypatch.setattr(servers, "_PAGE", 2)
    shape = lambda some, total: {"Items": some, "TotalRecordCount": total}  # noqa: E731
    server.routes["/Users"] = answering(USERS)
    server.routes["/Items"] = pages_of([{"Name": str(n)} for n in range(3)], "StartIndex", "Limit", shape)
    pages, _ = read(server, Server.JELLYFIN, "Eva")
    assert [[item["Name"] for item in page["Items"]] for page in pages] == [["0", "1"], ["2"]]
    path, headers = server.asked[-1]
    query = parse_qs(urlsplit(path).query)
    assert (query["userId"], query["Filters"], query["Fields"]) == (
        ["88bb"],
        ["IsPlayed"],
        ["ProviderIds,OriginalTitle"],
    )
    assert headers["authorization"] == f'MediaBrowser Token="{TOKEN}"'


@pytest.mark.parametrize("account", [None, "Nobody"])
def test_without_a_user_of_jellyfin_those_that_there_are_are_named(server, account):
    server.routes["/Users"] = answering(USERS)
    with pytest.raises(NotFoundError, match="there are Ana, Eva"):
        read(server, Server.JELLYFIN, account)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(b"", 401), "does not accept the token"),
        (reply(b"", 500), "answered 500"),
        (reply(b"<html>"), "does not answer in JSON"),
        (reply(b"[" * 100_000), "does not answer in JSON"),
        (reply(b" " * 2_000), "does not answer in JSON"),
    ],
)
def test_what_a_server_refuses_or_garbles_is_said_without_the_token(server, monkeypatch, answer, said):
    monkeypatch.setattr(servers, "_LARGEST", 200_000)
    server.routes["/library/sections"] = answer
    with pytest.raises(UnavailableError, match=said) as caught:
        read(server)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(caught.value.__cause__)


def test_a_page_that_does_not_end_is_not_read(server, monkeypatch):
    monkeypatch.setattr(servers, "_LARGEST", 1_000)
    server.routes["/library/sections"] = answering({"MediaContainer": {"Directory": [{"x": "y" * 2_000}]}})
    with pytest.raises(UnavailableError):
        read(server)


def test_pages_that_do_not_end_are_not_followed(server, monkeypatch):
    monkeypatch.setattr(servers, "_MOST_PAGES", 3)
    server.routes["/library/sections"] = answering(SECTIONS)
    server.routes["/library/sections/1/all"] = answering({"MediaContainer": {"totalSize": 10**9, "Metadata": [{}]}})
    with pytest.raises(UnavailableError, match="did not end after 3 pages"):
        read(server)


def test_a_server_that_sends_elsewhere_is_not_followed_with_the_token(server):
    with serving() as other:
        other.routes["/library/sections"] = answering(SECTIONS)
        server.routes["/library/sections"] = redirect(other.url("/library/sections"))
        with pytest.raises(UnavailableError, match="answered 302"):
            read(server)
        assert other.asked == []


def test_a_server_that_is_not_there_is_said(server):
    with pytest.raises(UnavailableError, match="did not answer"):
        list(MediaServer(Server.PLEX, "http://127.0.0.1:9", TOKEN).pages(None, lambda *_: None))


@pytest.mark.parametrize(
    "address", ["nas:32400", "file:///etc/passwd", "http://", "http://ana:secret@nas", "http://nas?X-Plex-Token=x", ""]
)
def test_an_address_that_is_none_of_a_server_is_refused(address):
    with pytest.raises(InputError, match=r"like http://nas:32400"):
        MediaServer(Server.PLEX, address, TOKEN)


@pytest.mark.parametrize("token", ["", "a\r\nHost: x", "ñ"])
def test_a_token_that_is_none_is_refused(token):
    with pytest.raises(InputError, match="token"):
        MediaServer(Server.PLEX, "http://nas", token)
