"""Parameters of the film routes: described for OpenAPI and read by hand, since FastAPI's reading costs twice an answer.

FastAPI solves declared parameters in 60 to 100 microseconds a request; the answers themselves take 10 to 30.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fastapi import Request

from almazara.errors import InputError
from almazara.movies.catalog.titles import LONGEST_QUERY
from almazara.movies.similar.attributes import listed

_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_PRINTABLE: Final[dict[str, Any]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_QUERY,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
}


class Parameter(Protocol):
    """Describes itself as an OpenAPI parameter."""

    def described(self) -> dict[str, Any]:
        """The parameter object."""
        ...


@dataclass(frozen=True, slots=True)
class PathText:
    """A text in the path, which the service judges; `schema` says what it accepts."""

    name: str
    description: str
    schema: dict[str, Any]
    example: str

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        return {**_base(self.name, "path", self.description, self.schema), "required": True, "example": self.example}

    def read(self, request: Request) -> str:
        """The text as it was sent."""
        text: str = request.path_params[self.name]
        return text


@dataclass(frozen=True, slots=True)
class QueryText:
    """A text that must be asked for."""

    name: str
    description: str

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        return {**_base(self.name, "query", self.description, _PRINTABLE), "required": True}

    def read(self, request: Request) -> str:
        """The text, which the service judges.

        Raises:
            InputError: when it is missing.
        """
        text = _queried(request, self.name)
        if text is None:
            raise InputError(f"El parámetro {self.name} falta: escriba ?{self.name}=...")
        return text


@dataclass(frozen=True, slots=True)
class QueryNumber:
    """A whole number from `low` to `high`."""

    name: str
    description: str
    low: int
    high: int

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        schema = {"type": "integer", "minimum": self.low, "maximum": self.high}
        return _base(self.name, "query", self.description, schema)

    def read(self, request: Request) -> int | None:
        """The number, or None where it was not given.

        Raises:
            InputError: when it is no whole number, or out of range.
        """
        text = _queried(request, self.name)
        return None if text is None else whole_number(text, self.name, self.low, self.high)


@dataclass(frozen=True, slots=True)
class QueryChoice:
    """One of some words."""

    name: str
    description: str
    words: tuple[str, ...]

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        return _base(self.name, "query", self.description, {"type": "string", "enum": list(self.words)})

    def read(self, request: Request) -> str | None:
        """The word, which the service judges, or None where it was not given."""
        return _queried(request, self.name)


@dataclass(frozen=True, slots=True)
class QueryList:
    """Values with commas between them, or the parameter repeated."""

    name: str
    description: str
    pattern: str
    example: str

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        schema = {"type": "string", "pattern": self.pattern}
        return {**_base(self.name, "query", self.description, schema), "example": self.example}

    def read(self, request: Request) -> tuple[str, ...]:
        """The values without spaces around them, which the service judges; none where the parameter was not given.

        Raises:
            InputError: when one is empty.
        """
        if not request.scope["query_string"]:
            return ()
        return listed(",".join(written), self.name) if (written := request.query_params.getlist(self.name)) else ()


@dataclass(frozen=True, slots=True)
class QueryShare:
    """A number from 0 to 1."""

    name: str
    description: str

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        return _base(self.name, "query", self.description, {"type": "number", "minimum": 0, "maximum": 1})

    def read(self, request: Request) -> float:
        """The number, or 0 where it was not given.

        Raises:
            InputError: when it is no number, or out of range.
        """
        text = _queried(request, self.name)
        if text is None:
            return 0.0
        if not _DECIMAL.fullmatch(text) or not 0 <= float(text) <= 1:
            raise InputError(f"El parámetro {self.name} debe ser un número de 0 a 1, con punto decimal.")
        return float(text)


def _queried(request: Request, name: str) -> str | None:
    # Most requests have no query, and Starlette takes as long to find that out as we to find a film.
    return request.query_params.get(name) if request.scope["query_string"] else None


def printable(name: str, description: str, example: str) -> PathText:
    """A title or a name in the path."""
    return PathText(name, description, _PRINTABLE, example)


def whole_number(text: str, name: str, low: int, high: int) -> int:
    """The number that a text writes.

    Raises:
        InputError: in Spanish, saying what is allowed.
    """
    if not _INTEGER.fullmatch(text):
        raise InputError(f"El parámetro {name} debe ser un número entero, del {low} al {high}.")
    if not low <= (number := int(text)) <= high:
        raise InputError(f"El parámetro {name} es {number}: use un número del {low} al {high}.")
    return number


def described(*parameters: Parameter) -> dict[str, Any]:
    """What a route adds to its OpenAPI description."""
    return {"parameters": [parameter.described() for parameter in parameters]}


def _base(name: str, where: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "description": description, "schema": schema}
