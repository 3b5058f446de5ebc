"""What the machine gives: a folder that can be written, room on the disk, memory."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from almazara.cli.doctor.finding import Check, in_bytes
from almazara.files import make_folder
from almazara.settings import Settings

_LEAST_ROOM: Final = 100_000_000
_ENOUGH_MEMORY: Final = 512 << 20
_GROUPS: Final = Path("sys", "fs", "cgroup")


def checks(settings: Settings) -> Iterator[Check]:
    """The home folder, the room of its disk, the memory that this process may take."""
    home = settings.home_path
    try:
        make_folder(home)
        (home / ".doctor").touch()
        (home / ".doctor").unlink()
        yield Check("home", "ok", str(home))
        yield room(shutil.disk_usage(home).free, home / "artifacts")
    except OSError as error:
        yield Check("home", "failed", f"{home}: {error}", "set ALMAZARA_HOME to a folder that can be written")
    yield memory(memory_limit(Path("/")))


def room(free: int, artifacts: Path) -> Check:
    """Whether another version of everything that is published has room."""
    needed = sum(path.stat().st_size for path in artifacts.rglob("*") if path.is_file())
    found = f"{in_bytes(free)} free, {in_bytes(needed)} published"
    if free < _LEAST_ROOM:
        return Check("disk", "failed", found, "make room: what cannot be written is lost")
    if free < needed:
        return Check("disk", "missing", found, "make room, or lower ALMAZARA_KEEP_VERSIONS, ALMAZARA_SNAPSHOT_DAYS")
    return Check("disk", "ok", found)


def memory(limit: int) -> Check:
    """Whether memory is enough to serve and to train."""
    found = f"{limit >> 20} MB"  # in powers of two, as limits are set
    if limit < _ENOUGH_MEMORY:
        advice = "train elsewhere and share by ALMAZARA_ARTIFACTS_URL: a training may be killed here"
        return Check("memory", "missing", found, advice)
    return Check("memory", "ok", found)


def memory_limit(root: Path) -> int:
    """Bytes that this process may take: those of the machine, or less where a control group says so.

    Args:
        root: Of the file system.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_group_limits(root)])


def _group_limits(root: Path) -> Iterator[int]:
    """The limits of this process's control groups, of both versions, and of those around them."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text(encoding="ascii").splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / _GROUPS / controllers if controllers else root / _GROUPS
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        here = base / path.lstrip("/")
        for folder in (here, *here.parents):
            if folder.is_relative_to(base):
                yield from _limit(folder / name)


def _limit(path: Path) -> Iterator[int]:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return
    if text.isdecimal():
        yield int(text)
