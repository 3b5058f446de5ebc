"""Titles from Wikidata: what is asked, what becomes of its answers, and a service that is busy or breaks off."""

import json
import re
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import pytest

from almazara.errors import InputError, UnavailableError
from almazara.movies.raw import wikidata
from servers import listening
from waiting import no_progress

pytestmark = pytest.mark.server

KNOWN = {
    "tt0068646": [("es", "Padrino I", "1"), ("es", "El padrino", "0"), ("en", "The Godfather", "0")],
    "tt0073195": [("es", "Tiburón, el", "0")],
}


class Service:
    """A query service: `answers` are given in turn before the true one, (status, headers, body)."""

    def __init__(self):
        self.answers = []
        self.asked = []
        self.agents = []
        self.url = ""

    def bindings(self, query):
        return [
            {
                "id": {"type": "literal", "value": film},
                "title": {"type": "literal", "xml:lang": language, "value": title},
                "rank": {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": rank},
            }
            for film in re.findall('"(tt[0-9]+)"', query)
            for language, title, rank in KNOWN.get(film, [])
        ]


def handler_of(service):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = parse_qs(body)["query"][0]
            service.asked.append(query)
            service.agents.append(self.headers["User-Agent"])
            found = {"head": {"vars": ["id", "title", "rank"]}, "results": {"bindings": service.bindings(query)}}
            status, headers, content = service.answers.pop(0) if service.answers else (200, {}, json.dumps(found))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    service = Service()
    with listening(handler_of(service)) as server:
        service.url = f"http://127.0.0.1:{server.server_port}/sparql"
        yield service


def fetch(service, folder, ids=tuple(KNOWN), contact="", wait=lambda _seconds: None):
    return wikidata.fetch_titles(ids, folder, contact, no_progress, address=service.url, wait=wait)


def test_titles_come_as_a_file_to_build_with_labels_before_other_names(service, tmp_path):
    path = fetch(service, tmp_path / "new")
    assert path == tmp_path / "new" / "local_titles.csv"
    assert path.read_text(encoding="utf-8").splitlines() == [
        "id,title,language",
        "tt0068646,The Godfather,en",
        "tt0068646,El padrino,es",
        "tt0068646,Padrino I,es",
        'tt0073195,"Tiburón, el",es',
    ]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_is_no_imdb_id_is_never_part_of_a_query(service, tmp_path):
    fetch(service, tmp_path, ['tt1" } INSERT', "", "862", "tt0068646"])
    assert re.findall('"(tt.*?)"', service.asked[0]) == ["tt0068646"]


def test_films_are_asked_for_in_batches(service, tmp_path, monkeypatch):
    monkeypatch.setattr(wikidata, "_BATCH", 1)
    waited = []
    assert len(fetch(service, tmp_path, wait=waited.append).read_text(encoding="utf-8").splitlines()) == 5
    assert (len(service.asked), len(waited)) == (2, 2)


def test_the_contact_that_is_set_stands_in_the_user_agent(service, tmp_path):
    fetch(service, tmp_path, contact="mailto:ana@example.org")
    assert re.fullmatch(r"Almazara/\S+ \(\+mailto:ana@example\.org\)", service.agents[0])


def test_a_busy_service_is_asked_again_after_the_time_that_it_says(service, tmp_path):
    service.answers = [(429, {"Retry-After": "7"}, ""), (503, {}, "")]
    waited = []
    assert fetch(service, tmp_path, wait=waited.append).is_file()
    assert waited[:2] == [7.0, 10.0]


def test_what_had_come_is_not_asked_for_again(service, tmp_path, monkeypatch):
    monkeypatch.setattr(wikidata, "_BATCH", 1)
    true = {"results": {"bindings": service.bindings('"tt0068646"')}}
    service.answers = [(200, {}, json.dumps(true)), (400, {}, "")]
    with pytest.raises(UnavailableError, match="it answers 400"):
        fetch(service, tmp_path)
    assert not (tmp_path / "local_titles.csv").exists()
    assert len(fetch(service, tmp_path).read_text(encoding="utf-8").splitlines()) == 5
    assert ["tt0068646" in query for query in service.asked] == [True, False, False]


@pytest.mark.parametrize("answer", [(302, {"Location": "http://127.0.0.1:1/"}, ""), (200, {}, "<html>"), (403, {}, "")])
def test_what_is_no_answer_ends_in_one_sentence(service, tmp_path, answer):
    service.answers = [answer]
    with pytest.raises(UnavailableError, match="run it again"):
        fetch(service, tmp_path)


def test_an_answer_that_does_not_end_is_refused(service, tmp_path, monkeypatch):
    monkeypatch.setattr(wikidata, "_LARGEST", 100)
    with pytest.raises(UnavailableError, match="no result of a query"):
        fetch(service, tmp_path)


def test_a_service_that_is_not_there_ends_in_one_sentence(tmp_path):
    with pytest.raises(UnavailableError, match="gives no titles"):
        wikidata.fetch_titles(
            ["tt1"], tmp_path, "", no_progress, address="http://127.0.0.1:9/", wait=lambda _seconds: None
        )


def test_a_catalog_without_imdb_ids_is_told_to_give_a_file(tmp_path):
    with pytest.raises(InputError, match="a file of your own"):
        wikidata.fetch_titles(["862"], tmp_path, "", no_progress)
