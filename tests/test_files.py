"""A lock on a path holds across callers and processes; a file that is replaced is whole, old or new."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from almazara.errors import ConflictError
from almazara.files import file_lock, is_free, is_lock, refuse_endless, replace_file, replacing, unwritable
from almazara.words.numbers import Language

HOLDER = (
    "import sys, time; from pathlib import Path; from almazara.files import file_lock;"
    "held = file_lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "below" / "mill.lock"


def test_a_lock_that_is_held_is_a_conflict_in_the_callers_words_until_it_is_let_go(path):
    with file_lock(path, busy="the mill turns"), pytest.raises(ConflictError, match="the mill turns"):
        file_lock(path, busy="the mill turns")
    file_lock(path, busy="the mill turns").close()


def test_without_a_sentence_a_lock_is_waited_for(path):
    taken = threading.Event()

    def wait():
        with file_lock(path):
            taken.set()

    with file_lock(path):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not taken.wait(0.1)
    assert taken.wait(10)
    waiting.join()


def test_with_patience_a_lock_that_is_let_go_in_time_is_no_conflict(path):
    held = file_lock(path)
    threading.Timer(0.1, held.close).start()
    with file_lock(path, busy="the mill turns", patience=10):
        assert held.closed
        assert not is_free(path)


def test_the_lock_of_a_process_that_is_killed_is_free(path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        assert not is_free(path)
        holder.kill()
    assert is_free(path)
    file_lock(path, busy="the mill turns").close()


def test_a_lock_that_nobody_has_taken_yet_is_free(path):
    assert is_free(path)


def test_only_a_descriptor_of_the_lock_is_one(path):
    with file_lock(path) as lock:
        assert is_lock(lock.fileno(), path)
    for descriptor in (0, 987):
        assert not is_lock(descriptor, path)
    assert not is_lock(0, path.with_name("none"))


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path, durable):
    path = tmp_path / "oil.txt"
    path.write_text("old")
    replace_file(path, b"new", durable=durable)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "oil.txt"
    path.write_text("old")

    def break_off():
        with replacing(path, durable=True) as temporary:
            temporary.write_text("ha")
            assert path.read_text() == "old"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_device_or_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="no regular file"):
            replace_file(tmp_path / name, b"new", durable=False)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_or_device_is_refused_as_what_is_read_and_files_folders_and_what_is_missing_are_not(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="pipe or a device"):
            refuse_endless(tmp_path / name)
    for path in (tmp_path, Path(__file__), tmp_path / "missing"):
        refuse_endless(path)


def test_why_something_cannot_be_written_is_for_everybody_and_where_for_its_owner():
    error = unwritable(Path("/home/ana/prices"), OSError(errno.ENOSPC, "No space left on device", "/home/ana/prices/x"))
    assert str(error) == "What Almazara keeps cannot be written: No space left on device."
    assert error.text(Language.ES) == "No se puede escribir lo que guarda Almazara: no queda sitio en el disco."
    assert "/home/ana/prices/x" in error.for_owner


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError(errno.EMFILE, "Too many open files"), "Too many open files"), (OSError("odd"), "the log says why")],
)
def test_what_has_no_words_here_is_told_in_those_of_the_system_or_left_to_the_log(error, reason):
    assert str(unwritable(Path("x"), error)) == f"What Almazara keeps cannot be written: {reason}."


def test_a_link_stays_one_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    replace_file(tmp_path / "link", b"new", durable=False)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"
