"""`versions` and `rollback`, of whatever is published in versions."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from almazara.cli.output import Table, load_settings, print_answer

_NAMED: Final = 3  # damaged files; --json names them all
Version = Annotated[str | None, typer.Argument(help="Version to go to; the one before the current by default.")]


def show_versions(kind: str, columns: Sequence[str], *, as_json: bool) -> None:
    """The published versions, newest first, with what their manifests or metrics hold under these names.

    The files of each are read once, to say which are damaged: a third of a second (benchmarks/open_artifacts.py).
    """
    from almazara.artifacts import damaged_files, open_artifacts

    store = open_artifacts(load_settings())
    current, found = store.current_version(kind), store.versions(kind)
    answer = [{"current": one.version == current, "damaged": damaged_files(one), **one.manifest} for one in found]
    said = ({**one, **one.get("metrics", {})} for one in answer)
    rows = (
        [
            "→" if about["current"] else "",
            about["version"],
            *(about.get(name, "") for name in columns),
            ", ".join(about["damaged"][:_NAMED]),
        ]
        for about in said
    )
    print_answer(answer, [Table(["", "version", *columns, "damaged"], rows)], as_json=as_json)


def go_back(kind: str, version: str | None, metric: str, counted: str, *, as_json: bool) -> None:
    """Go to a version, and say what it holds: so many of what is counted."""
    from almazara.app.mirror import share
    from almazara.artifacts import open_artifacts

    artifact = open_artifacts(load_settings()).rollback(kind, version)
    share(load_settings(), artifact)
    told = f"Now in use: version {artifact.version}, {artifact.manifest['metrics'][metric]} {counted}."
    print_answer(artifact.manifest, [told], as_json=as_json)
