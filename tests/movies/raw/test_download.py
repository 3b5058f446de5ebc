import hashlib
import io
import re
import resource
import socket
import sys
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from almazara.errors import ConflictError, InputError, MissingExtraError, UnavailableError
from almazara.movies.raw.download import LICENCES, fetch_kaggle, fetch_movielens
from servers import listening

pytestmark = pytest.mark.server

NAME = "ml-latest-small"


def archive(text="userId,movieId,rating,timestamp\n1,7,4.0,1000000000\n", filler=300_000):
    """A zip of `filler` bytes that do not compress away."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as file:
        file.writestr(f"{NAME}/ratings.csv", text)
        file.writestr(f"{NAME}/README.txt", hashlib.sha256(text.encode()).digest() * (filler // 32))
    return content.getvalue()


class Shop:
    """What the server has and how it behaves; `asked` collects (path, Range) of each request."""

    def __init__(self):
        self.files = {}
        self.etag = '"one"'
        self.honors_if_range = True
        self.sends_length = True
        self.cut_after = None
        self.asked = []
        self.url = ""

    def ranges(self):
        return [asked for path, asked in self.asked if path.endswith(".zip")]


def handler_of(shop):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer()

        def answer(self):
            asked = self.headers.get("Range")
            shop.asked.append((self.path, asked))
            content = shop.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            same = not shop.honors_if_range or self.headers.get("If-Range") in {None, shop.etag}
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and same else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if shop.etag:
                self.send_header("ETag", shop.etag)
            if shop.sends_length:
                self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:][: shop.cut_after])

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    shop = Shop()
    with listening(handler_of(shop)) as server:
        shop.url = f"http://127.0.0.1:{server.server_port}"
        shop.port = server.server_port
        yield shop


def fetch(shop, folder, progress=lambda done, total: None):
    return fetch_movielens(NAME, folder, progress, base_url=shop.url)


def stock(shop, content, md5=None):
    shop.files[f"/{NAME}.zip"] = content
    if md5 is not None:
        shop.files[f"/{NAME}.zip.md5"] = f"MD5 ({NAME}.zip) = {md5}\n".encode()


def md5(content):
    return hashlib.md5(content).hexdigest()


def test_a_data_set_arrives_whole_and_its_progress_is_told(shop, tmp_path):
    content = archive()
    stock(shop, content, md5(content))
    told = []
    path = fetch(shop, tmp_path / "new", lambda done, total: told.append((done, total)))
    assert path == tmp_path / "new" / f"{NAME}.zip"
    assert path.read_bytes() == content
    assert told[-1] == (len(content), len(content))
    assert told == sorted(told)
    assert sorted(file.name for file in path.parent.iterdir()) == [f"{NAME}.zip", f"{NAME}.zip.sha256"]


def test_a_complete_file_is_not_fetched_again(shop, tmp_path):
    stock(shop, archive())
    fetch(shop, tmp_path)
    shop.asked.clear()
    fetch(shop, tmp_path)
    assert shop.asked == []


def test_a_file_damaged_on_the_disk_is_fetched_again(shop, tmp_path):
    content = archive()
    stock(shop, content)
    path = fetch(shop, tmp_path)
    path.write_bytes(b"damaged")
    assert fetch(shop, tmp_path).read_bytes() == content


def test_a_cut_connection_goes_on_within_the_call(shop, tmp_path):
    content = archive()
    stock(shop, content)
    shop.cut_after = len(content) * 2 // 3
    assert fetch(shop, tmp_path).read_bytes() == content
    assert shop.ranges() == [None, f"bytes={shop.cut_after - 1}-"]


def test_another_call_goes_on_where_the_last_one_stopped(shop, tmp_path):
    content = archive()
    stock(shop, content)
    shop.cut_after = 10_000
    with pytest.raises(UnavailableError, match="goes on where it stopped"):
        fetch(shop, tmp_path)
    so_far = (tmp_path / f"{NAME}.zip.part").stat().st_size
    assert so_far == 3 * 10_000 - 2
    shop.cut_after = None
    shop.asked.clear()
    assert fetch(shop, tmp_path).read_bytes() == content
    assert shop.ranges() == [f"bytes={so_far - 1}-"]


@pytest.mark.parametrize("honors_if_range", [True, False])
def test_a_file_that_changed_between_two_tries_is_not_glued_together(shop, tmp_path, honors_if_range):
    stock(shop, archive("old"))
    shop.cut_after = 10_000
    with pytest.raises(UnavailableError):
        fetch(shop, tmp_path)
    new = archive("new", filler=400_000)
    stock(shop, new)
    shop.etag, shop.cut_after, shop.honors_if_range = '"two"', None, honors_if_range
    assert fetch(shop, tmp_path).read_bytes() == new


def test_a_shorter_file_on_the_server_starts_over(shop, tmp_path):
    stock(shop, archive())
    shop.cut_after = 100_000
    shop.honors_if_range = False
    with pytest.raises(UnavailableError):
        fetch_in_one_try(shop, tmp_path)
    new = archive("new", filler=1_000)
    stock(shop, new)
    shop.cut_after = None
    assert fetch(shop, tmp_path).read_bytes() == new


def fetch_in_one_try(shop, folder):
    """The server goes away after the first cut."""

    def leave(done, total):
        shop.files.clear()

    fetch(shop, folder, leave)


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_mark_of_the_file_it_starts_over(shop, tmp_path, etag):
    content = archive()
    stock(shop, content)
    shop.etag, shop.cut_after = etag, 10_000
    with pytest.raises(UnavailableError):
        fetch(shop, tmp_path)
    shop.cut_after = None
    assert fetch(shop, tmp_path).read_bytes() == content
    assert set(shop.ranges()) == {None}


def test_a_server_that_tells_no_length_is_read_to_its_end(shop, tmp_path):
    content = archive()
    stock(shop, content)
    shop.sends_length = False
    told = []
    fetch(shop, tmp_path, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(content), None)


def test_a_wrong_checksum_is_refused_and_the_part_removed(shop, tmp_path):
    stock(shop, archive(), md5=md5(b"something else"))
    with pytest.raises(UnavailableError, match="checksum is wrong"):
        fetch(shop, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_instead_of_the_archive_is_refused(shop, tmp_path):
    stock(shop, b"<html>Please sign in to this network</html>")
    with pytest.raises(UnavailableError, match="damaged"):
        fetch(shop, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_with_a_flipped_byte_is_refused_where_no_checksum_is_published(shop, tmp_path):
    content = bytearray(archive())
    content[len(content) // 2] ^= 1
    stock(shop, bytes(content))
    with pytest.raises(UnavailableError, match="damaged"):
        fetch(shop, tmp_path)


def test_an_archive_whose_deflate_is_damaged_is_refused_too(shop, tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("movies.csv", "a" * 1000)
    damaged = bytearray(content.getvalue())
    start = damaged.index(b"movies.csv") + len("movies.csv")
    damaged[start : start + 4] = b"\xff\xff\xff\xff"
    stock(shop, bytes(damaged))
    with pytest.raises(UnavailableError, match="damaged"):
        fetch(shop, tmp_path)


def test_another_file_than_the_recorded_one_is_accepted_only_when_the_record_is_deleted(shop, tmp_path):
    stock(shop, archive("old"))
    fetch(shop, tmp_path).unlink()
    new = archive("new")
    stock(shop, new)
    with pytest.raises(ConflictError, match=r"delete .*sha256"):
        fetch(shop, tmp_path)
    (tmp_path / f"{NAME}.zip.sha256").unlink()
    shop.asked.clear()
    assert fetch(shop, tmp_path).read_bytes() == new
    assert shop.ranges() == [f"bytes={len(new) - 1}-"]


def test_a_published_checksum_outweighs_the_record(shop, tmp_path):
    stock(shop, archive("old"))
    fetch(shop, tmp_path).unlink()
    new = archive("new")
    stock(shop, new, md5(new))
    assert fetch(shop, tmp_path).read_bytes() == new


def test_a_missing_file_says_what_the_server_answers(shop, tmp_path):
    with pytest.raises(UnavailableError, match="answers 404") as caught:
        fetch(shop, tmp_path)
    assert "embedded sample" in str(caught.value)


def test_offline_is_one_sentence_that_names_the_sample(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(UnavailableError) as caught:
            fetch_movielens(NAME, tmp_path, print, base_url=f"http://127.0.0.1:{unused.getsockname()[1]}")
    message = str(caught.value)
    assert "could not be reached" in message
    assert "`almazara up` goes on with the embedded sample" in message
    assert message.count(". ") == 0


def test_another_name_is_refused_with_those_that_exist(tmp_path):
    with pytest.raises(InputError, match="ml-latest-small, ml-latest, ml-1m, ml-25m"):
        fetch_movielens("../etc/passwd", tmp_path, print)


def test_an_address_that_is_not_of_the_web_is_refused(tmp_path):
    with pytest.raises(InputError, match="https://"):
        fetch_movielens(NAME, tmp_path, print, base_url=tmp_path.as_uri())


def test_a_folder_that_cannot_be_made_is_a_clear_error(shop, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be written"):
        fetch(shop, tmp_path / "file" / "folder")


@contextmanager
def room_for(size):
    """Files of this process cannot grow above `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_clear_error_and_the_part_goes_on_later(shop, tmp_path):
    content = archive()
    stock(shop, content)
    with room_for(100_000), pytest.raises(UnavailableError, match="cannot be written"):
        fetch(shop, tmp_path)
    assert 0 < (tmp_path / f"{NAME}.zip.part").stat().st_size <= 100_000
    assert fetch(shop, tmp_path).read_bytes() == content
    assert shop.ranges()[-1] is not None


def test_every_data_set_has_its_terms_and_where_to_read_them():
    assert set(LICENCES) == {"ml-latest-small", "ml-latest", "ml-1m", "ml-25m", "the-movies-dataset", "titles"}
    assert all("https://" in text for text in LICENCES.values())


@pytest.fixture
def kaggle(shop, monkeypatch, tmp_path):
    """kagglehub itself, against the server on loopback."""
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    pytest.importorskip("kagglehub", reason="kagglehub is not here: pip install .[fetch]")
    from kagglesdk import kaggle_env

    # It looks for callers in the whole stack, file by file, at every request.
    monkeypatch.setattr("kagglehub.clients.get_user_agent", lambda: "kagglehub")

    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.TEST, f"http://localhost:{shop.port}")
    return shop


KAGGLE_PATH = "/api/v1/datasets.DatasetApiService/DownloadDataset"


def test_kaggle_files_arrive_and_are_found_again_without_asking_kaggle(kaggle, tmp_path, capsys):
    kaggle.files[KAGGLE_PATH] = archive()
    folder = fetch_kaggle(tmp_path / "kaggle")
    assert (folder / NAME / "ratings.csv").is_file()
    assert folder.is_relative_to(tmp_path / "kaggle")
    assert capsys.readouterr().out == ""
    kaggle.asked.clear()
    assert fetch_kaggle(tmp_path / "kaggle") == folder
    assert kaggle.asked == []


def test_kaggle_out_of_reach_names_the_sample_in_one_line(kaggle, tmp_path):
    with pytest.raises(UnavailableError, match="embedded sample") as caught:
        fetch_kaggle(tmp_path / "kaggle")
    assert "\n" not in str(caught.value)


def test_a_page_instead_of_the_kaggle_archive_is_refused_and_forgotten(kaggle, tmp_path):
    kaggle.files[KAGGLE_PATH] = b"<html>Please sign in to this network</html>"
    with pytest.raises(UnavailableError, match="damaged"):
        fetch_kaggle(tmp_path / "kaggle")
    assert list(tmp_path.rglob("*.archive")) == []
    kaggle.files[KAGGLE_PATH] = archive()
    assert fetch_kaggle(tmp_path / "kaggle").is_dir()


def test_without_kagglehub_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    monkeypatch.setenv("KAGGLEHUB_CACHE", "")
    with pytest.raises(MissingExtraError, match=r"\.\[fetch\]"):
        fetch_kaggle(tmp_path)
