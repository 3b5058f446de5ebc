"""Run every benchmark with arguments that take minutes and not hours, show what each prints, and sum up in one table.

Run: python benchmarks/run.py [NAME ...]    (names as in the table; all by default)
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = {
    "build_films": ["--repeat", "1"],
    "serve_films": ["--rounds", "3", "--requests", "500"],
    "access_lines": ["--rounds", "5", "--requests", "500"],
    "serve_users": ["--requests", "100"],
    "profile_weights": ["--folds", "1"],
    "search_films": ["--queries", "200"],
    "read_pages": ["--pages", "20"],
    "fetch_sources": [],
    "similar_films": ["--halves", "1"],
    "diversity": [],
    "user_models": ["quality"],
    "forecasting": ["--series", "20", "--every", "4", "--horizons", "7", "30"],
    "m4": ["--series", "10"],
    "advice": ["--listings", "40"],
    "stores": ["200000"],
    "dynamodb_units": ["100"],
    "overview": [],
}


def main() -> None:
    names = sys.argv[1:] or list(SCRIPTS)
    if unknown := set(names) - set(SCRIPTS):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(SCRIPTS)}.")
    ended = []
    for name in names:
        print(f"\n== {name} {' '.join(SCRIPTS[name])}", flush=True)
        started = time.perf_counter()
        code = subprocess.run([sys.executable, _path(name), *SCRIPTS[name]], check=False).returncode
        ended.append((name, time.perf_counter() - started, code))
    print(f"\n{'benchmark':<16}{'seconds':>9}  ended")
    for name, seconds, code in ended:
        print(f"{name:<16}{seconds:>9.0f}  {'well' if code == 0 else f'with exit code {code}'}")
    sys.exit(any(code for _, _, code in ended))


def _path(name: str) -> Path:
    """A script, or a folder that Python can run."""
    folder = HERE / name
    return folder if folder.is_dir() else HERE / f"{name}.py"


if __name__ == "__main__":
    main()
