"""What a header of a request prefers: its values by weight (RFC 9110, 12.4.2)."""


def weighed(part: str) -> tuple[str, float]:
    """One value of a list, in small letters, and its weight; one that cannot be read weighs nothing.

    Example:
        >>> weighed(" br;q=0.5"), weighed("text/html;level=1"), weighed("gzip;q=much")
        (('br', 0.5), ('text/html', 1.0), ('gzip', 0.0))
    """
    value, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = (piece[2:] for piece in parameters if piece.startswith("q="))
    try:
        return value, float(next(weights, 1.0))
    except ValueError:
        return value, 0.0
