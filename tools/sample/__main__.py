"""Packs the sample anew: `make sample`."""

from __future__ import annotations

from sample import make_sample
from sample.archive import ARCHIVE, packed

if __name__ == "__main__":
    ARCHIVE.write_bytes(packed(make_sample()))
