"""The image under the limits of a free plan: `python benchmarks/free_tier.py --minutes 60 --memory 512m --cpus 0.5`.

Starts the image (`podman build --tag almazara .`, or docker) and asks it for links of the site and for routes of the
API: for a minute as fast as it answers, which is its capacity; then --load of that, while films and forecasts are
trained anew and prices are read every quarter of the time, all at once; then for a minute by more readers than it holds
connections for, who do not wait; then as before. One request in ten writes: an event of a film, after which its user's
films are asked for, or an alert rule that is made and taken back. Requests come when they are due, however late the
answers are, and an answer's time is counted from then. Says how soon it answered first, and of each phase how quickly,
what was refused and what it held in memory. Ends with 1 when it was killed or started again, or failed to answer or to
train in the hour.
"""

import argparse
import html
import http.client
import json
import random
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

KEY = "only-for-this-measurement"
SITE = ("/", "/precios", "/peliculas", "/explorar", "/precios/modelos", "/precios/lector", "/peliculas/modelo")
API = (
    "/health",
    "/productos",
    "/metrics",
    "/peliculas?desde=60",
    "/buscar?q=lord+of+the+oil",
    "/cantidad_filmaciones_mes/mayo",
)
WORK = ("/modelos/peliculas/entrenar", "/retrain", "/scraper")
WRITES = 0.1  # of the requests
USERS = 500
_LINK = re.compile(r'href="(/(?:precios|peliculas|explorar|personas)[^"#]{0,200})"')
_MB = 1_000_000
MOST_LINKS = 2_000
READERS = 8
OVERLOAD_READERS = 600  # more than ALMAZARA_MAX_CONNECTIONS


