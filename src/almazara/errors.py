"""The errors of Almazara: each is one sentence for the person who reads it.

AlmazaraError                  what every caller may catch
├── InputError                 the data or argument given cannot be used          (HTTP 400 / 422)
├── NotFoundError              what was asked for does not exist                  (HTTP 404)
├── ConflictError              it exists, or runs, already                        (HTTP 409)
├── UnavailableError           something outside does not answer, or is missing   (HTTP 503)
│   ├── DamagedError           what is kept cannot be understood any more
│   └── MissingExtraError      an optional library is not installed
└── ContractError              what was built breaks its own promise
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from almazara.words.numbers import Language
from almazara.words.said import Said, text_of

_ENGLISH: Final = ("prices", "kept.")
"""How the codes begin of what is said in English where no language is asked for: on the command line."""


def how_to_install(extra: str) -> str:
    """The command that brings an extra, in the folder of the repository: no registry has the package yet."""
    return f"pip install '.[{extra}]'"


class AlmazaraError(Exception):
    """Base of every error that Almazara raises on purpose.

    Attributes:
        words: Its sentence: one that has words in every language, or else a text in English.
    """

    def __init__(self, words: Said | str) -> None:
        super().__init__(words)
        self.words = words

    def text(self, language: Language | None = None) -> str:
        """The sentence in a language; where none is asked for, errors of prices, files and databases are English."""
        own = Language.EN if isinstance(self.words, Said) and self.words.code.startswith(_ENGLISH) else Language.ES
        return text_of(self.words, language or own)

    def __str__(self) -> str:
        return self.text()

    @property
    def for_owner(self) -> str:
        """Its sentence, with what may be told to whoever runs Almazara alone: for logs and the command line."""
        return self.text()


class _SuggestingError(AlmazaraError):
    """An error that may name near things that exist."""

    def __init__(self, words: Said | str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.suggestions = list(suggestions)


class InputError(_SuggestingError):
    """The data or argument that was given cannot be used; `suggestions` are near ones that can."""


class NotFoundError(_SuggestingError):
    """What was asked for does not exist; `suggestions` are near things that do."""


class ConflictError(AlmazaraError):
    """What was asked for exists, or runs, already."""


class UnavailableError(AlmazaraError):
    """Something outside the program does not answer or is missing.

    Args:
        words: Its sentence, which everybody may read: it names no user, host or database.
        detail: What does, in English.
    """

    def __init__(self, words: Said | str, detail: str = "") -> None:
        super().__init__(words)
        self.detail = detail

    @property
    def for_owner(self) -> str:
        """See `AlmazaraError`."""
        return f"{self} ({self.detail})" if self.detail else str(self)


class DamagedError(UnavailableError):
    """What is kept cannot be understood any more; to wait, or to ask again, mends nothing."""


class MissingExtraError(UnavailableError):
    """An optional library is needed and not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an optional part: {how_to_install(extra)}, in the folder of the repository.")


class ContractError(AlmazaraError):
    """What was built breaks its own promise, so it was not published; `report` says what became of its sources."""

    def __init__(self, message: str, report: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.report = report
