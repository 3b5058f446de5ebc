"""Files that pages bring along: kept for ever under the address of their content, compressed for who takes that."""

import gzip

import brotli
import pytest

from almazara.web.assets import address, asset
from problems import is_problem

pytestmark = pytest.mark.server
SCRIPT = "htmx.min.js"


def test_the_address_of_a_files_content_is_kept_for_ever(sample_api):
    answer = sample_api.get(address(SCRIPT))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_under_the_address_of_other_content_a_file_is_asked_for_again(sample_api):
    assert sample_api.get(f"/estatico/000000000000/{SCRIPT}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("taken", "sent", "read"),
    [
        ("br, gzip", "br", brotli.decompress),
        ("gzip;q=0.8", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ],
)
def test_a_script_is_compressed_as_the_browser_takes_it(sample_api, taken, sent, read):
    with sample_api.stream("GET", address(SCRIPT), headers={"Accept-Encoding": taken}) as answer:
        content = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == sent
    assert answer.headers["vary"] == "Accept-Encoding"
    assert read(content) == asset(SCRIPT).content


def test_a_font_is_compressed_already(sample_api):
    answer = sample_api.get(address("public-sans.woff2"))
    assert (answer.headers["content-type"], "content-encoding" in answer.headers) == ("font/woff2", False)


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fpage.py", "site.css", "htmx.LICENSE.txt", "..", "%00.js"])
def test_what_is_no_file_of_a_page_is_not_there(sample_api, name):
    is_problem(sample_api.get(f"/estatico/000000000000/{name}"), 404)