@dataclass
class Seen:
    """What the readers of a phase have found, and how long each answer took."""

    links: set[str]
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"site": [], "api": [], "writes": []})
    failed: Counter[str] = field(default_factory=Counter)
    held: list[dict[str, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Box:
    """A container with limits, its address on this machine, and what its engine says of it."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.engine, self.name = asked.engine, f"almazara-free-{asked.port}"
        self.url = f"http://127.0.0.1:{asked.port}"
        command = ["run", "--detach", "--name", self.name, "--network", "host", "--read-only", "--tmpfs", "/tmp"]
        command += ["--cap-drop", "all", "--memory", asked.memory, "--memory-swap", asked.memory, "--cpus", asked.cpus]
        command += ["--cpuset-cpus", asked.cores] if asked.cores else []
        command += ["--env", f"ALMAZARA_API_KEYS={KEY}", "--env", f"ALMAZARA_PORT={asked.port}"]
        command += [
            "--env",
            "ALMAZARA_SCHEDULE=true",
            "--env",
            "ALMAZARA_WRITES_PER_MINUTE=10000",
            "--mount",
            f"type=volume,source={self.name},target=/data",
        ]
        self.begun = time.monotonic()
        self.do(*command, asked.image)

    def do(self, *command: str) -> str:
        """What a command of the engine says."""
        return subprocess.run([self.engine, *command], check=True, capture_output=True, text=True).stdout.strip()

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: object = None,
        accept: str = "application/json",
        timeout: float = 60,
    ) -> bytes:
        """The body of an answer, as one who may write gets it."""
        headers = {"X-API-Key": KEY, "Accept": accept, "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.read()

    def memory(self) -> dict[str, float]:
        """Megabytes that its group of processes holds now: all, and without the pages of files that can be had anew."""
        text = self.do(
            "exec",
            self.name,
            "sh",
            "-c",
            "cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null; true",
        )
        found = {line.split()[0]: line.split()[-1] for line in text.splitlines() if line.split()[-1].isdigit()}
        own = int(found.get("total_rss", found.get("anon", 0)))
        return {"own": own / _MB, "with files": (own + int(found.get("total_cache", found.get("file", 0)))) / _MB}

    def state(self) -> tuple[bool, bool, int]:
        """Whether it runs, whether it or a process of it was killed for memory, how often it was started again."""
        found = json.loads(self.do("inspect", self.name))[0]
        return found["State"]["Running"], found["State"]["OOMKilled"], found["RestartCount"]

    def remove(self) -> None:
        """Take the container and its volume away."""
        self.do("rm", "--force", "--volumes", self.name)
        self.do("volume", "rm", "--force", self.name)


def wait_until_ready(box: Box, most_seconds: float = 900) -> float:
    """Seconds until it answers for the first time."""
    while time.monotonic() - box.begun < most_seconds:
        try:
            box.ask("/health", timeout=5)
        except OSError:
            time.sleep(0.2)
        else:
            return time.monotonic() - box.begun
    sys.exit(f"No answer in {most_seconds:.0f} s: {box.do('logs', box.name)[-2000:]}")


def ask_for(box: Box, seen: Seen, path: str, due: float) -> None:
    """Ask for one page or answer that was due at a moment, and note what came of it."""
    try:
        page = box.ask(path, accept="application/json" if path in API else "text/html").decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        with seen.lock:
            seen.failed[str(getattr(error, "code", None) or type(error).__name__)] += 1
        return
    with seen.lock:
        seen.seconds["api" if path in API else "site"].append(time.monotonic() - due)
        if len(seen.links) < MOST_LINKS:
            seen.links |= {urllib.parse.quote(html.unescape(found), safe="/?=&%:+,") for found in _LINK.findall(page)}


def write(box: Box, seen: Seen, chance: random.Random, due: float) -> None:
    """Write something that was due at a moment, see it or take it back, and note what came of it."""
    user = f"reader-{chance.randrange(USERS)}"
    rating = {"usuario": user, "tipo": "valoracion", "valor": chance.randrange(1, 11) / 2}
    try:
        if chance.random() < 0.5:
            found = json.loads(box.ask(f"/peliculas?limite=1&desde={chance.randrange(1_000)}"))["peliculas"]
            box.ask("/eventos", method="POST", body={"id": f"{due}-{user}", "pelicula": found[0]["id"], **rating})
            box.ask(f"/recomendacion/usuario/{user}")
        else:
            asked = {"kind": "drop", "percent": chance.randrange(100, 9_900) / 100}  # hardly ever one that is there
            rule = json.loads(box.ask("/alerts/rules", method="POST", body=asked))
            box.ask(f"/alerts/rules/{rule['rule_id']}", method="DELETE")
    except (OSError, http.client.HTTPException) as error:
        with seen.lock:
            seen.failed[f"write {getattr(error, 'code', None) or type(error).__name__}"] += 1
        return
    with seen.lock:
        seen.seconds["writes"].append(time.monotonic() - due)


def read_on(box: Box, seen: Seen, until: float, pause: float, seed: int) -> None:
    """One reader: a page or a route, another when it is due (`pause` seconds later in the mean), until it is time."""
    chance = random.Random(seed)
    due = time.monotonic()
    while due < until:
        if chance.random() < WRITES:
            write(box, seen, chance, due)
        else:
            with seen.lock:
                path = chance.choice(sorted(seen.links) if chance.random() < 0.7 else API)
            ask_for(box, seen, path, due)
        due = due + chance.expovariate(1 / pause) if pause else time.monotonic()
        time.sleep(max(0.0, due - time.monotonic()))


def run(box: Box, seen: Seen, path: str) -> None:
    """Begin a training or a reading, wait for its end, and note how it ended and how long that took."""
    begun = time.monotonic()
    try:
        told = json.loads(box.ask(path, method="POST"))
    except urllib.error.HTTPError as error:  # a new container makes its first forecasts by itself
        print(f"{path}: {error.code}, {json.load(error)['detail']}", flush=True)
        return
    address = f"{path}/{told.get('id') or told['run_id']}"
    while (state := told.get("estado") or told["state"]) in {"en_curso", "running"}:
        time.sleep(2)
        told = json.loads(box.ask(address))
    print(f"{path}: {state} after {time.monotonic() - begun:.0f} s", flush=True)
    if state not in {"terminado", "done"}:
        seen.failed[f"{path} {state}"] += 1


def read_together(box: Box, links: set[str], minutes: float, readers: int, *, pause: float = 0, work: int = 0) -> Seen:
    """What so many readers at once found in so many minutes, with all WORK begun so many times at once."""
    seen, begun = Seen(set(links)), time.monotonic()
    until = begun + minutes * 60
    threads = [
        threading.Thread(target=read_on, args=(box, seen, until, pause, seed), daemon=True) for seed in range(readers)
    ]
    for one in threads:
        one.start()
    begin_at = [begun + minutes * 60 * (index + 0.2) / work for index in range(work)]
    while time.monotonic() < until:
        time.sleep(2)
        seen.held.append(box.memory())
        if begin_at and time.monotonic() > begin_at[0]:
            begin_at.pop(0)
            for path in WORK:  # all at once, which is the worst that can come
                threads.append(threading.Thread(target=run, args=(box, seen, path), daemon=True))
                threads[-1].start()
    for one in threads:
        one.join()
    return seen


def show(name: str, seen: Seen, minutes: float) -> None:
    """Print what a phase came to."""
    answers = sum(map(len, seen.seconds.values()))
    print(f"{name}: {answers / minutes / 60:.1f} answers a second; failed: {dict(seen.failed) or 'none'}")
    for kind, took in seen.seconds.items():
        if took:
            shares = [sorted(took)[min(int(len(took) * share), len(took) - 1)] for share in (0.5, 0.95, 0.99)]
            print(f"  {kind}: {len(took)} answers, p50 {shares[0]:.2f} s, p95 {shares[1]:.2f} s, p99 {shares[2]:.2f} s")
    for kind in seen.held[0]:
        values = sorted(one[kind] for one in seen.held)
        print(f"  memory, {kind}: median {values[len(values) // 2]:.0f} MB, most {values[-1]:.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--memory", default="512m")
    parser.add_argument("--cpus", default="0.5")
    parser.add_argument("--cores", help="those that it may use: 0; others too where it is not said")
    parser.add_argument("--load", type=float, default=0.8, help="share of its capacity that is asked for")
    parser.add_argument("--image", default="almazara")
    parser.add_argument("--engine", default="podman")
    parser.add_argument("--port", type=int, default=8765)
    box = Box(asked := parser.parse_args())
    try:
        print(f"{asked.memory}, {asked.cpus} CPU: ready after {wait_until_ready(box):.1f} s", flush=True)
        found = read_together(box, {*SITE, *API}, 1, READERS)  # what is made at first asking
        while any(one["state"] == "running" for one in json.loads(box.ask("/runs"))):  # the first forecasts
            time.sleep(2)
        show("capacity", found := read_together(box, found.links, 1, READERS), 1)
        pause = READERS * 60 / (asked.load * sum(map(len, found.seconds.values())))
        failed = 0
        for quarter in range(1, 5):
            found = read_together(box, found.links, asked.minutes / 4, READERS, pause=pause, work=1)
            show(f"{asked.load:.0%} of it, quarter {quarter}", found, asked.minutes / 4)
            failed += found.failed.total()
        show("overload", read_together(box, found.links, 1, OVERLOAD_READERS), 1)
        show("after it", read_together(box, found.links, 1, READERS, pause=pause), 1)
        runs, was_killed, restarts = box.state()
        print(f"running: {runs}, killed for memory: {was_killed}, started again: {restarts}")
        sys.exit(int(not runs or was_killed or restarts > 0 or failed > 0))
    finally:
        box.remove()


if __name__ == "__main__":
    main()
