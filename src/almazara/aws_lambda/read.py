"""The function behind the queue: each message names a run, whose pending listings are read.

A message that comes twice finds its run ended and asks the shop nothing; one whose work was broken off goes on with
what is still pending. Of a shop, whose messages are a group, one is worked on at a time.
"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec

from almazara import log
from almazara.app.prices import Prices, open_prices
from almazara.aws_lambda.started import started
from almazara.errors import AlmazaraError

_SPARE_SECONDS: Final = 60.0
"""What is left of the function's time when no further listing is begun."""


class _Body(msgspec.Struct):
    run: str


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own object
    """Read what the messages name; returns those that are to come again, which are all of a group after its first."""
    again: list[str] = []
    waiting: set[str] = set()
    with closing(open_prices(started(), serving=False)) as prices, _in_time(prices, context):
        for record in event["Records"]:
            group = record["attributes"]["MessageGroupId"]
            if group in waiting or not _is_done(prices, record):
                waiting.add(group)
                again.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}


def _is_done(prices: Prices, record: dict[str, Any]) -> bool:
    """Read a message's run; whether nothing of it is left to do."""
    try:
        run = prices.jobs.finish_one(msgspec.json.decode(record["body"], type=_Body).run)
    except (AlmazaraError, msgspec.MsgspecError, OSError) as error:
        log.event("message_not_done", level=40, message=record["messageId"], reason=error)
        return False
    return not run.pending


@contextmanager
def _in_time(prices: Prices, context: Any) -> Iterator[None]:  # noqa: ANN401 - Lambda's own object
    """Begin no listing any more when the function's time is nearly over."""
    left = context.get_remaining_time_in_millis() / 1000
    timer = threading.Timer(max(0.0, left - _SPARE_SECONDS), prices.jobs.stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
