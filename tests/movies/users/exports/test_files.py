"""How much of an export is read: no more than one can hold."""

import os
import random
import zipfile

import pytest

from almazara.errors import InputError
from almazara.movies.users.exports.files import read_files


def test_a_file_that_unpacks_to_more_than_an_export_holds_is_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", random.Random(1).randbytes(330_000) * 100)
    with pytest.raises(InputError, match=r"ratings\.csv holds more than 32 MB"):
        read_files(path)


def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", b"a" * 20_000_000)
    with pytest.raises(InputError, match=r"ratings\.csv unpacks to more than 100 times its size"):
        read_files(path)


def test_a_zip_of_thousands_of_files_is_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.csv", b"")
    with pytest.raises(InputError, match="holds 2001 files"):
        read_files(path)


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_a_device_or_pipe_is_no_export(tmp_path, name):
    path = tmp_path / name
    if not path.exists():
        os.mkfifo(path)
    with pytest.raises(InputError, match="pipe or a device"):
        read_files(path)
