"""What is installed: extras, environments beside this one, what AWS Lambda is given."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from almazara.cli.doctor.finding import Check, in_bytes
from almazara.errors import how_to_install

EXTRAS: Final = {
    "explore": ("dash", "point at figures on the site"),
    "report": ("resvg_py", "write figures as PNG"),
    "streamlit": ("streamlit", "run the Streamlit app"),
    "otel": ("opentelemetry.sdk", "send traces"),
    "remote": ("s3fs", "share what is published at s3://..."),
    "fetch": ("kagglehub", "download The Movies Dataset"),
    "prophet": ("prophet", "forecast with Prophet"),
    "stats": ("statsforecast", "forecast with exponential smoothing"),
    "boost": ("lightgbm", "forecast with boosted trees"),
    "lstm": ("tensorflow", "train the LSTM"),
    "postgres": ("psycopg", "keep prices in PostgreSQL or TimescaleDB"),
    "dynamodb": ("boto3", "keep prices in DynamoDB"),
    "aws": ("mangum", "run on AWS Lambda"),
    "xpath": ("lxml", "name places in XPath in shops' own rules"),
    "scrapy": ("scrapy", "scrape with Scrapy"),
    "spark": ("pyspark", "train on Spark"),
    "bench": ("implicit", "measure the recommenders of other libraries"),
}
"""Of each extra the module that shows that it is there, and what it is for; Prefect has an environment of its own."""
_BESIDE: Final = {
    "Prefect": (".venv-prefect", "prefect", "to run flows: make flows (docs/prefect.md)"),
    "DVC": (".venv-dvc", "dvc", "to keep versions of data and models: docs/versioning.md"),
}
_FUNCTION: Final = Path("deploy", "aws", "template.yaml")
_PACKAGE: Final = Path("build", "lambda")
_MOST_BYTES: Final = 250_000_000


def checks() -> Iterator[Check]:
    """Python, extras, environments beside this one; in the repository, what `make lambda` makes."""
    yield Check("python", "ok", sys.version.split()[0])
    for extra, (module, purpose) in EXTRAS.items():
        if _is_there(module):
            yield Check(f"extra {extra}", "ok", module)
        else:
            yield Check(f"extra {extra}", "missing", "not installed", f"to {purpose}: {how_to_install(extra)}")
    if _is_there("pyspark"):
        java = shutil.which("java")
        yield Check("java", "ok", java) if java else Check("java", "missing", "none", "to train on Spark: Java 17")
    for name, (folder, program, advice) in _BESIDE.items():
        found = _program(folder, program)
        yield Check(name, "ok", str(found)) if found else Check(name, "missing", "not installed", advice)
    if _FUNCTION.is_file():
        yield _lambda_package()


def _is_there(module: str) -> bool:
    with suppress(ModuleNotFoundError):  # of a part of a package that is not there either
        return find_spec(module) is not None
    return False


def _program(folder: str, program: str) -> Path | None:
    """Where a program is: in this environment, in one beside it as make makes them, or anywhere on the path."""
    near = (Path(sys.executable).parent / program, Path(sys.prefix).parent / folder / "bin" / program)
    found = next((one for one in near if one.is_file()), None) or shutil.which(program)
    return Path(found) if found else None


def _lambda_package() -> Check:
    size = sum(path.stat().st_size for path in _PACKAGE.rglob("*") if path.is_file())
    if not size:
        return Check("lambda package", "missing", "not made", "to deploy on AWS Lambda: make lambda (docs/aws.md)")
    found = f"{_PACKAGE}, {in_bytes(size)} of {in_bytes(_MOST_BYTES)}"
    if size > _MOST_BYTES:
        return Check("lambda package", "failed", found, "too large for a function: make it anew with make lambda")
    return Check("lambda package", "ok", found)
