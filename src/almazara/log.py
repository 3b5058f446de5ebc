"""Logging: one line an event, a short name and its numbers as fields."""

import logging
import sys

LOGGER = logging.getLogger("almazara")


def configure(level: str = "INFO") -> None:
    """Send Almazara's events to standard error, from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.handlers = [handler]
    LOGGER.setLevel(level.upper())
    LOGGER.propagate = False


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log `name key=value ...`; values never hold secrets.

    Example:
        >>> event("collected", listings=12, new=11)
    """
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s %s", name, " ".join(f"{key}={value}" for key, value in fields.items()))
