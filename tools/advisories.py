"""Answer `uv audit` from a stored list of advisories, where osv.dev cannot be reached: `python tools/advisories.py DB`.

DB is a checkout of https://github.com/pypa/advisory-database. `make audit OSV=...` is run beside it. The two
calls of OSV that uv makes are answered.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from packaging.utils import canonicalize_name
from packaging.version import Version


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a release is named, or lies between what introduced a fault and what mended it."""
    if version in map(str, affected.get("versions", ())):
        return True
    inside = False
    for event in (e for r in affected.get("ranges", ()) if r["type"] == "ECOSYSTEM" for e in r["events"]):
        kind, edge = next(iter(event.items()))
        edge = Version(str(edge))
        if kind == "introduced" and Version(version) >= edge:
            inside = True
        elif (kind == "fixed" and Version(version) >= edge) or (kind == "last_affected" and Version(version) > edge):
            inside = False
    return inside


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Each advisory of the list that was not withdrawn."""
    for path in sorted(folder.glob("vulns/**/*.yaml")):
        advisory = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # 30 times the pure loader
        if "withdrawn" not in advisory:
            yield advisory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8099)
    asked = parser.parse_args()
    by_id = {advisory["id"]: advisory for advisory in read(asked.folder)}
    by_package = defaultdict(list)
    for advisory in by_id.values():
        for affected in advisory.get("affected", ()):
            by_package[canonicalize_name(affected["package"]["name"])].append((advisory, affected))

    class Osv(BaseHTTPRequestHandler):
        def answer(self, found: object) -> None:
            body = json.dumps(found, default=str).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer(by_id[self.path.rpartition("/")[2]])

        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            self.answer({"results": [{"vulns": list(self.found(query))} for query in queries]})

        def found(self, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
            for advisory, affected in by_package[canonicalize_name(query["package"]["name"])]:
                if is_affected(query["version"], affected):
                    yield {"id": advisory["id"], "modified": advisory["modified"]}

        def log_message(self, *_: object) -> None:
            pass

    print(f"{len(by_id)} advisories: make audit OSV=http://127.0.0.1:{asked.port}", flush=True)
    ThreadingHTTPServer(("127.0.0.1", asked.port), Osv).serve_forever()


if __name__ == "__main__":
    main()
