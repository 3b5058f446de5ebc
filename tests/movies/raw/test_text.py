import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.raw.text import UNDECODED, as_utf8

WESTERN = "Peñarroya y el olivo, «L\u2019été», «Fräulein Größe», Ólafur, cigüeña \u2013 “pingüino” 5 € ¿Qué? LA NIÑA Çà"
OTHERS = {
    "cp1250": "Příliš žluťoučký kůň, łódź, gęś, żółw, csütörtökön őrült tűz",
    "iso8859-2": "csütörtökön őrült",
    "cp1251": "Старая мельница и масло",
    "cp1253": "\u03a4\u03bf παλιό ελαιοτριβείο",
    "cp1254": "Eski değirmen, \u0131ş\u0131k, güneş, aşk, çiçek",
    "mac_roman": "El molino de Jaén, otoño, cigüeña",
    "cp850": "El molino de Jaén, otoño, cigüeña",
    "shift_jis": "古い水車小屋",
}


@given(st.text())
def test_utf_8_stays_as_it_is(text):
    assert as_utf8(text.encode(), "x") == text.encode()


def test_windows_1252_is_recognised():
    assert as_utf8(WESTERN.encode("cp1252"), "x").decode() == WESTERN


@pytest.mark.parametrize("encoding", OTHERS)
def test_another_encoding_is_refused_and_never_read_as_windows_1252(encoding):
    with pytest.raises(InputError, match="save it as UTF-8"):
        as_utf8(OTHERS[encoding].encode(encoding), "films.csv")


def test_a_wrong_byte_in_a_file_of_utf_8_is_marked():
    data = "otoño, cigüeña, Jaén, ol".encode() + b"\xe9"
    assert as_utf8(data, "x").decode() == f"otoño, cigüeña, Jaén, ol{UNDECODED}"
