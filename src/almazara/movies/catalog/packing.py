"""Texts and keys -> the arrays that `Texts` and `KeyTable` read."""

import numpy as np
import numpy.typing as npt
import polars as pl

from almazara.movies.catalog.catalog import Arrays

KEY = "key"
ROW = "row"


def pack_texts(texts: pl.Series) -> Arrays:
    """The arrays of `Texts`: offsets (n + 1) int64, blob uint8."""
    blob = texts.str.join("").cast(pl.Binary).item()
    return {"offsets": offsets(texts.str.len_bytes()), "blob": np.frombuffer(blob, np.uint8)}


def pack_lines(lines: bytes) -> Arrays:
    """The arrays of `Texts` for newline-ended lines; each keeps its newline, which JSON does not mind."""
    blob = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero(blob == ord("\n")) + 1
    return {"offsets": np.concatenate([[0], ends]).astype(np.int64), "blob": blob}


def pack_keys(groups: pl.DataFrame) -> Arrays:
    """The arrays of `KeyTable`: the sorted keys as `Texts`, and starts (n + 1) int64 into rows int32.

    Args:
        groups: Each `key` once, and the list of its `row` in the order in which a look-up gives them.
    """
    ordered = groups.sort(KEY)  # Polars sorts texts by their UTF-8 bytes
    return {
        **pack_texts(ordered[KEY]),
        "starts": offsets(ordered[ROW].list.len()),
        "rows": ordered[ROW].explode().to_numpy().astype(np.int32),
    }


def offsets(lengths: pl.Series) -> npt.NDArray[np.int64]:
    """Where each of n things of these lengths begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths.to_numpy(), dtype=np.int64)]).astype(np.int64)
