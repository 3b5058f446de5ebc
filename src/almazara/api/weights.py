"""What a header of a request prefers: its values by weight (RFC 9110, 12.4.2)."""

from typing import Final

_LONGEST: Final = 2_000  # characters; browsers send some hundred, and sixty thousand would take a fifth of a second


def preferences(header: str) -> list[tuple[str, float]]:
    """The values that a header lists, in small letters, and their weights; one that cannot be read weighs nothing.

    What a longer header lists beyond its first 2,000 characters is not looked at.

    Example:
        >>> preferences("br;q=0.5,text/html;level=1, gzip;q=much")
        [('br', 0.5), ('text/html', 1.0), ('gzip', 0.0)]
    """
    return [_weighed(part) for part in header[:_LONGEST].split(",")]


def _weighed(part: str) -> tuple[str, float]:
    value, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = (piece[2:] for piece in parameters if piece.startswith("q="))
    try:
        return value, float(next(weights, 1.0))
    except ValueError:
        return value, 0.0
