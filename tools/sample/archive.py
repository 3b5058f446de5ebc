"""The sample as one archive: a tenth of its size, and the same bytes whenever and by whom it is packed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ARCHIVE: Final = Path(__file__).parents[2] / "src" / "almazara" / "movies" / "sample.tar.xz"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A tar.xz of the files, in order of their names, without a date or owner."""
    packing = io.BytesIO()
    with tarfile.open(fileobj=packing, mode="w:xz", format=tarfile.USTAR_FORMAT, preset=9) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packing.getvalue()
