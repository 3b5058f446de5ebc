"""Mutants of the pure modules: are their tests sharp? `make mutants` runs a seeded sample of them through mutmut.

A mutant that survives is shown as the change that no test noticed. Those that no test can tell from the original stand
in mutants.toml with the reason; fewer than nine in ten killed of all others are a failure.

mutmut forks each mutant's process from one that has loaded all, and threads (Polars') do not survive a fork: mutants of
modules that need them, and what never ended, are tried in a process of their own: a deadlock is no test that noticed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

_MUTMUT: Final = Path(sys.executable).with_name("mutmut")
_EQUIVALENT: Final = Path(__file__).with_suffix(".toml")
_FIRST: Final = "almazara.prices.money.x_money__mutmut_1"  # running any makes all, and learns which tests meet which
_KILLED: Final = frozenset({"killed", "caught by type check"})
_UNDECIDED: Final = frozenset({"timeout", "not checked"})
_MUTATED: Final = Path("mutants")
_PATIENCE_SECONDS: Final = 300
_WANTED: Final = 0.9
_STRICT: Final = re.compile(r",? ?strict=\w+")  # what `zip` asserts is never so in a program that is right


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one function.

    Attributes:
        name: What mutmut calls it: module, function, number.
        status: What became of it.
    """

    name: str
    status: str

    @property
    def is_killed(self) -> bool:
        """Whether a test failed on it, or never ended."""
        return self.status in _KILLED

    @property
    def function(self) -> str:
        """Module and function, as mutmut writes them."""
        return self.name.rpartition("__mutmut_")[0]


def main() -> int:
    """Run a sample, show what survives, and say whether enough was killed."""
    parser = argparse.ArgumentParser(description="Mutants of the pure modules.")
    parser.add_argument("--sample", type=int, default=400, help="how many are tried; 0 for all")
    parser.add_argument("--seed", type=int, default=2026, help="another seed tries others")
    parser.add_argument("--only", default="", help="a part of the names of those to be tried, such as prices.money")
    asked = parser.parse_args()
    _run(_FIRST)
    names = sorted(name for name in _statuses() if asked.only in name)
    chosen = random.Random(asked.seed).sample(names, min(asked.sample or len(names), len(names)))
    _run(*(name for name in chosen if not _needs_threads(name)))
    statuses = _statuses()
    tests = json.loads((_MUTATED / "mutmut-stats.json").read_text(encoding="utf-8"))["tests_by_mangled_function_name"]
    tried = [Mutant(name, statuses[name]) for name in sorted(chosen)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = list(pool.map(lambda one: _alone(one, tests) if one.status in _UNDECIDED else one, tried))
    return _report(tried, len(names))


def _needs_threads(name: str) -> bool:
    """Whether the module of a mutant works with Polars."""
    module = name.rpartition(".")[0].partition(".x")[0]
    return "import polars" in (_MUTATED / "src" / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


def _alone(mutant: Mutant, tests: dict[str, list[str]]) -> Mutant:
    """The mutant judged in a process of its own; killed, too, when it never ends there either."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "quick", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": "src", "MUTANT_UNDER_TEST": mutant.name}
    try:
        done = subprocess.run(
            [*command, *tests[mutant.function]],
            cwd=_MUTATED,
            env=environment,
            timeout=_PATIENCE_SECONDS,
            capture_output=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return replace(mutant, status="killed")
    failed = done.returncode in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
    return replace(mutant, status="killed" if failed else "survived")


def _report(tried: list[Mutant], of: int) -> int:
    known = {(one["function"], one["was"], one["becomes"]) for one in _equivalent()}
    survived, equivalent = [], 0
    for mutant in tried:
        if mutant.is_killed:
            continue
        difference = _difference(mutant)
        if (mutant.function, *difference) in known or len({_STRICT.sub("", line) for line in difference}) == 1:
            equivalent += 1
        else:
            survived.append((mutant, *difference))
    for mutant, was, becomes in survived:
        print(f"\n{mutant.name} ({mutant.status})\n  - {was}\n  + {becomes}")
    counted = len(tried) - equivalent
    share = 1 - len(survived) / max(counted, 1)
    print(f"\n{len(tried)} of {of} mutants tried, {equivalent} of them equivalent; {share:.1%} of the others killed.")
    return 0 if share >= _WANTED else 1


def _run(*names: str) -> None:
    subprocess.run([_MUTMUT, "run", "--max-children", str(os.cpu_count() or 1), *names], check=True)


def _statuses() -> dict[str, str]:
    """What became of each mutant, by name."""
    lines = subprocess.run([_MUTMUT, "results", "--all", "true"], check=True, capture_output=True, text=True).stdout
    found = (line.strip().partition(": ") for line in lines.splitlines() if "__mutmut_" in line)
    return {name: status for name, _, status in found}


def _difference(mutant: Mutant) -> tuple[str, str]:
    """The lines that were taken away and those that came instead."""
    text = subprocess.run([_MUTMUT, "show", mutant.name], check=True, capture_output=True, text=True).stdout
    lines = [line for line in text.splitlines() if line[:3] not in {"---", "+++"}]
    was, becomes = (" ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+")
    return was, becomes


def _equivalent() -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(_EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return found


if __name__ == "__main__":
    raise SystemExit(main())
