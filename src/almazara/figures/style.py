"""The stylesheet of figures: the colours it gives, and pictures that carry it inside."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from almazara.figures.chart import Role

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK: Final = re.compile(r"@[^{]+\{(?:[^{}]*\{[^{}]*\})*\s*\}")  # of a condition, with rules inside
_ON_SCREEN: Final = re.compile(r"@media screen\{((?:[^{}]*\{[^{}]*\})*)\s*\}")  # paper is light in any theme
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VALUE: Final = re.compile(r"--([\w-]+):([^;]+);")
_USE: Final = re.compile(r"var\(--([\w-]+)\)")
_ROLE: Final = re.compile(r"\.r-(\w+)(?:\.n-(\d))?\{color:var\(--(\w+)\)\}")


class Theme(StrEnum):
    """Dark words on light paper, or light ones on dark."""

    LIGHT = ":root"
    DARK = ":root[data-theme=oscuro]"


@cache
def values(theme: Theme) -> Mapping[str, str]:
    """The custom properties of the stylesheet, by name without dashes: colours, shades, the family of letters."""
    dark = dict(_VALUE.findall(_rules()[Theme.DARK])) if theme is Theme.DARK else {}
    return dict(_VALUE.findall(_rules()[Theme.LIGHT])) | dark


@cache
def color(role: Role, variant: int, theme: Theme) -> str:
    """The colour of a role, of the so-many-th mark that has it."""
    names = {(name, int(number or 1)): value for name, number, value in _ROLE.findall(_sheet())}
    return values(theme)[names.get((role.value, variant), names[role.value, 1])]


def standalone(svg: str) -> str:
    """A picture with the light stylesheet inside: a file that shows the same wherever it is opened."""
    start = svg.index(">")
    return f'{svg[:start]} xmlns="http://www.w3.org/2000/svg"><style>{_resolved()}</style>{svg[start + 1 :]}'


@cache
def _resolved() -> str:
    """The light rules, with each custom property's value in its place."""
    light = values(Theme.LIGHT)
    rules = (f"{name}{{{body}}}" for name, body in _rules().items() if not name.startswith(":root"))
    return f"svg{{background:{light['paper']}}}" + _USE.sub(lambda use: light[use[1]], "".join(rules))


@cache
def _rules() -> Mapping[str, str]:
    """The rules that hold under no condition but that of a screen, by selector."""
    sheet = _BLOCK.sub("", _ON_SCREEN.sub(r"\1", _sheet()))
    return {name.strip(): body.strip() for name, body in _RULE.findall(sheet)}


@cache
def _sheet() -> str:
    return _COMMENT.sub("", files(__package__).joinpath("figures.css").read_text(encoding="utf-8"))
