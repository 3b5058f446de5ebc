"""Files that processes share: a lock on a path, and a file that is replaced in one step."""

import errno
import fcntl
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from almazara.errors import ConflictError, UnavailableError
from almazara.words.said import Said, said

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_OTHERS: Final = 0o077
_PAUSE_SECONDS: Final = 0.02
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME: Final = 100
_REASONS: Final = {
    errno.EACCES: "no_permission",
    errno.EDQUOT: "no_quota",
    errno.ENOSPC: "no_space",
    errno.EROFS: "read_only",
}
"""Why something cannot be written, by what the system says; of all else its own words are told."""


def safe_name(text: str) -> str:
    """A name that stays inside its folder: letters, digits and `._-`; what had to change keeps a hash.

    Example:
        >>> safe_name("amazon.es")
        'amazon.es'
        >>> safe_name("../etc")
        '___etc-f7f9121f'
    """
    name = _UNSAFE.sub("_", text)[:_LONGEST_NAME]
    name = re.sub(r"^\.+", lambda dots: "_" * len(dots[0]), name)
    if name == text and name:
        return name
    return f"{name}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone: what is kept there is personal.

    Raises:
        OSError: when it cannot be made.
    """
    if folder.is_dir():
        return
    for one in reversed([folder, *folder.parents]):
        one.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def keep_private(*paths: Path) -> None:
    """Let this user alone read files and enter folders, as far as they are there and belong to this user.

    A file is not opened for it: closing it would let go of the locks that this process holds on a database.
    """
    for path in paths:
        with suppress(OSError):
            if (mode := stat.S_IMODE(path.stat().st_mode)) & _OTHERS:
                path.chmod(mode & ~_OTHERS)


def make_private(path: Path) -> None:
    """Make an empty file where there is none, or keep the one that is there, for this user alone.

    Raises:
        OSError: when it cannot be made.
    """
    if path.exists():
        keep_private(path)
    else:
        path.touch(mode=PRIVATE_FILE)


def file_lock(path: Path, *, busy: Said | str | None = None, patience: float = 0.0) -> IO[str]:
    """Take the lock of a file, which is made where it is missing.

    Args:
        path: The file; it stays when the lock is let go.
        busy: What is said when another process, or another caller in this one, holds it; None: wait until it is free.
        patience: For how many seconds it is tried before that is said.

    Returns:
        What holds the lock until it is closed, or until the kernel closes it for a process that is killed; a child
        that inherits it holds it too.

    Raises:
        ConflictError: when it is held, saying `busy`.
        OSError: when the file cannot be written.
    """
    make_folder(path.parent)
    handle = path.open("w")
    try:
        if busy is None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        else:
            _try_to_take(handle, busy, time.monotonic() + patience)
    except BaseException:
        handle.close()
        raise
    return handle


def _try_to_take(handle: IO[str], busy: Said | str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise ConflictError(busy) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock of a file; to look is to hold it for an instant, for which `patience` is."""
    try:
        with path.open("r") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def is_lock(descriptor: int, path: Path) -> bool:
    """Whether an inherited descriptor is one of the lock of a file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


@contextmanager
def replacing(path: Path, *, durable: bool, private: bool = False) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when all went well, so that no half file is ever seen.

    Args:
        path: The file; it stays as it was when the block raises. A link stays one, and what it leads to is replaced.
        durable: Whether the new bytes are on the disk before the old ones go, so that a power cut loses neither.
        private: Whether only this user may read it, from its first byte on.

    Raises:
        OSError: when it cannot be written, or is there and no regular file: a device or pipe is not replaced.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no regular file that could be replaced", str(path))
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if private:
            make_private(temporary)
        yield temporary
        if durable:
            sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes, *, durable: bool, private: bool = False) -> None:
    """Give a file this content in one step; see `replacing`."""
    with replacing(path, durable=durable, private=private) as temporary:
        temporary.write_bytes(content)


def unwritable(path: Path, error: OSError) -> UnavailableError:
    """The error that something at a path cannot be written: everybody may read why, and its owner alone where."""
    code = _REASONS.get(error.errno or 0, "" if error.strerror else "other")
    reason = said(f"kept.file.{code}") if code else error.strerror or ""
    return UnavailableError(said("kept.file.unwritable", reason=reason), f"{path}: {error}")


def write_into(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made where it is missing; each is replaced in one step.

    Raises:
        UnavailableError: when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            replace_file(folder / name, content, durable=False)
    except OSError as error:
        raise unwritable(folder, error) from error


def refuse_endless(path: Path) -> None:
    """Refuse what is there and neither a file nor a folder: a pipe or a device would be waited for, maybe without end.

    Raises:
        OSError: which says what to do.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError("it is a pipe or a device, whose end may never come; save what it gives in a file")


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
