"""Published versions of which one bit of a file is another one than its manifest says."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from almazara.artifacts import MANIFEST, Artifact, ArtifactStore


def with_a_damaged_newest(home: Path, kind: str, *, source: Path) -> tuple[str, Artifact]:
    """Copy what is published elsewhere twice: its first version, which is whole, and the newest, which is not."""
    target, store = home / "artifacts" / kind, ArtifactStore(home / "artifacts")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source / "artifacts" / kind, target)
    first = store.current(kind)

    def fill(folder):
        for name in first.files:
            shutil.copy(first.path / name, folder)
        return {name: said for name, said in first.manifest.items() if name not in {"files", "kind", "version"}}

    newest = store.publish(kind, fill, now=datetime.now(UTC), keep=2)
    flip_a_bit(newest)
    return first.version, newest


def flip_a_bit(artifact: Artifact) -> Path:
    """Change one bit of the largest file of a version."""
    path = max((path for path in artifact.path.iterdir() if path.name != MANIFEST), key=lambda one: one.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)
    return path


def forecast_product(home: Path) -> str:
    """A product of which a home has published a forecast."""
    index = json.loads((ArtifactStore(home / "artifacts").current("forecasts").path / "index.json").read_bytes())
    return next(name for name in index["forecasts"] if not name.startswith("category:"))
