"""A zip file that is damaged anywhere is read or refused in a sentence, by builds and by imports of exports alike."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.raw.storage import inventory, unpacked
from almazara.movies.users.exports.files import read_files
from profiles import examples

CONTENT = b"Date,Name,Year,Rating\n" + b"2020-01-01,Heat,1995,4\n" * 40
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def made(method=zipfile.ZIP_DEFLATED, name="ratings.csv"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, CONTENT)
    return bytearray(file.getvalue())


def broken_directory(content):
    content[content.rindex(b"PK\1\2")] ^= 0xFF


def name_that_is_no_utf8(content):
    for place, flags in ((content.index(b"PK\3\4"), 6), (content.rindex(b"PK\1\2"), 8)):
        content[place + flags + 1] |= 0x08
    while (place := content.find(b"ratings")) >= 0:
        content[place : place + 7] = b"\xff" * 7


def later_version(content):
    content[content.index(b"PK\3\4") + 4] = content[content.rindex(b"PK\1\2") + 6] = 255


def other_size(content):
    place = content.rindex(b"PK\1\2") + 20
    content[place : place + 4] = struct.pack("<I", 5)


def directory_elsewhere(content):
    place = content.rindex(b"PK\5\6") + 16
    content[place : place + 4] = struct.pack("<I", 5_000)


def broken_sizes_beyond_four_gigabytes(content):
    place = content.rindex(b"PK\1\2")
    content[place + 24 : place + 28] = b"\xff" * 4
    extra = struct.pack("<HH", 1, 4) + b"abcd"
    content[place + 30 : place + 32] = struct.pack("<H", len(extra))
    at = place + 46 + len("ratings.csv")
    content[at:at] = extra
    end = content.rindex(b"PK\5\6") + 12
    content[end : end + 4] = struct.pack("<I", struct.unpack("<I", content[end : end + 4])[0] + len(extra))


def other_bytes(content):
    place = content.index(b"ratings.csv") + 30
    content[place : place + 20] = b"\xff" * 20


DAMAGES = [
    broken_directory,
    name_that_is_no_utf8,
    later_version,
    other_size,
    directory_elsewhere,
    broken_sizes_beyond_four_gigabytes,
    other_bytes,
]


def read_as_films(path):
    for file in inventory(path):
        with unpacked(file) as content:
            content.read()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("read", [read_as_films, read_files])
def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path, read, damage, method):
    path, content = tmp_path / "export.zip", made(method)
    damage(content)
    path.write_bytes(content)
    with pytest.raises(InputError):
        read(path)


@pytest.mark.parametrize("name", [".", "./."])
def test_a_member_that_is_called_as_a_folder_is_none_that_is_read(tmp_path, name):
    (tmp_path / "films.zip").write_bytes(made(name=name))
    assert inventory(tmp_path / "films.zip") == []


@settings(max_examples=examples(nightly=2000))
@given(data=st.data())
def test_whatever_became_of_a_zip_it_is_read_or_refused(tmp_path_factory, data):
    content = made(data.draw(st.sampled_from(METHODS)))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        content[start : start + len(piece)] = piece
    path = tmp_path_factory.mktemp("zips") / "export.zip"
    path.write_bytes(content)
    for read in (read_as_films, read_files):
        with suppress(InputError):
            read(path)
