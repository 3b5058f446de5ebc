"""What is kept and shared, and what is done by itself: films, events, prices, the schedule, backups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from almazara.cli.doctor.finding import Check, in_bytes
from almazara.errors import AlmazaraError

if TYPE_CHECKING:
    from almazara.prices.store.protocol import ObservationStore
    from almazara.settings import Settings

_ANSWERS: Final = "do what it says, or set ALMAZARA_STORE_URL to a store that answers"
_SCHEDULE: Final = "almazara up --schedule, or ALMAZARA_SCHEDULE=true"
_PATIENCE: Final = timedelta(minutes=5)  # with a server that looks at its hours
_OLD_BACKUP: Final = timedelta(days=7)


def checks(settings: Settings, now: datetime) -> Iterator[Check]:
    """Both products, what runs by itself, who may write and who is told, what is shared, the newest backup."""
    yield _films(settings)
    yield _forecasts(settings)
    yield from _pointers(settings)
    yield _film_events(settings)
    yield from _prices(settings, now)
    yield _writing(settings)
    targets = len(settings.notify_urls)
    state = "ok" if targets else "missing"
    yield Check("alerts", state, f"{targets} targets", "" if targets else "to be told: ALMAZARA_NOTIFY_URLS")
    yield _backup(settings, now)


def _writing(settings: Settings) -> Check:
    from almazara.keys import given_out, key_folder

    try:
        names = [one.name for one in given_out(settings)]
        key_folder(settings).own()
    except AlmazaraError as error:
        return Check("writing", "failed", error.for_owner, "mend or remove that file: nobody may write meanwhile")
    if not names and settings.open_writes:
        return Check("writing", "ok", "anyone", "to let in none but holders of a key: almazara keys add NAME")
    who = f"{len(names)} keys: {', '.join(names)}" if names else "only this machine"
    return Check("writing", "ok", who, "" if names else "to write from elsewhere: almazara keys add NAME")


def _films(settings: Settings) -> Check:
    from almazara.app.movies import open_movies
    from almazara.artifacts import open_artifacts
    from almazara.movies.artifact import MOVIES

    store = open_artifacts(settings)
    if store.current_version(MOVIES) is None:
        return Check("films", "missing", "no catalog yet", "almazara up, or almazara movies build FOLDER")
    try:
        artifact = store.current(MOVIES)
        open_movies(settings, artifact)
    except AlmazaraError as error:
        return Check(
            "films",
            "failed",
            str(error),
            "almazara movies rollback, movies retrain, or movies build (docs/upgrading.md)",
        )
    kind = "invented sample" if artifact.manifest.get("sample") else "catalog"
    advice = "almazara movies fetch, then movies build FOLDER" if kind == "invented sample" else ""
    return Check("films", "ok", f"{artifact.manifest['metrics']['films']} films, {kind}, {artifact.version}", advice)


def _forecasts(settings: Settings) -> Check:
    from almazara.artifacts import open_artifacts, open_whole
    from almazara.prices.publishing import FORECASTS, open_published

    store = open_artifacts(settings)
    if store.current_version(FORECASTS) is None:
        return Check("forecasts", "missing", "none yet", "almazara prices retrain, or a server after its first reading")
    try:
        artifact = store.current(FORECASTS)
        found = open_whole(artifact, lambda whole: open_published(whole.path)).forecasts
    except AlmazaraError as error:
        return Check("forecasts", "failed", str(error), "almazara prices rollback, or prices retrain")
    return Check("forecasts", "ok", f"{len(found.index.forecasts)} series, {artifact.version}")


def _pointers(settings: Settings) -> Iterator[Check]:
    """Of what is published nothing says which version is used."""
    from almazara.artifacts import POINTER, open_artifacts
    from almazara.movies.artifact import MOVIES
    from almazara.prices.publishing import FORECASTS

    store = open_artifacts(settings)
    for kind, product in ((MOVIES, "movies"), (FORECASTS, "prices")):
        if store.is_pointer_damaged(kind):
            version = store.current_version(kind)
            found = f"{store.root / kind / POINTER} is missing or damaged: {version} answers"
            yield Check(f"{kind} in use", "failed", found, f"almazara {product} rollback {version}")


def _film_events(settings: Settings) -> Check:
    from almazara.movies.users.event_store import events_in_database, open_event_store

    beside = settings.store_url is not None and not events_in_database(settings)
    try:
        with closing(open_event_store(settings)) as store:
            store.check()
            found = f"{store.count()} events"
    except AlmazaraError as error:
        return Check("film events", "failed", error.for_owner, _ANSWERS)
    where = " in the home folder, as this store has no place for them" if beside else ""
    return Check("film events", "ok", f"{found}{where}")


def _prices(settings: Settings, now: datetime) -> Iterator[Check]:
    from almazara.prices.store.migration import check
    from almazara.prices.store.registry import is_shared, open_store

    kind = settings.store_url.get_secret_value().partition(":")[0] if settings.store_url else "sqlite"
    try:
        with closing(open_store(settings)) as store:
            followed = len(store.listings(tracked=True))
            _ = (store.latest(), store.runs()) if kind == "dynamodb" else check(store)  # that charges for what is read
            advice = "" if followed else "almazara prices track ADDRESS, or --default"
            yield Check("price store", "ok", f"{kind}, {followed} products or searches followed", advice)
            yield _schedule(settings, store, now)
            if is_shared(settings):
                yield _leases(store, now)
            yield from _shared(settings, store)
    except AlmazaraError as error:
        yield Check("price store", "failed", error.for_owner, _ANSWERS)


def _schedule(settings: Settings, store: ObservationStore, now: datetime) -> Check:
    from almazara.app.schedule import begun, scrape_hours

    hours = scrape_hours(settings)
    waited = timedelta(minutes=settings.schedule_jitter_minutes) + _PATIENCE
    last, due, following = begun(store).get("prices"), hours.latest(now - waited), hours.following(now)
    if following is None:
        return Check("schedule", "ok", "no hours: ALMAZARA_SCRAPE_HOURS is empty")
    if last is None:
        if settings.schedule:
            return Check("schedule", "ok", f"on, prices next at {_moment(following)}")
        return Check("schedule", "missing", "nothing is read by itself", _SCHEDULE)
    if due and last < due:
        return Check("schedule", "missing", f"prices last begun {_moment(last)}, not {_moment(due)}", _SCHEDULE)
    return Check("schedule", "ok", f"prices last begun {_moment(last)}, next {_moment(following)}")


def _leases(store: ObservationStore, now: datetime) -> Check:
    from almazara.prices.store.leases import StoreLeases

    held = StoreLeases(store, lambda: now).in_force()
    return Check("several servers", "ok", f"at work under a lease: {', '.join(held)}" if held else "none at work now")


def _shared(settings: Settings, store: ObservationStore) -> Iterator[Check]:
    from almazara.app.mirror import mirror_over

    try:
        mirror = mirror_over(settings, store)
        versions = mirror.published() if mirror else {}
    except AlmazaraError as error:
        advice = "set ALMAZARA_ARTIFACTS_URL to a place that answers, with its usual credentials"
        yield Check("shared artifacts", "failed", str(error), advice)
        return
    if versions:
        found = ", ".join(f"{kind} {version or 'none yet'}" for kind, version in versions.items())
        advice = "" if all(versions.values()) else "almazara movies build, prices retrain: what is published is pushed"
        yield Check("shared artifacts", "ok", found, advice)


def _backup(settings: Settings, now: datetime) -> Check:
    from almazara.app.backup import last_backup

    last = last_backup(settings)
    if last is None:
        return Check("backup", "missing", "none was made", "almazara backup FILE")
    found = f"{last.path}, {in_bytes(last.bytes)}, {_moment(last.made_at)}"
    is_old = now - last.made_at > _OLD_BACKUP
    return Check("backup", "ok", found, "almazara backup FILE, once a week" if is_old else "")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
