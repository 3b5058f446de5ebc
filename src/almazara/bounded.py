"""Reads files that others made in a process whose memory the kernel bounds: a small one may unpack to many gigabytes.

No scan of a file says how much memory its reading takes, and a library that is refused some ends its process. So it is
another one that reads, and says what it has found.
"""

import errno
import importlib
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from almazara.errors import AlmazaraError, InputError

MEGABYTES: Final = 800
"""As much memory as reading a file may take by default: with the process around it it stays under a gigabyte."""
_MB: Final = 1_000_000
_TOO_MUCH: Final = 99

Tell = Callable[[str], None]
"""Told in a few words what is being done."""


def megabytes_of(asked: int | None) -> int:
    """As much memory as reading a file may take, where the setting `reading_mb` asks for so much, or for nothing."""
    return asked or MEGABYTES


def reading(
    function: str, asked_mb: int | None, tell: Tell, /, **arguments: str | int | Mapping[str, str] | None
) -> Iterator[Any]:
    """What a function that reads a file finds, in a process of its own.

    Args:
        function: `module:name`. It takes a `Tell` and the arguments, and gives what it finds piece by piece.
        asked_mb: As many MB of memory as its data may take; None for MEGABYTES.
        tell: Told what the function tells.
        arguments: Plain values.

    Yields:
        The pieces as JSON has them: plain values, lists and dictionaries.

    Raises:
        InputError: the function's own, and where the file takes more memory.
    """
    megabytes = megabytes_of(asked_mb)
    command, pipe = [sys.executable, "-m", __name__, function, str(megabytes)], subprocess.PIPE
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors) as child,  # noqa: S603 - our own
    ):
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        stage = "Reading it"
        try:
            with suppress(BrokenPipeError), child.stdin as question:
                question.write(msgspec.json.encode(arguments))
            for line in child.stdout:
                kind, said = msgspec.json.decode(line)
                if kind == "found":
                    yield said
                elif kind == "stage":
                    stage = said
                    tell(stage)
                else:
                    raise InputError(said)  # noqa: TRY301 - as the function raised it
        except BaseException:
            child.kill()
            raise
        if child.wait() == _TOO_MUCH or child.returncode < 0:
            told = f"{stage} takes more than {megabytes} MB of memory"
            raise InputError(f"{told}: for files that you trust set ALMAZARA_READING_MB higher.")
        if child.returncode:
            errors.seek(0)
            raise RuntimeError(errors.read().decode(errors="replace"))


def _serve(function: str, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # not on every system
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * _MB, megabytes * _MB))
    arguments = msgspec.json.decode(sys.stdin.buffer.read())
    module, _, name = function.partition(":")
    try:
        for piece in getattr(importlib.import_module(module), name)(lambda stage: _say("stage", stage), **arguments):
            _say("found", piece)
    except AlmazaraError as error:
        _say("refused", str(error))
    except MemoryError:
        sys.exit(_TOO_MUCH)
    except OSError as error:
        if error.errno != errno.ENOMEM:
            raise
        sys.exit(_TOO_MUCH)


def _say(kind: str, said: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode((kind, said)) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
