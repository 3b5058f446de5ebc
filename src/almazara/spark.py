"""Spark (extra `spark`): a session, and a function that its workers apply to many things."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Final

from almazara.errors import MissingExtraError, UnavailableError

try:
    import pyarrow as pa
    from py4j.protocol import Py4JError
    from pyspark import SparkConf
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
except ImportError as error:
    raise MissingExtraError("spark", "Work on Spark") from error

_NUMBER, _CONTENT = "number", "content"
_SCHEMA: Final = f"{_NUMBER} int, {_CONTENT} binary"


@contextmanager
def spark_session(master: str | None) -> Iterator[SparkSession]:
    """The session that runs, or else one of our own, which is stopped at the end.

    Args:
        master: Address of the cluster; None: what Spark itself is configured with (`PYSPARK_SUBMIT_ARGS`,
            `spark-defaults.conf`), or this machine.

    Raises:
        UnavailableError: when there is no Java, no cluster at the address, or a worker fails.
    """
    running = SparkSession.getActiveSession()
    try:
        session = running or SparkSession.builder.config(conf=_configuration(master)).getOrCreate()
        try:
            yield session
        finally:
            if running is None:
                session.stop()
    except (PySparkException, Py4JError) as error:
        needs = "it needs Java, a cluster that answers, and Almazara on its workers"
        raise UnavailableError(f"Spark did not do it ({_reason(error)}): {needs}.") from error


def mapped(session: SparkSession, work: Callable[[bytes], bytes], contents: Iterable[bytes]) -> list[bytes]:
    """What `work` makes of each content, in order; each is a task, which a worker that has this package does."""
    given = pa.array(contents, pa.binary())
    numbered = pa.table({_NUMBER: pa.array(range(len(given)), pa.int32()), _CONTENT: given})

    def worked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            made = [work(content) for content in batch[_CONTENT].to_pylist()]
            yield pa.RecordBatch.from_arrays([batch[_NUMBER], pa.array(made, pa.binary())], [_NUMBER, _CONTENT])

    tasks = session.createDataFrame(numbered).repartitionByRange(max(1, len(given)), _NUMBER)
    found = tasks.mapInArrow(worked, _SCHEMA).toArrow().sort_by(_NUMBER)
    return list(found[_CONTENT].to_pylist())


def _configuration(master: str | None) -> SparkConf:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # whose packages the workers need
    conf = SparkConf().setAppName("almazara").set("spark.ui.showConsoleProgress", "false")
    for process in ("driver", "executor"):
        conf.set(f"spark.{process}.extraJavaOptions", "-Xss16m")  # long plans are written recursively
    return conf.setMaster(master) if master else conf


def _reason(error: Exception) -> str:
    """The last line of what was said, without the calls that led there."""
    said = takewhile(lambda line: not line.startswith("\tat "), str(error).splitlines())
    lines = [line.strip() for line in said if line.strip() and "SQLSTATE" not in line]
    return lines[-1] if lines else type(error).__name__
