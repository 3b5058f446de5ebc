"""What an access line costs a trivial route: none, ours as text and as JSON, and the one that uvicorn writes itself.

Run: python benchmarks/access_lines.py [--rounds 25] [--requests 1000] [--connections 16]

Each way is a server of its own over the embedded sample, which logs into a file; every round asks each in turn, so that
a busy machine slows all of them alike. The ratios are medians over the rounds of processor time beside no line.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psutil
import uvloop
from serve_films import SERVER_OPTIONS, TRIVIAL, ask, build, server

WAYS = {
    "no line": ({"log_level": "WARNING"}, SERVER_OPTIONS),
    "text": ({"log_level": "INFO"}, SERVER_OPTIONS),
    "JSON": ({"log_level": "INFO", "log_format": "json"}, SERVER_OPTIONS),
    "uvicorn's own": ({"log_level": "WARNING"}, ["--http", "httptools", "--loop", "uvloop", "--log-level", "info"]),
}


def _seconds(process: psutil.Process) -> float:
    """Processor time of the server's one thread by Linux's scheduler, which counts nanoseconds."""
    return int(Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    costs: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as home, ExitStack() as running:
        build(Path(home), None)
        servers = {}
        for name, (settings, how) in WAYS.items():
            command = [sys.executable, "-m", "uvicorn", *how, "--factory", "film_server:create_measured_app"]
            started = server(Path(home), command, Path(home) / f"{name}.log", **settings)
            servers[name] = running.enter_context(started)[:2]
        for round_ in range(options.rounds + 1):
            for name, (process, port) in servers.items():
                before = _seconds(process)
                uvloop.run(ask(port, itertools.repeat(TRIVIAL), options.requests, options.connections))
                if round_:  # the first round warms up
                    costs[name].append((_seconds(process) - before) / options.requests)
    print(f"{'line':<16}{'CPU us':>9}{'of none':>10}")
    for name, own in costs.items():
        ratio = median(mine / none for mine, none in zip(own, costs["no line"], strict=True))
        print(f"{name:<16}{1e6 * median(own):>9.0f}{ratio:>10.3f}")


if __name__ == "__main__":
    main()
