"""`versions` and `rollback`, of whatever is published in versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from almazara.cli.output import load_settings, print_json, print_table

Version = Annotated[str | None, typer.Argument(help="Version to go to; the one before the current by default.")]


def show_versions(kind: str, columns: Sequence[str], *, as_json: bool) -> None:
    """The published versions, newest first, with what their manifests or metrics hold under these names."""
    from almazara.artifacts import open_artifacts

    store = open_artifacts(load_settings())
    current, found = store.current_version(kind), store.versions(kind)
    if as_json:
        print_json([{"current": one.version == current, **one.manifest} for one in found])
        return
    rows = []
    for one in found:
        said = {**one.manifest, **one.manifest["metrics"]}
        rows.append(["→" if one.version == current else "", one.version, *(said[name] for name in columns)])
    print_table(["", "version", *columns], rows)


def go_back(kind: str, version: str | None, metric: str, counted: str) -> None:
    """Go to a version, and say what it holds: so many of what is counted."""
    from almazara.artifacts import open_artifacts

    artifact = open_artifacts(load_settings()).rollback(kind, version)
    typer.echo(f"Now in use: version {artifact.version}, {artifact.manifest['metrics'][metric]} {counted}.")
