"""Where the parts of a panel are forecast: in this process, in several of this machine, or by the workers of Spark.

Each place is a `map`, so that the forecasts are the same wherever they are made.
"""

import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.prices.forecasting.models.across import Each, OfPart, Part
from almazara.prices.forecasting.panel import Floats

HERE: Final = "here"
_PROCESSES, _SPARK = "processes", "spark"


@contextmanager
def spread(where: str) -> Iterator[Each]:
    """The `map` of a place, which is there until the end: `here`, `processes:N`, `spark` or `spark:MASTER`.

    Raises:
        InputError: for any other place.
        UnavailableError: when Spark is not installed or does not answer.
    """
    place, _, rest = where.partition(":")
    if where == HERE:
        yield map
    elif place == _PROCESSES and rest.isdecimal() and int(rest) > 0:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # in each process: more threads would wait for each other
        with ProcessPoolExecutor(int(rest), get_context("spawn")) as pool:
            yield pool.map
    elif where == _SPARK or (place == _SPARK and rest):
        from almazara.spark import mapped, spark_session

        with spark_session(rest or None) as session:
            yield lambda work, parts: map(_array, mapped(session, partial(_by_bytes, work), map(_bytes, parts)))
    else:
        raise InputError(f"{where!r} is no place to forecast in: say here, processes:N, spark or spark:MASTER.")


def _by_bytes(work: OfPart, content: bytes) -> bytes:
    with np.load(io.BytesIO(content), allow_pickle=False) as part:
        return _bytes([work((part["arr_0"], part["arr_1"], part["arr_2"]))])


def _bytes(arrays: Part | Iterable[Floats]) -> bytes:
    """Arrays on their way; prices that stay take hardly any room."""
    content = io.BytesIO()
    np.savez_compressed(content, *arrays)
    return content.getvalue()


def _array(content: bytes) -> Floats:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return np.asarray(arrays["arr_0"])
