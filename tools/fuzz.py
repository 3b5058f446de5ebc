"""What strangers write, read a million times: `make fuzz` lets atheris look for a text on which a property fails.

The properties are the tests marked `fuzz` that Hypothesis gives all they need; each runs in a process of its own, and
goes on where the run before was stopped. A text on which one fails is in Hypothesis's database: pytest shows it, short.
"""

from __future__ import annotations

import argparse
import importlib.util
import inspect
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn

_ROOT: Final = Path(__file__).resolve().parent.parent
_KEPT: Final = _ROOT / "build" / "fuzz"
_PATHS: Final = [str(_ROOT / folder) for folder in ("tools", "tests")]
"""Where pytest finds what test modules share."""
_LONGEST: Final = 1024  # bytes that a property draws its values from
_SEEDS: Final = 32
_TOLD_EVERY: Final = 10_000


def main() -> int:
    """Try all properties, as many at once as there are cores, and say what became of each."""
    parser = argparse.ArgumentParser(description="Properties of what reads strangers' texts, each tried many times.")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many of each, with those of runs before")
    parser.add_argument("--only", default="", help="a part of the names of those to be tried")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="processes side by side")
    asked = parser.parse_args()
    sys.path += _PATHS
    files = [
        path for path in sorted(_ROOT.glob("tests/**/test_*.py")) if "@pytest.mark.fuzz" in path.read_text("utf-8")
    ]
    names = [(file, name) for file in files for name in _properties(_loaded(file)) if asked.only in name]
    with ThreadPoolExecutor(asked.at_once) as pool:
        ended = list(pool.map(lambda one: _in_a_process(one[0], one[1], asked.cases), names))
    for (_, name), code in zip(names, ended, strict=True):
        print(f"{_count(_KEPT / name):>9,} {name}{' FAILED' if code else ''}")
    return int(any(ended))


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _properties(module: ModuleType) -> Iterator[str]:
    """The names of those tests that need nothing but what Hypothesis draws."""
    for name, test in vars(module).items():
        marks = {mark.name for mark in getattr(test, "pytestmark", [])}
        if "fuzz" in marks and hasattr(test, "hypothesis") and not inspect.signature(test).parameters:
            yield name


def _in_a_process(file: Path, name: str, cases: int) -> int:
    code = f"import fuzz, pathlib; fuzz.try_one(pathlib.Path({str(file)!r}), {name!r}, {cases})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_PATHS), "HYPOTHESIS_PROFILE": "nightly"}
    return subprocess.run([sys.executable, "-c", code], cwd=_ROOT, env=environment, check=False).returncode


def try_one(file: Path, name: str, cases: int) -> NoReturn:
    """Try one property until so many cases held, or one did not; ends the process, as atheris does.

    Args:
        file: The test module.
        name: The property's name.
        cases: How many are to be tried, with those of runs before. What is no case (bytes that give no values) is not
            counted.
    """
    import atheris

    with atheris.instrument_imports(include=["almazara"]):
        module = _loaded(file)
    kept = _KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    if not _count(kept):
        for number in range(_SEEDS):
            (kept / f"seed-{number}").write_bytes(random.Random(number).randbytes(_LONGEST))
    atheris.Setup(
        [name, f"-max_len={_LONGEST}", "-len_control=0", "-verbosity=0", f"-artifact_prefix={kept}.", str(kept)],
        _counted(getattr(module, name).hypothesis.fuzz_one_input, kept, cases),
    )
    atheris.Fuzz()
    raise AssertionError


def _counted(try_bytes: Callable[[bytes], Any], kept: Path, cases: int) -> Callable[[bytes], None]:
    count = _count(kept)

    def one(data: bytes) -> None:
        nonlocal count
        if count < cases:
            count += try_bytes(data) is not None
        if count % _TOLD_EVERY == 0 or count >= cases:
            _counter(kept).write_text(str(count), encoding="utf-8")
        if count >= cases:
            os._exit(0)  # libFuzzer has no other end but a failure

    return one


def _counter(kept: Path) -> Path:
    return kept.with_suffix(".count")


def _count(kept: Path) -> int:
    """How many cases of a property were tried so far."""
    return int(_counter(kept).read_text(encoding="utf-8")) if _counter(kept).exists() else 0


if __name__ == "__main__":
    sys.exit(main())
