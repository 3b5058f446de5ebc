"""Objects of published data, and how their values are taken."""

import html
from typing import Any, Final

Node = dict[str, Any]

_DEEPEST: Final = 12


def kinds_of(node: Node) -> set[str]:
    """A node's types in lower case, without the vocabulary's address."""
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return {str(name).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names}


def as_list(value: object, depth: int = 0) -> list[Any]:
    """A value, those of a list, or of lists in it."""
    if value is None or depth > _DEEPEST:
        return []
    return [item for part in value for item in as_list(part, depth + 1)] if isinstance(value, list) else [value]


def text_value(value: object) -> str | None:
    """Text of a scalar, or of the first of a list; entities decoded, and `?` for half of a surrogate pair."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@id")
    if value is None or isinstance(value, dict | list):
        return None
    whole = str(value).encode("utf-8", "replace").decode()
    return " ".join(html.unescape(whole).split()) or None
