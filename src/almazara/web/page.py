"""A page as it is sent: in the reader's language and colours, compressed, under a policy that runs no foreign code."""

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import brotli
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from almazara.api.language import preferred
from almazara.api.security import content_policy, hash_of
from almazara.figures.chart import Table
from almazara.movies.answers import shown
from almazara.web.assets import address, preferred_encoding, styles
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, text_of

LANGUAGE: Final = "lengua"
THEME: Final = "tema"
THEMES: Final = ("claro", "oscuro")
_HEADERS: Final = {
    "Vary": "Accept, Accept-Encoding, Accept-Language, Cookie",
    "Cache-Control": "private, no-cache",
}
_CODE: Final = re.compile("`([^`]+)`")
_MOST_DECIMALS: Final = 4
_MOST_FIGURES: Final = 7
"""Of a number in a table: half a dollar says nothing beside millions."""
_LONG: Final = 24
"""Letters of a cell that needs a column of some width."""
_YEAR_SECONDS: Final = 365 * 86_400
_LONGEST_QUERY: Final = 4000


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language, and in which colours where they chose some."""

    language: Language
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages beside one begin, as the address has it; "" for the first one, None where there is none."""

    before: str | None
    after: str | None


def pages(start: int, shown: int, total: int) -> Pages:
    """The pages beside the one that begins after `start` of `total` things, of which a page shows so many."""
    before = (str(max(start - shown, 0)) if start > shown else "") if start else None
    return Pages(before, str(start + shown) if start + shown < total else None)


def reader_of(request: Request) -> Reader:
    """What the address asks for, else what was chosen before, else what the browser prefers, else Spanish."""
    chosen = (request.query_params.get(LANGUAGE), request.cookies.get(LANGUAGE))
    themes = (request.query_params.get(THEME), request.cookies.get(THEME))
    language = next((Language(one) for one in chosen if one in set(Language)), None)
    return Reader(
        language or preferred(request.headers.get("accept-language", "")),
        next((one for one in themes if one in THEMES), None),
    )


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    inline: Sequence[str] = (),
    **values: Any,  # noqa: ANN401 - a template's
) -> Response:
    """A template with its values, as a whole page.

    Args:
        request: Whose language, colours and compression it has.
        template: Its name.
        status: Of the answer.
        inline: Hashes of scripts that stand in it, those of Dash; with them, styles may be set in it too.
        values: What the template names; `here` is its section.
    """
    reader = reader_of(request)
    content = rendered(template, reader, request=request, **{"here": None, **values})
    response = _compressed(request, content, status, _policy(tuple(inline), request.app.state.frame_origins))
    for name, chosen in ((LANGUAGE, reader.language.value), (THEME, reader.theme)):
        if chosen and request.query_params.get(name) == chosen:
            response.set_cookie(name, chosen, max_age=_YEAR_SECONDS, httponly=True, samesite="lax")
    return response


def rendered(template: str, reader: Reader, **values: Any) -> bytes:  # noqa: ANN401 - a template's
    """A template with its values, for a reader; `styles`, where it is given, takes the place of those of pages."""
    return _environment().get_template(template).render(reader=reader, **values).encode()


def _compressed(request: Request, content: bytes, status: int, policy: str) -> Response:
    encoding = preferred_encoding(request, ("br", "gzip"))
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    if encoding:
        headers["Content-Encoding"] = encoding
        content = brotli.compress(content, quality=4) if encoding == "br" else gzip.compress(content, 5, mtime=0)
    return Response(content, status, headers, media_type="text/html; charset=utf-8")


@cache
def _styles() -> Markup:
    """The styles as they stand in each page: asking for them apart would cost a phone another round trip."""
    return Markup(styles(address).decode())  # noqa: S704 - a file of ours


@cache
def _policy(inline: tuple[str, ...], frames: tuple[str, ...]) -> str:
    """What a page may load and run: what is ours; of styles in the page, only those of every page."""
    styles = ["'self'", "'unsafe-inline'"] if inline else [hash_of(_styles())]
    return content_policy(["'self'", *inline], styles, frames)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("almazara.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        asset=address,
        styles=_styles(),
        t=_said,
        number=_number,
        day=_day,
        link=_link,
        query=_query,
        columns=_columns,
    )
    made.filters["say"] = _say
    made.filters["shown"] = shown
    made.filters["tell"] = _tell
    return made


