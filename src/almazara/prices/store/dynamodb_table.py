"""One table of DynamoDB whose items hold only texts: reads, conditional writes, batches, pages."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from almazara.damage import understood
from almazara.errors import InputError, MissingExtraError, UnavailableError
from almazara.prices.store.observations import DAMAGED
from almazara.words.said import said

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ModuleNotFoundError as error:
    raise MissingExtraError("dynamodb", "A DynamoDB store") from error

Item = dict[str, str]
Kept = TypeVar("Kept")  # an item, as it is kept or as texts
T = TypeVar("T")
_CONNECTIONS: Final = 16
_READ_AT_ONCE: Final = 100  # the limit of BatchGetItem
_ATTEMPTS: Final = 10
_TRIES: Final = 8
_IF_ABSENT: Final = "attribute_not_exists(pk)"
_THROTTLED: Final = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"})
KEYS: Final = {"pk": "HASH", "sk": "RANGE"}


class TextTable:
    """A table with the keys `pk` and `sk`; every read is consistent. Threads may share one.

    Args:
        name: The table; it is created when missing.
        region: AWS's region, or None for the one that AWS's tools are set to.
        endpoint: Address of another server of the same protocol.

    Raises:
        UnavailableError: from every method, when DynamoDB does not answer or refuses.
        DamagedError: from every method that reads, when an item holds something else than texts.
        InputError: from every method, when DynamoDB finds an item or key invalid, or too large.
    """

    def __init__(self, name: str, *, region: str | None, endpoint: str | None) -> None:
        self.name = name
        self.pool = ThreadPoolExecutor(_CONNECTIONS, "dynamodb")
        with self._translated():
            self._client: Any = boto3.session.Session().client(
                "dynamodb",
                region_name=region,
                endpoint_url=endpoint,
                config=Config(
                    # Throttled, it waits up to 1, 2, 4, 8, 16, 20 and 20 seconds between tries, at random.
                    retries={"mode": "standard", "total_max_attempts": _TRIES},
                    connect_timeout=5,
                    read_timeout=20,
                    max_pool_connections=_CONNECTIONS,
                ),
            )
            self._create()

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, or None."""
        with self._translated():
            key = _typed({"pk": pk, "sk": sk})
            found = self._client.get_item(TableName=self.name, Key=key, ConsistentRead=True).get("Item")
        return None if found is None else read_item(self, _plain, found)

    def get_many(self, keys: Iterable[tuple[str, str]], attributes: Sequence[str]) -> Iterator[Item]:
        """The named attributes of those items that are there, in any order."""
        typed = [_typed({"pk": pk, "sk": sk}) for pk, sk in keys]
        for start in range(0, len(typed), _READ_AT_ONCE):
            wanted = {
                "Keys": typed[start : start + _READ_AT_ONCE],
                "ConsistentRead": True,
                "ProjectionExpression": ", ".join(attributes),
            }
            with self._translated():
                for response in exhaust(self._client.batch_get_item, {self.name: wanted}, "UnprocessedKeys"):
                    found = response["Responses"].get(self.name, [])
                    yield from (read_item(self, _plain, item) for item in found)

    def query(
        self, pk: str, *, between: tuple[str, str] | None = None, newest: bool = False, page: int | None = None
    ) -> Iterator[Item]:
        """Items of a partition in order of `sk`, or backwards, both ends of `between` included."""
        limit = {} if page is None else {"PaginationConfig": {"PageSize": max(page, 1)}}
        with self._translated():
            for response in self._pages(pk, between, ScanIndexForward=not newest, **limit):
                yield from (read_item(self, _plain, item) for item in response["Items"])

    def sort_keys(self, pk: str) -> Iterator[str]:
        """The `sk` of the items of a partition, in order."""
        with self._translated():
            for page in self._pages(pk, ProjectionExpression="sk"):
                yield from (read_item(self, _plain, item)["sk"] for item in page["Items"])

    def count(self, pk: str) -> int:
        """How many items a partition has."""
        with self._translated():
            return sum(page["Count"] for page in self._pages(pk, Select="COUNT"))

    def put(self, item: Item, *, if_absent: bool = False, while_body: str | None = None) -> bool:
        """Write an item over what is there.

        False, and nothing changed, when `if_absent` and its key is there, or when its attribute `body` is not
        `while_body`.
        """
        condition = {"ConditionExpression": _IF_ABSENT} if if_absent else _while(while_body)
        with self._translated():
            try:
                self._client.put_item(TableName=self.name, Item=_typed(item), **condition)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def delete(self, pk: str, sk: str, *, while_body: str | None = None) -> bool:
        """Remove an item; fine when it is not there. False, and nothing changed, when `body` is not `while_body`."""
        with self._translated():
            try:
                self._client.delete_item(TableName=self.name, Key=_typed({"pk": pk, "sk": sk}), **_while(while_body))
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def close(self) -> None:
        """Give connections and threads back."""
        self.pool.shutdown()
        self._client.close()

    def _pages(self, pk: str, between: tuple[str, str] | None = None, **options: object) -> Iterable[Any]:
        condition, values = "pk = :pk", {":pk": pk}
        if between is not None:
            condition += " AND sk BETWEEN :first AND :last"
            values |= {":first": between[0], ":last": between[1]}
        pages: Iterable[Any] = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=_typed(values),
            ConsistentRead=True,
            **options,
        )
        return pages

    def _create(self) -> None:
        try:
            self._client.describe_table(TableName=self.name)
        except self._client.exceptions.ResourceNotFoundException:
            # In use means that another process creates it at this moment.
            with suppress(self._client.exceptions.ResourceInUseException):
                self._client.create_table(
                    TableName=self.name,
                    KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in KEYS.items()],
                    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEYS],
                    BillingMode="PAY_PER_REQUEST",
                )
        waiter = self._client.get_waiter("table_exists")
        waiter.wait(TableName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            about = error.response.get("Error", {})
            code, message = str(about.get("Code")), str(about.get("Message"))
            if code == "ValidationException":
                raise InputError(said("prices_refused.store.refused", message=message)) from error
            sentence = said("prices_refused.store.not_done", reason=code)
            if code in _THROTTLED:
                sentence = said("prices_refused.store.throttled", tries=_TRIES, reason=code)
            raise UnavailableError(sentence, f"table {self.name}: {message}") from error
        except BotoCoreError as error:
            raise UnavailableError(said("prices_refused.store.away"), f"table {self.name}: {error}") from error


def read_item(table: TextTable, reader: Callable[[Kept], T], item: Kept) -> T:
    """What a reader makes of an item of a table.

    Raises:
        DamagedError: when it can make nothing of it.
    """
    with understood(DAMAGED, f"table {table.name}"):
        return reader(item)


def exhaust(
    send: Callable[..., Mapping[str, Any]],
    request: Mapping[str, Any],
    left: str,
    *,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[Mapping[str, Any]]:
    """Send a batch, then what each answer leaves in its field `left`, up to ten times, waiting longer each time."""
    for attempt in range(_ATTEMPTS):
        response = send(RequestItems=request)
        yield response
        request = response.get(left) or {}
        if not request:
            return
        pause(random.uniform(0.5, 1) * min(0.05 * 2**attempt, 5))
    raise UnavailableError(said("prices_refused.store.undone"))


def _while(body: str | None) -> dict[str, Any]:
    """The condition that an item's attribute `body` is this."""
    if body is None:
        return {}
    return {"ConditionExpression": "body = :body", "ExpressionAttributeValues": _typed({":body": body})}


def _typed(item: Item) -> dict[str, dict[str, str]]:
    return {name: {"S": value} for name, value in item.items()}


def _plain(item: Mapping[str, Mapping[str, str]]) -> Item:
    return {name: value["S"] for name, value in item.items()}
