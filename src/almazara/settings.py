"""The settings of Almazara: the only reader of the environment (`ALMAZARA_...` variables and `.env`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


_VARIABLE: Final = "ALMAZARA_{}"


class Settings(BaseSettings):
    """Everything that can be configured; each field is the variable ALMAZARA_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix="ALMAZARA_", env_file=".env", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    home: Path = Path("~/.almazara")
    """Folder where everything that Almazara builds and keeps lives."""
    host: str = "127.0.0.1"
    """Address on which the server listens; 0.0.0.0 in a container."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port on which the server listens; 0 takes a free one."""
    log_level: Annotated[str, Field(pattern="^(?i:debug|info|warning|error)$")] = "INFO"
    """Least level that is logged: debug, info, warning or error."""
    keep_versions: Annotated[int, Field(ge=1)] = 3
    """How many versions of an artifact stay, so that one can go back."""
    reload_seconds: Annotated[float, Field(gt=0)] = 1.0
    """How often the running server looks for a newly published artifact."""
    min_votes: Annotated[int, Field(ge=0)] = 2000
    """A film's vote average is answered only with more votes than this."""
    max_loss_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """A build that loses more than this share of the film rows publishes nothing."""

    @property
    def home_path(self) -> Path:
        """The home folder with `~` expanded."""
        return self.home.expanduser()


def env_example() -> str:
    """The text of `.env.example`: each setting with its sentence and default, commented out."""
    lines = ["# Settings of Almazara; made by `make settings` from src/almazara/settings.py.", ""]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        lines += [f"# {field.description}", f"# {_VARIABLE.format(name.upper())}={default}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(env_example())
