"""`almazara backup` and `almazara restore`: everything in one file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_answer, showing_progress

if TYPE_CHECKING:
    from almazara.app.backup import BackupReport, RestoreReport

_OPENING = (
    "WARNING: these may let others in, lift a limit, or name what is asked, told or loaded. They are commented out: "
    "take over only what you set yourself."
)
File = Annotated[Path, typer.Argument(help="The backup, a zip file.")]


def backup(file: File, as_json: AsJson = False) -> None:
    """Write prices, film events, what is published, and settings without secrets into one file."""
    from almazara.app.backup import back_up

    with showing_progress() as progress:
        report = back_up(load_settings(), file, progress, now=datetime.now(UTC))
    told = [f"{report.path}: {report.bytes / 1e6:.1f} MB. In it are {_held(report)}."]
    told += [f"Left out: {why}" for why in report.left_out]
    if report.secrets:
        told.append(f"Secrets are not in it; keep them yourself: {', '.join(report.secrets)}.")
    print_answer(report, told, as_json=as_json)


def restore(file: File, as_json: AsJson = False) -> None:
    """Put a backup into an empty home folder and an empty store."""
    from almazara.app.backup import restore as put_back

    with showing_progress() as progress:
        report = put_back(load_settings(), file, progress)
    told = [f"What was backed up at {report.made_at} is restored: {_held(report)}."]
    if report.settings:
        told.append("Its settings, for your .env:")
        told += report.settings
    if report.opening:
        told.append(_OPENING)
        told += (f"# {line}" for line in report.opening)
    print_answer(report, told, as_json=as_json)


def _held(report: BackupReport | RestoreReport) -> str:
    prices = f"{report.observations} observations of {report.listings} listings"
    published = ", ".join(report.artifacts) or "nothing published"
    return f"{prices}, {report.film_events} film events; {published}"
