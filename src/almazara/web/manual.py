"""Help: the documents of this release as pages, the first hour and the index in either language."""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from almazara.errors import NotFoundError
from almazara.movies.catalog.titles import normalize
from almazara.web.page import page, reader_of
from almazara.words.numbers import Language
from almazara.words.said import said

PATH: Final = "/ayuda"
INDEX: Final = "index"
_SUFFIX: Final = ".md"
_SPANISH: Final = ".es"
_NUMBERS: Final = "text-align:right"


def folder() -> Path:
    """Where the documents lie: in the package, or beside it in the repository."""
    package = Path(str(files("almazara")))
    packaged = package / "docs"
    return packaged if packaged.is_dir() else package.parents[1] / "docs"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as HTML, its title, and its language."""

    title: str
    content: str
    language: Language


@lru_cache(maxsize=1)
def names() -> list[str]:
    """What the documents are called in addresses: their paths without `.md`."""
    return sorted(str(path.relative_to(folder()).with_suffix("")) for path in folder().rglob(f"*{_SUFFIX}"))


@lru_cache(maxsize=16)
def document(name: str) -> Document:
    """The document of a name; raises NotFoundError, with near names, where there is none."""
    known = names()
    if name not in known:
        wanted = name.rpartition("/")[2]
        near = [one for one in known if wanted and wanted in one]
        raise NotFoundError(said("site.help.missing", name=name[:60]), near)
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
    title = _made_ours(tokens, name, frozenset(known))
    language = Language.ES if name.endswith(_SPANISH) else Language.EN
    return Document(title, str(markdown.renderer.render(tokens, markdown.options, {})), language)


def _made_ours(tokens: list[Token], name: str, known: frozenset[str]) -> str:
    """Lead links to pages, give headings the ids that links name, leave styles to the sheet; returns the title."""
    title = ""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = "".join(one.content for one in tokens[place + 1].children or ())
            title = title or text
            token.attrSet("id", normalize(text).replace(" ", "-"))
        elif token.type in {"th_open", "td_open"} and token.attrs.pop("style", None) == _NUMBERS:
            token.attrSet("class", "n")
        for inner in token.children or ():
            if inner.type == "link_open":
                _lead(inner, name, known)
            elif inner.type == "image":  # pictures stay in the repository
                inner.type, inner.tag = "text", ""
    return title


def _lead(link: Token, name: str, known: frozenset[str]) -> None:
    """A link to a document leads to its page; one to another file of the repository stays a text."""
    target = str(link.attrs.get("href", ""))
    if target.startswith("#") or re.match("[a-z]+:", target):
        return
    path, _, part = target.partition("#")
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)).removesuffix(_SUFFIX)
    if meant in known:
        link.attrSet("href", f"{PATH}/{meant}" + (f"#{part}" if part else ""))
    else:
        link.attrs.pop("href", None)


async def show(request: Request) -> Response:
    """A document; the index, and others that there are in Spanish, in the reader's language."""
    name = request.path_params.get("name", INDEX)
    spanish = f"{name}{_SPANISH}"
    if reader_of(request).language is Language.ES and spanish in names():
        name = spanish
    return page(request, "help.html", document=document(name), is_index=name.startswith(INDEX))


async def slashed(_request: Request) -> Response:
    """The index, where a slash follows."""
    return RedirectResponse(PATH)


PAGES: Final = (Route(PATH, show), Route(f"{PATH}/", slashed), Route(f"{PATH}/{{name:path}}", show))
