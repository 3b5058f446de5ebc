"""The function of the schedule: the followed listings of a slot become batches, a run and a message each.

A slot that comes twice, as EventBridge may deliver it, or that a server on the same store has claimed, begins nothing.
"""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from almazara import log
from almazara.app.schedule import CLAIMS, claim_of
from almazara.aws_lambda.remote import Message, send
from almazara.aws_lambda.started import started
from almazara.errors import InputError
from almazara.prices.collecting.runs import SCRAPE, scrape_runs
from almazara.prices.schema import Run, RunState
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store

AT_MOST: Final = 40
"""Listings of a batch: at five to eight seconds each it ends well within the ten minutes of a function."""
KEPT: Final = timedelta(hours=12)
"""How long the queue keeps a message; a run that is older is in no queue any more."""

_RUNS_LOOKED_AT: Final = 500


def handler(event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own objects
    """Begin to read all followed listings for the slot of the event, or now.

    Raises:
        UnavailableError: when the store or the queue does not answer; Lambda calls again, which doubles nothing.
        InputError: when the event is no object, or has a slot that is no moment.
    """
    settings = started()
    now = datetime.now(UTC)
    slot = _slot(event, now)
    with closing(open_store(settings)) as store:
        claim = claim_of("prices", slot)
        if store.document(CLAIMS, claim) is not None:
            return {"slot": slot.isoformat(), "batches": 0}
        _give_up_old(store, now)
        planned = scrape_runs(_name(slot), store.listings(tracked=True), slot, at_most=AT_MOST)
        for run in planned:
            if store.run(run.run_id) is None:
                store.save_run(run)
        send(settings.queue_url, _messages(planned))
        store.put_document(CLAIMS, claim, {"at": now.isoformat()})
    log.event("planned", slot=slot.isoformat(), batches=len(planned))
    return {"slot": slot.isoformat(), "batches": len(planned)}


def _slot(event: object, now: datetime) -> datetime:
    if not isinstance(event, dict):
        raise InputError('The event is no object such as {"slot": "2026-03-01T06:00:00Z"}, or {} for now.')
    if "slot" not in event:
        return now.replace(second=0, microsecond=0)
    try:
        slot = datetime.fromisoformat(event["slot"])
        return slot.replace(tzinfo=slot.tzinfo or UTC).astimezone(UTC).replace(second=0, microsecond=0)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"The slot {str(event['slot'])[:40]!r} is no moment such as 2026-03-01T06:00:00Z.") from error


def _name(slot: datetime) -> str:
    """The name of what is asked for at a slot: always the same, and of the form that all run ids have."""
    return f"{slot:%Y%m%dT%H%M%S}-{hashlib.sha256(slot.isoformat().encode()).hexdigest()[:6]}"


def _messages(planned: Sequence[Run]) -> list[Message]:
    """One message a batch; those of a shop are a group, of which SQS hands out one at a time."""
    return [
        Message(_short(run.run_id), _short(run.shop), msgspec.json.encode({"run": run.run_id}).decode())
        for run in planned
    ]


def _short(name: str) -> str:
    """A name as SQS takes it: at most 128 characters."""
    return hashlib.sha256(name.encode()).hexdigest()


def _give_up_old(store: ObservationStore, now: datetime) -> None:
    """End the runs whose message has expired or was set aside: nobody goes on with them."""
    for run in store.runs(kind=SCRAPE, limit=_RUNS_LOOKED_AT):
        if run.pending and run.started_at < now - KEPT:
            store.save_run(replace(run, state=RunState.INTERRUPTED, ended_at=run.ended_at or now, pending=()))
