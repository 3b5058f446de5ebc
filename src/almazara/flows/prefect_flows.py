"""The walks as Prefect's flows, their steps as its tasks: the only module that knows Prefect.

Without a server a flow is an ordinary call: nothing is started for it, and nothing of it is kept.
"""

import logging
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Final, TypeVar
from uuid import UUID

import httpx
import prefect
from prefect import Flow, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import EntrypointType, RunnerDeployment
from prefect.schedules import Cron
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, get_current_settings, temporary_settings
from prefect.states import Completed, State

from almazara import log
from almazara.errors import ConflictError, InputError, MissingExtraError, UnavailableError
from almazara.flows import walks
from almazara.runs import Progress, at_once
from almazara.settings import NEVER, WEEKDAYS, Settings

T = TypeVar("T")

_PAUSES: Final = (60, 600)
_PERCENT_A_STEP: Final = 5
_ANSWER_SECONDS: Final = 10
_WAIT_SECONDS: Final = 60  # a server takes some seconds to start
_LIKE: Final = "such as http://127.0.0.1:4200/api"


@flow(name="films", persist_result=False)
def films(data_sets: list[str] | None = None) -> State:
    """Fetch these data sets, or none; clean, train, evaluate, and publish unless the result is worse."""
    shown = _Shown()
    return _ended("films", walks.films(Settings(), data_sets or [], shown.step, shown.progress))


@flow(name="prices", persist_result=False)
def prices(products: list[str] | None = None) -> State:
    """Read all that is followed, or these products; forecast, publish, alert."""
    shown = _Shown()
    return _ended("prices", walks.prices(Settings(), products or [], shown.step, shown.progress))


def run_films(settings: Settings, data_sets: list[str], progress: Progress) -> str:
    """Renew films, as a flow where there is a server that shows it; returns what it came to, in one sentence."""
    if has_server():
        return _run(films, data_sets)
    return walks.films(settings, data_sets, at_once, progress).well()


def run_prices(settings: Settings, products: list[str], progress: Progress) -> str:
    """Read prices and what follows, as a flow where there is a server that shows it; returns one sentence."""
    if has_server():
        return _run(prices, products)
    return walks.prices(settings, products, at_once, progress).well()


def has_server() -> bool:
    """Whether Prefect's settings name a server, or have it start one for each run."""
    settings = get_current_settings()
    return bool(settings.api.url) or settings.server.ephemeral.enabled


def await_server(tell: Callable[[str], None]) -> None:
    """Wait until the server answers, for a minute at most, which is told where it does not do so at once.

    Raises:
        UnavailableError: when no server is named, or none that can be used answers.
        InputError: when what is named is no address.
    """
    if not get_current_settings().api.url:
        raise UnavailableError(
            "Schedules need a Prefect server: start one with `prefect server start`, and name it, or a remote one: "
            "PREFECT_API_URL=http://127.0.0.1:4200/api."
        )
    error, until = _problem(), time.monotonic() + _WAIT_SECONDS
    if _is_silence(error):
        tell(f"Waiting for the Prefect server at {_address()}, for {_WAIT_SECONDS} seconds at most.")
    while _is_silence(error) and time.monotonic() < until:
        time.sleep(1)
        error = _problem()
    if error is not None:
        raise _in_words(error) from error


def serve(settings: Settings) -> None:
    """Run both flows at the hours of the settings, and when the server asks for it, until it is interrupted."""
    try:
        prefect.serve(*deployments(settings))
    except httpx.HTTPError as error:
        raise _in_words(error) from error


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """Both flows with their hours."""
    hours, day = ",".join(map(str, settings.scrape_hours)), settings.films_renewed_on
    weekly = f"0 {settings.films_renewed_at} * * {(WEEKDAYS.index(day) + 1) % 7}" if day != NEVER else ""
    return [_deployed(prices, f"0 {hours} * * *" if hours else "", settings), _deployed(films, weekly, settings)]


