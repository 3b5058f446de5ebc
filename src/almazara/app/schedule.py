"""What a server does by itself at hours of the day: once each, also with several servers; a missed one is caught up.

An hour has come when its slot is claimed: a document in the price store that one of several servers creates. Of the
slots that nobody claimed while no server ran, the newest alone is caught up, unless the work was done since by hand.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from almazara import log
from almazara.app.prices import Prices
from almazara.errors import AlmazaraError, UnavailableError
from almazara.movies.renewing.training_runs import FilmTraining
from almazara.prices.collecting.runs import whole_since
from almazara.prices.store.protocol import ObservationStore
from almazara.settings import NEVER, WEEKDAYS, Settings

CLAIMS: Final = "schedule"
"""Kind of the documents that say which slots were claimed."""
_WEEK: Final = 7
_TICK_SECONDS: Final = 30.0
_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Hours:
    """Full hours of the day in a zone, on each day or on one weekday (0 is Monday)."""

    hours: Sequence[int]
    zone: ZoneInfo
    weekday: int | None = None

    def latest(self, now: datetime) -> datetime | None:
        """The newest slot that is not after a moment (aware), in UTC; None where there are no hours."""
        return max((slot for slot in self._around(now) if slot <= now), default=None)

    def following(self, now: datetime) -> datetime | None:
        """The first slot after a moment (aware), in UTC; None where there are no hours."""
        return min((slot for slot in self._around(now) if slot > now), default=None)

    def _around(self, now: datetime) -> Iterator[datetime]:
        today = now.astimezone(self.zone).date()
        for ahead in range(-_WEEK, _WEEK + 1):
            day = today + timedelta(days=ahead)
            if self.weekday in {None, day.weekday()}:
                yield from (datetime.combine(day, time(hour), self.zone).astimezone(UTC) for hour in self.hours)


def claim_of(task: str, slot: datetime) -> str:
    """The key under which a task's slot (UTC) is claimed.

    Example:
        >>> claim_of("prices", datetime(2026, 3, 1, 6, tzinfo=UTC))
        'prices@2026-03-01T06:00Z'
    """
    return f"{task}@{slot:%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is done by itself.

    Attributes:
        name: One word, by which its slots are claimed.
        start: Begins it and returns; what it raises is logged.
        done_since: Whether it was done, by whomever, at or after a moment.
    """

    name: str
    hours: Hours
    start: Callable[[], object]
    done_since: Callable[[datetime], bool]


@dataclass(frozen=True, slots=True)
class Planned:
    """A task as it is shown: its hours in a zone, when its last slot was, when the next one is."""

    name: str
    hours: list[int]
    zone: str
    weekday: int | None
    last: datetime | None
    next: datetime | None


@dataclass(eq=False)
class Schedule:
    """Begins tasks when their slots come; its thread runs between `start` and `stop`.

    Attributes:
        store: Where slots are claimed; several servers share it.
        clock: The present moment (aware).
        jitter: A slot comes later by a random part of up to this, and of up to half of the time to the next one.
    """

    tasks: Sequence[Task]
    store: ObservationStore
    _: KW_ONLY
    clock: Callable[[], datetime]
    rng: random.Random
    jitter: timedelta
    _delays: dict[tuple[str, datetime], timedelta] = field(default_factory=dict, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to look at the hours, in a thread."""
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def planned(self) -> list[Planned]:
        """The tasks with their last and next slots."""
        now = self.clock()
        return [
            Planned(
                one.name,
                list(one.hours.hours),
                one.hours.zone.key,
                one.hours.weekday,
                one.hours.latest(now),
                one.hours.following(now),
            )
            for one in self.tasks
        ]

    def tick(self) -> list[str]:
        """Begin each task whose newest slot has come and was not claimed; returns their names."""
        now = self.clock()
        claims = ((task, self._claimed(task, now)) for task in self.tasks)
        return [task.name for task, slot in claims if slot is not None and self._begun(task, slot)]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next hour comes; a slot waits for its store
                log.event("schedule_waits", level=logging.WARNING, reason=error)
            self._stopping.wait(_TICK_SECONDS)

    def _claimed(self, task: Task, now: datetime) -> datetime | None:
        """The task's newest slot, where that has come and is ours."""
        slot = task.hours.latest(now)
        if slot is None or now < slot + self._delay(task, slot):
            return None
        if not self.store.put_document(CLAIMS, claim_of(task.name, slot), {"at": now.isoformat()}, if_absent=True):
            return None
        self._forget_old(now)
        return slot

    def _delay(self, task: Task, slot: datetime) -> timedelta:
        if (task.name, slot) not in self._delays:
            self._delays = {key: delay for key, delay in self._delays.items() if key[0] != task.name}
            following = task.hours.following(slot) or slot
            self._delays[task.name, slot] = min(self.jitter, (following - slot) / 2) * self.rng.random()
        return self._delays[task.name, slot]

    def _begun(self, task: Task, slot: datetime) -> bool:
        """Begin the task, unless it was done since; where something is away its slot is there to be claimed again."""
        try:
            if task.done_since(slot):
                return False
            task.start()
        except (AlmazaraError, OSError) as error:
            log.event("not_started", level=logging.WARNING, task=task.name, reason=error)
            if isinstance(error, (UnavailableError, OSError)):
                self.store.delete_document(CLAIMS, claim_of(task.name, slot))
            return False
        log.event("scheduled", task=task.name)
        return True

    def _forget_old(self, now: datetime) -> None:
        for name, claim in self.store.documents(CLAIMS).items():
            if now - datetime.fromisoformat(claim["at"]) > _KEPT:
                self.store.delete_document(CLAIMS, name)


def begun(store: ObservationStore) -> dict[str, datetime]:
    """The newest slot of each task that a server has claimed, by the task's name."""
    claims = (name.partition("@") for name in store.documents(CLAIMS))  # in order, of a task by time
    return {task: datetime.fromisoformat(slot) for task, _, slot in claims}


def scrape_hours(settings: Settings) -> Hours:
    """When prices are read."""
    return Hours(settings.scrape_hours, ZoneInfo(settings.timezone))


def open_schedule(settings: Settings, prices: Prices, films: FilmTraining) -> Schedule:
    """What a server does by itself by its settings: it reads prices, after which it alerts and forecasts; films."""
    zone = ZoneInfo(settings.timezone)
    store = prices.store

    def clock() -> datetime:
        return datetime.now(UTC)

    def read_since(slot: datetime) -> bool:
        return bool(whole_since(store, slot, clock())) or not store.listings(tracked=True)

    def renewed_since(slot: datetime) -> bool:
        state, now = films.state(), clock()
        built = state.construida is not None and slot <= datetime.fromisoformat(state.construida) <= now
        return built or (state.ultimo_entrenamiento is not None and slot <= state.ultimo_entrenamiento.inicio <= now)

    day = settings.films_renewed_on
    tasks = [Task("prices", scrape_hours(settings), prices.jobs.start, read_since)]
    if day != NEVER:
        hours = Hours([settings.films_renewed_at], zone, WEEKDAYS.index(day))
        tasks.append(Task("films", hours, films.runs.start, renewed_since))
    return Schedule(
        tasks,
        store,
        clock=clock,
        rng=random.Random(),
        jitter=timedelta(minutes=settings.schedule_jitter_minutes),
    )
