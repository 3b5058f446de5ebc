"""What is kept and cannot be understood any more is refused in a sentence: a value is never guessed, nor left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import MsgspecError

from almazara.errors import DamagedError, InputError
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
