"""What every function begins with."""

from almazara import log
from almazara.settings import Settings


def started() -> Settings:
    """The settings of the environment, and a log that follows them."""
    settings = Settings()
    log.configure(settings.log_level, settings.log_format)
    return settings
