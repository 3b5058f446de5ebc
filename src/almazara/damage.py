"""What is kept and cannot be understood any more is refused in a sentence: a value is never guessed, nor left out."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import MsgspecError

from almazara.errors import DamagedError, InputError, UnavailableError
from almazara.words.said import Said

_NOT_UNDERSTOOD: Final = (
    ArithmeticError,
    InputError,
    LookupError,
    MsgspecError,
    RecursionError,
    TypeError,
    ValueError,
)
_OF_ALL: Final = {
    errno.EDQUOT,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENOSPC,
    errno.EROFS,
}
"""What the system says where any other file would fare the same: a disk is full, or may only be read."""
_LONGEST: Final = 300


@contextmanager
def understood(damaged: Said, place: str) -> Iterator[None]:
    """Turn what reads a damaged value raises into a DamagedError.

    Args:
        damaged: Its sentence, which everybody may read.
        place: Where the value is kept, of which the owner alone is told, as of what is wrong with it.
    """
    try:
        yield
    except _NOT_UNDERSTOOD as error:
        cause = str(error).partition("\n")[0][:_LONGEST] or type(error).__name__
        raise DamagedError(damaged, f"{place}: {cause}") from error


def is_of_all(error: Exception) -> bool:
    """Whether what broke the work on one thing breaks that on the others too: something is away, or a disk is full.

    Damage is of that one thing.
    """
    if isinstance(error, OSError):
        return error.errno in _OF_ALL
    return isinstance(error, UnavailableError) and not isinstance(error, DamagedError)