@pass_context
def _said(context: Context, code: str, /, **figures: Figure) -> str:
    """The words of a code of `site.toml`; see `_tell`."""
    return _tell(context, Said(f"site.{code}", figures))


@pass_context
def _tell(context: Context, sentence: Said | str) -> str:
    """A sentence in the reader's language; what our words put in backticks is code, and never what figures do."""
    words = _say(context, sentence)
    if not isinstance(sentence, Said) or any("`" in str(figure) for figure in sentence.figures.values()):
        return words
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(words))))  # noqa: S704 - words of ours, escaped


@pass_context
def _say(context: Context, sentence: Said | str) -> str:
    """A sentence in the reader's language."""
    return unbroken(text_of(sentence, _language(context)))


@pass_context
def _number(context: Context, value: float, decimals: int = 0) -> str:
    return numbers.number(value, decimals, _language(context))


@pass_context
def _day(context: Context, value: Any) -> str:  # noqa: ANN401 - a date
    return numbers.day(value, _language(context))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: `kind` is the class of its cells, `n` of numbers, `line` of days, `named` of long texts."""

    name: str
    kind: str
    cells: Sequence[str]


@pass_context
def _columns(context: Context, table: Table) -> list[_Column]:
    """A table as it is read: its numbers have as many decimals as the others of their column."""
    of_each = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    return [_column(name, cells, _language(context)) for name, cells in zip(table.columns, of_each, strict=True)]


def _column(name: str, cells: Sequence[Any], language: Language) -> _Column:
    amounts = [cell for cell in cells if isinstance(cell, int | float | Decimal)]
    decimals = _decimals(amounts)

    def written(cell: Any) -> str:  # noqa: ANN401 - any cell of a table
        match cell:
            case None:
                return "\u2013"
            case date():
                return numbers.day(cell, language)
            case int() | float() | Decimal():
                return numbers.number(cell, decimals, language)
            case _:
                return text_of(cell, language)

    texts = [written(cell) for cell in cells]
    if amounts:
        kind = "n"
    elif any(isinstance(cell, date) for cell in cells):
        kind = "line"
    else:
        kind = "named" if any(len(text) > _LONG for text in texts) else ""
    return _Column(name, kind, texts)


def _decimals(amounts: Sequence[float | Decimal]) -> int:
    """As many as the amount with most of them has: of money two at least, of others within the bounds above."""
    money = [f"{amount:f}" for amount in amounts if isinstance(amount, Decimal)]
    if money:
        return max(2, *(len(text.partition(".")[2]) for text in money))
    values = [float(amount) for amount in amounts]
    whole = len(f"{max(map(abs, values), default=0):.0f}")
    most = max(0, min(_MOST_DECIMALS, _MOST_FIGURES - whole))
    return max((_places(round(one, most), most) for one in values), default=0)


def _places(value: float, most: int) -> int:
    return next(places for places in range(most + 1) if round(value, places) == value)


@pass_context
def _link(context: Context, **changed: str | None) -> str:
    """The address of this page with some parameters changed; None takes one away.

    More than a person asks for is left out: it would stand in each of a page's links.
    """
    request: Request = context["request"]
    path = f"/{request.url.path.lstrip('/')}"  # two strokes would begin the name of another host
    is_long = len(request.url.query) > _LONGEST_QUERY
    kept = [] if is_long else [one for one in request.query_params.multi_items() if one[0] not in changed]
    query = urlencode([*kept, *(one for one in changed.items() if one[1] is not None)])
    return f"{path}?{query}" if query else path


@pass_context
def _query(context: Context) -> str:
    """What this page's address asks for, to be added to another's."""
    request: Request = context["request"]
    asked = request.url.query
    return f"?{asked}" if 0 < len(asked) <= _LONGEST_QUERY else ""


def _language(context: Context) -> Language:
    reader: Reader = context["reader"]
    return reader.language


def unbroken(text: str) -> str:
    """A text whose numbers keep their units on the same line."""
    return text.replace(" €", "\u00a0€").replace(" %", "\u00a0%")


def drawn(svg: str) -> Markup:
    """A figure of ours: its texts are escaped where it is drawn."""
    return Markup(svg)  # noqa: S704 - `figures` escapes every text
