"""The function behind the queue: each message names a run, whose pending listings are read.

A message that comes twice finds its run ended and asks the shop nothing; one whose work was broken off goes on with
what is still pending. Of a shop, whose messages are a group, one is worked on at a time.
"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Final

import msgspec

from almazara import log
from almazara.app.prices import Prices, open_prices
from almazara.aws_lambda.started import started
from almazara.errors import AlmazaraError, InputError

_SPARE_SECONDS: Final = 60.0
"""What is left of the function's time when no further listing is begun."""


class _Body(msgspec.Struct):
    run: str


class _Message(msgspec.Struct):
    """A message as Lambda hands it over: its id, by which it is reported, and what is looked at when it is its turn."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[!-~]+\Z")] = msgspec.field(name="messageId")
    body: Any = None
    attributes: Any = None


class _Event(msgspec.Struct):
    messages: list[_Message] = msgspec.field(name="Records")


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own objects
    """Read what the messages name; returns those that are to come again, which are all of a group after its first.

    A message that cannot be read is one of them, so that the queue sets it aside in the end.

    Raises:
        InputError: when the event is none of a queue.
    """
    messages = _messages(event)
    again: list[str] = []
    waiting: set[str] = set()
    with closing(open_prices(started(), serving=False)) as prices, _in_time(prices, context):
        for message in messages:
            group = _group(message)
            if group in waiting or not _is_done(prices, message):
                waiting.add(group)
                again.append(message.id)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}


def _messages(event: object) -> list[_Message]:
    try:
        return msgspec.convert(event, _Event).messages
    except msgspec.ValidationError as error:
        raise InputError(
            f"The event is none of an SQS queue ({error}): to read prices now, invoke Plan with {{}}."
        ) from error


def _group(message: _Message) -> str:
    """The shop that a message is of; one that says none is a group of its own."""
    group = message.attributes.get("MessageGroupId") if isinstance(message.attributes, dict) else None
    return group if isinstance(group, str) else message.id


def _is_done(prices: Prices, message: _Message) -> bool:
    """Read a message's run; whether nothing of it is left to do."""
    try:
        run = prices.jobs.finish_one(_run_id(message))
    except (AlmazaraError, OSError) as error:
        log.event("message_not_done", level=40, message=message.id, reason=error)
        return False
    return not run.pending


def _run_id(message: _Message) -> str:
    try:
        return msgspec.json.decode(message.body, type=_Body).run
    except (TypeError, ValueError, RecursionError) as error:  # no text, none in UTF-8, no JSON; nested too deep
        raise InputError(f"The message names no run ({error}).") from error


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
