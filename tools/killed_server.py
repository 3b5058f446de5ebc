"""A server for tools/kills.py, that is sent writes without pause: what it has acknowledged must be there ever after."""

import http.client
import json
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing
from typing import Any, Final

from almazara.app.movies import open_movies
from almazara.movies.users.event_store import open_event_store
from almazara.prices.alerts.alerting import RULES
from killed_works import KEY, Build, Work, require

MOST_RULES: Final = 100


class Serve(Work):
    """A server that is sent events without pause."""

    words = ("serve", "--port", "0")

    def prepare(self) -> None:
        """Films, that there is something to have seen."""
        build = Build(self.home)
        build.prepare()
        build.finish()
        self.film = open_movies(self.home.settings).score("Oil/Water").id
        self.acknowledged: list[str] = []
        self.rules: list[str] = []
        self.refusal = "none was refused"

    def begin(self) -> subprocess.Popen[str]:
        """Begin it, and send it events from a thread until it is gone."""
        process = super().begin()
        threading.Thread(target=self._send, args=(process,), daemon=True).start()
        return process

    def _send(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        address = ""
        for line in process.stderr:
            if found := re.search(r"http://[\d.]+:\d+", line):
                address = found[0]
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        while address and process.poll() is None:
            name = f"e{len(self.acknowledged)}-{process.pid}"
            try:
                event = {"id": name, "usuario": "ana", "pelicula": self.film, "tipo": "vista"}
                self._post(f"{address}/eventos", event)
                self.acknowledged.append(name)
                if len(self.rules) < MOST_RULES:
                    self.rules.append(self._post(f"{address}/alerts/rules", {"kind": "change"})["rule_id"])
            except urllib.error.HTTPError as error:
                self.refusal = error.read().decode()
            except (OSError, http.client.HTTPException):  # it was killed
                continue

    @staticmethod
    def _post(url: str, body: object) -> Any:  # noqa: ANN401 - what the server says
        headers = {"Content-Type": "application/json", "X-API-Key": KEY}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def seconds(self) -> float:
        """How long it takes until it has taken the first event, and as long again."""
        began = time.monotonic()
        self.finish()
        return 2 * (time.monotonic() - began)

    def look(self) -> None:
        """Each event and rule that was acknowledged is there, once."""
        with closing(open_event_store(self.home.settings)) as events:
            found = Counter(event.event_id for event in events.all())
        require(not found or max(found.values()) == 1, "an event is doubled")
        lost = [name for name in self.acknowledged if name not in found]
        require(not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged events are lost")
        with closing(self.home.store()) as store:
            require(set(self.rules) <= store.documents(RULES).keys(), "an acknowledged rule is lost")

    def finish(self) -> None:
        """It ends when it is told to."""
        before, deadline = len(self.acknowledged), time.monotonic() + 60
        process = self.begin()
        while len(self.acknowledged) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        process.terminate()
        require(process.wait(30) in {0, -signal.SIGTERM}, f"it ended with {process.returncode}")
        self.look()
        require(len(self.acknowledged) > before, f"no event was acknowledged at all: {self.refusal}")
        print(f"{len(self.acknowledged)} events and {len(self.rules)} rules were acknowledged", flush=True)
