"""What the DynamoDB store promises beyond the contract."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import boto3
import pytest

from almazara.errors import InputError, UnavailableError
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.store.dynamodb_table import exhaust
from almazara.prices.store.registry import store_at

OIL = "amazon.es:B00OIL"
SEEN = Observation(OIL, datetime(2024, 1, 1, 12, tzinfo=UTC), Availability.IN_STOCK, Decimal("5.90"), "EUR")


pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def table():
    return f"prices-{uuid.uuid4().hex}"


@pytest.fixture
def store(dynalite, table):
    opened = store_at(f"dynamodb://{table}?region=eu-west-1&endpoint={dynalite}")
    yield opened
    opened.close()


def test_an_observation_is_an_item_with_product_price_category_and_date(store, table, dynalite):
    store.save_listing(Listing(OIL, "amazon.es", "B00OIL", "https://www.amazon.es/dp/B00OIL", category="olive-oil"))
    store.append([SEEN])
    client = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url=dynalite)
    key = {"pk": {"S": f"OBSERVATION#{OIL}"}, "sk": {"S": "2024-01-01T12:00:00.000000+00:00"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    client.close()
    shown = {name: item[name]["S"] for name in ("product", "price", "category", "date")}
    date = "2024-01-01T12:00:00.000000+00:00"
    assert shown == {"product": OIL, "price": "5.90", "category": "olive-oil", "date": date}


def test_what_a_batch_leaves_undone_is_sent_again_after_longer_and_longer_waits():
    answers = iter([{"Left": {"t": [2, 3]}}, {"Left": {"t": [3]}}, {"Left": {}}])
    sent, waits = [], []

    def send(RequestItems):  # noqa: N803 (boto3's name)
        sent.append(RequestItems)
        return next(answers)

    list(exhaust(send, {"t": [1, 2, 3]}, "Left", pause=waits.append))
    assert sent == [{"t": [1, 2, 3]}, {"t": [2, 3]}, {"t": [3]}]
    assert len(waits) == 2


def test_a_batch_that_is_never_done_ends_in_an_error():
    with pytest.raises(UnavailableError, match="undone"):
        list(exhaust(lambda RequestItems: {"Left": RequestItems}, {"t": [1]}, "Left", pause=lambda _: None))  # noqa: N803


def test_a_history_of_several_megabytes_comes_in_pages_of_dynamodb_and_whole(store):
    big = "x" * 300_000
    for minute in range(8):
        store.append([Observation(OIL, SEEN.observed_at.replace(minute=minute), *_rest(big))])
    assert len(store.history(OIL)) == 8
    assert store.count(OIL) == 8
    assert len(store.history(OIL, limit=5)) == 5


def _rest(seller):
    return Availability.IN_STOCK, Decimal("5.90"), "EUR", None, seller


def test_a_document_over_400_kilobytes_is_refused(store):
    with pytest.raises(InputError):
        store.put_document("rule", "a", {"text": "x" * 500_000})
    assert store.documents("rule") == {}


def test_a_server_that_does_not_answer_is_said_so():
    with pytest.raises(UnavailableError, match="cannot be reached"):
        store_at("dynamodb://prices?region=eu-west-1&endpoint=http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["dynamodb://", "dynamodb://prices?table=2"])
def test_an_address_without_table_or_with_something_unknown_is_refused(url):
    with pytest.raises(InputError):
        store_at(url)
