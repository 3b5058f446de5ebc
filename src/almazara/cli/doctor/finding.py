"""What the doctor finds."""

from dataclasses import dataclass
from typing import Final

_MB: Final = 1_000_000
_GB: Final = 1_000 * _MB


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `state` is ok, missing, or failed; `advice` is empty when there is nothing to do."""

    name: str
    state: str
    found: str
    advice: str = ""


def in_bytes(size: int) -> str:
    """A size as people read it.

    Example:
        >>> in_bytes(235_400_000), in_bytes(69_540_000_000)
        ('235 MB', '69.5 GB')
    """
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size // _MB} MB"