def _deployed(one: Flow, cron: str, settings: Settings) -> RunnerDeployment:
    """A flow at its hours. Of several missed ones that a runner finds, one runs and the others are cancelled."""
    return one.to_deployment(
        name="almazara",
        schedules=[Cron(cron, timezone=settings.timezone)] if cron else [],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _ended(name: str, ended: walks.Ended) -> State:
    create_markdown_artifact(key=name, markdown=ended.page, description=ended.sentence)
    return Completed(message=ended.well())


def _run(one: Flow, given: list[str]) -> str:
    """What a flow came to, shown by the server; raises what it failed with."""
    if get_current_settings().api.url and (error := _problem()) is not None:
        raise _in_words(error) from error
    try:
        state = one(given, return_state=True)
        if state.is_failed():
            state.result()
    except httpx.HTTPError as gone:  # while it ran
        raise _in_words(gone) from gone
    return str(state.message)


def _problem() -> Exception | None:
    """Why the server cannot be used, asked once; an InputError where what is named is no address."""
    _address()
    try:
        with (
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
            get_client(httpx_settings={"timeout": _ANSWER_SECONDS}, sync_client=True) as client,
        ):
            error: Exception | None = client.api_healthcheck()
            if error is None:
                client.raise_for_api_version_mismatch()
            return error
    except (httpx.HTTPError, RuntimeError) as error:
        return error


def _is_silence(error: Exception | None) -> bool:
    """Whether nothing answers, or a proxy that has nobody behind it yet."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (502, 503, 504)
    return isinstance(error, httpx.TransportError)


def _in_words(error: Exception) -> UnavailableError:
    """One sentence for whoever chose the server, and what the machine says, without an address in it."""
    if _is_silence(error):
        told = "The Prefect server at {} does not answer: start it with `prefect server start`, or name another one in "
        told += "PREFECT_API_URL; where that names none, flows run without a server."
    else:
        told = "What answers at {} is no Prefect server that can be used: correct PREFECT_API_URL, {}, and its key in "
        told += "PREFECT_API_KEY or PREFECT_API_AUTH_STRING where it asks for one."
    cause = error.__cause__ or error
    if isinstance(cause, httpx.HTTPStatusError):
        reason = f"{cause.response.status_code} {cause.response.reason_phrase}"
    else:
        reason = str(cause)
    return UnavailableError(told.format(_address(), _LIKE), reason)


def _address() -> httpx.URL:
    """Where the server is, without what may be a password."""
    try:
        url = httpx.URL(get_current_settings().api.url or "")
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(f"PREFECT_API_URL is no address of a Prefect server: name one {_LIKE}.")
    return url.copy_with(userinfo=b"", query=None, fragment=None)


class _Shown:
    """Carries out the steps of one flow as tasks, and shows their progress."""

    def __init__(self) -> None:
        self._context = Context()
        self._stage = ""
        self._bar: UUID | None = None
        self._percent = 0

    def step(self, name: str, work: Callable[[], T], told: Callable[[T], str], *, fetches: bool = False) -> T:
        """A step as a task; see `Step`. What asks somebody else is tried again while that one is away or busy."""
        done: list[T] = []  # what a task returns Prefect may keep, and pickle

        def carry_out() -> State:
            self._begin()
            done.append(work())
            return Completed(message=told(done[-1]))

        again = {"retries": len(_PAUSES), "retry_delay_seconds": list(_PAUSES), "retry_condition_fn": _may_pass}
        task(carry_out, name=name, persist_result=False, cache_policy=NO_CACHE, **(again if fetches else {}))()
        return done[-1]

    def progress(self, stage: str, done: int, total: int) -> None:
        """A line in the log for each stage, and a bar where it is known how much there is; also from other threads."""
        try:
            self._context.run(self._show, stage, done, total)
        except Exception as error:  # noqa: BLE001 - a server that is away for a moment must not break what is shown there
            log.event("progress_not_shown", level=logging.WARNING, stage=stage, error=repr(error))

    def _begin(self) -> None:
        self._context, self._stage = copy_context(), ""

    def _show(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._stage, self._bar, self._percent = stage, None, 0
            get_run_logger().info(stage)
        percent = 100 * done // total if total else 0
        if total and self._bar is None:
            self._bar = create_progress_artifact(progress=percent, description=stage)
        elif self._bar is not None and percent >= min(self._percent + _PERCENT_A_STEP, 100) > self._percent:
            self._percent = percent
            update_progress_artifact(self._bar, progress=percent)


def _may_pass(_task: object, _run: object, state: State) -> bool:
    """Whether what a step failed with may be over a little later."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, ConflictError | UnavailableError) and not isinstance(error, MissingExtraError)
