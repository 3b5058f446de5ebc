"""Logging: one line an event, a short name and its figures, as text or as a JSON object.

No value can break its line or pretend to be another one: what is not printable is escaped.
"""

import json
import logging
import math
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Final

LOGGER: Final = logging.getLogger("almazara")
REQUEST: Final[ContextVar[str | None]] = ContextVar("request", default=None)
"""The id of the request that is being answered, which its events bear."""
_OTHERS: Final = ("uvicorn", "opentelemetry")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None]


@dataclass(frozen=True, slots=True)
class Event:
    """What is logged: a short name and its figures; as a text `name key=value ...`."""

    name: str
    fields: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join([self.name, *(f"{key}={_as_text(value)}" for key, value in self.fields.items())])


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
        if not self._is_json:
            lines = [f"{_moment(record.created)} {record.levelname} {told}", *trace.splitlines()]
            return "\n    ".join([lines[0], *map(_printable, lines[1:])])
        own = {"ts": _moment(record.created), "level": record.levelname.lower(), "event": told.name}
        plain = {key: _as_json(value) for key, value in told.fields.items()}
        return json.dumps({**own, **plain, **({"traceback": trace} if trace else {}), **own})


def configure(level: str = "INFO", form: str = "text") -> None:
    """Send Almazara's events, from `level` up, and what its server says to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(form))
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
    """Log an error of ours that nobody expected, with its traceback."""
    _tell(logging.ERROR, name, {**fields, "error": error}, (type(error), error, error.__traceback__))


def _tell(level: int, name: str, fields: dict[str, object], trace: _Raised | None) -> None:
    request = REQUEST.get()
    told = Event(name, fields if request is None else {**fields, "request_id": request})
    # Made here, since `Logger.log` walks the stack to find its caller, which costs more than the rest of the line.
    LOGGER.handle(logging.LogRecord(LOGGER.name, level, "", 0, told, None, trace))


def _moment(seconds: float) -> str:
    """A moment in UTC to the millisecond.

    Example:
        >>> _moment(0.0625)
        '1970-01-01T00:00:00.062Z'
    """
    whole = int(seconds)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{int((seconds - whole) * 1000):03}Z"


def _as_text(value: object) -> str:
    r"""A value within a line: in quotes where it would not be told from what follows.

    Example:
        >>> print(_as_text(11), _as_text("two words"), _as_text("a\nb"), _as_text(""))
        11 "two words" "a\nb" ""
    """
    text = str(value)
    if text.isprintable() and text and not any(mark in text for mark in ' "='):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _as_json(value: object) -> object:
    """Numbers and truths as they are, all else as a text."""
    is_plain = value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
    return value if is_plain else str(value)


def _printable(line: str) -> str:
    return line if line.isprintable() else line.encode("unicode_escape").decode()
