"""Logging: one line an event, a short name and its figures, as text or as a JSON object.

No value can break its line or pretend to be another one: what is not printable is escaped.
"""

import json
import logging
import math
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Final

from almazara.errors import AlmazaraError

LOGGER: Final = logging.getLogger("almazara")
REQUEST: Final[ContextVar[str | None]] = ContextVar("request", default=None)
"""The id of the request that is being answered, which its events bear."""
_OTHERS: Final = ("uvicorn", "opentelemetry")
_WORD: Final = re.compile(r"[!#-<>-~]+").fullmatch
"""What stands in a line as it is: ASCII without a space, quotes and an equals sign."""
_ENCODE: Final = json.JSONEncoder(allow_nan=False, default=str).encode
_Raised = tuple[type[BaseException], BaseException, TracebackType | None]


@dataclass(slots=True, eq=False)  # a frozen one takes twice as long to make
class Event:
    """What is logged: a short name and its figures; as a text `name key=value ...`."""

    name: str
    fields: Mapping[str, object]

    def __str__(self) -> str:
        shown = [(key, str(value)) for key, value in self.fields.items()]
        return " ".join([self.name, *[f"{key}={text if _WORD(text) else _quoted(text)}" for key, text in shown]])


class _Lines(logging.Formatter):
    """Moment (UTC), level and event; a traceback is a field in JSON, and lines that are indented in text."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._is_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        told = record.msg
        if not isinstance(told, Event):  # of the server, or of what sends traces
            told = Event(record.name, {"message": record.getMessage()})
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._is_json and trace:
            told = Event(told.name, {**told.fields, "traceback": trace})
        line = self.line(record.created, record.levelname, told)
        return line if self._is_json else "\n    ".join([line, *map(_printable, trace.splitlines())])

    def line(self, at: float, level: str, told: Event) -> str:
        """The line of an event."""
        moment = f"{_second(int(at))}.{int(at % 1 * 1000):03}Z"
        if not self._is_json:
            return f"{moment} {level} {told}"
        own = {"ts": moment, "level": level.lower(), "event": told.name}
        try:
            return _ENCODE({**own, **told.fields, **own})
        except ValueError:  # JSON has no number that is none
            return _ENCODE({**own, **{key: _finite(value) for key, value in told.fields.items()}, **own})


_lines, _stream = _Lines("text"), sys.stderr


def configure(level: str = "INFO", form: str = "text") -> None:
    """Send Almazara's events, from `level` up, and what its server says to standard error, as `text` or as `json`."""
    global _lines, _stream  # of the process, as its loggers are
    _lines, _stream = _Lines(form), sys.stderr
    handler = logging.StreamHandler(_stream)
    handler.setFormatter(_lines)
    LOGGER.setLevel(level.upper())
    for logger in (LOGGER, *map(logging.getLogger, _OTHERS)):
        logger.handlers = [handler]
        logger.propagate = False


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log `name key=value ...`, with the request's id within one; values never hold secrets.

    Example:
        >>> event("collected", listings=12, new=11)
    """
    if LOGGER.isEnabledFor(level):
        _tell(level, name, fields, None)


def broken(name: str, error: BaseException, **fields: object) -> None:
    """Log an error that nobody expected, with its traceback."""
    _tell(logging.ERROR, name, {**fields, "error": error}, (type(error), error, error.__traceback__))


def _tell(level: int, name: str, fields: dict[str, object], trace: _Raised | None) -> None:
    fields = {key: one.for_owner if isinstance(one, AlmazaraError) else one for key, one in fields.items()}
    request = REQUEST.get()
    if request is not None:
        fields["request_id"] = request
    told = Event(name, fields)
    if LOGGER.propagate or trace:  # somebody else listens too
        LOGGER.handle(logging.LogRecord(LOGGER.name, level, "", 0, told, None, trace))
        return
    line = _lines.line(time.time(), logging.getLevelName(level), told)  # a record would cost twice as much again
    with suppress(OSError, ValueError):  # nobody reads it any more; what is told of goes on
        _stream.write(f"{line}\n")


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _quoted(text: str) -> str:
    r"""A value that would not be told from what follows it in a line.

    Example:
        >>> print(_quoted("two words"), _quoted("a\nb"), _quoted(""))
        "two words" "a\nb" ""
    """
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _finite(value: object) -> object:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _printable(line: str) -> str:
    return line if line.isprintable() else line.encode("unicode_escape").decode()
