"""What the DynamoDB store promises beyond the contract."""

import json
import random
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from almazara.artifacts import ArtifactStore
from almazara.errors import DamagedError, InputError, NotFoundError, UnavailableError
from almazara.live import Live
from almazara.prices.collecting.collection import Archive, Collector
from almazara.prices.collecting.runs import scrape_runs
from almazara.prices.schema import Availability, Listing, Observation, Run, RunState
from almazara.prices.service import PriceService
from almazara.prices.store.dynamodb_newest import Newest
from almazara.prices.store.dynamodb_table import exhaust
from almazara.prices.store.registry import store_at
from price_shop import NOW, offer_page, page_of

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


def test_an_observation_is_an_item_with_product_price_category_and_date(store, table, client):
    store.save_listing(Listing(OIL, "amazon.es", "B00OIL", "https://www.amazon.es/dp/B00OIL", category="olive-oil"))
    store.append([SEEN])
    key = {"pk": {"S": f"OBSERVATION#{OIL}"}, "sk": {"S": "2024-01-01T12:00:00.000000+00:00"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
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


@pytest.fixture
def client(dynalite):
    made = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url=dynalite)
    yield made
    made.close()


def in_layout_1(client, table, listing_ids):
    """Make a table what the first layout would have made of it."""
    for partition in ("NEWEST", "LAYOUT"):
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": partition}}}
        for item in client.query(TableName=table, **asked)["Items"]:
            client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    for listing_id in listing_ids:
        client.put_item(TableName=table, Item={"pk": {"S": "PRODUCT"}, "sk": {"S": listing_id}})


def test_a_table_of_the_first_layout_is_brought_to_this_one_when_it_is_opened(store, client, table, dynalite):
    ids = [f"shop.example:{number:03d}" for number in range(60)]
    history = [
        replace(SEEN, listing_id=one, observed_at=SEEN.observed_at.replace(day=d)) for one in ids for d in (1, 2)
    ]
    store.append(history)
    run = Run("r1", "scrape", "shop.example", RunState.RUNNING, SEEN.observed_at, pending=tuple(ids), counts={"a": 1})
    store.save_run(run)
    newest = store.latest()
    assert len(newest) == 60
    in_layout_1(client, table, ids)
    assert store.latest() == {}
    opened = store_at(f"dynamodb://{table}?region=eu-west-1&endpoint={dynalite}")
    assert opened.latest() == newest
    assert (opened.history(ids[0]), opened.run("r1")) == (history[:2], run)
    opened.close()


def test_a_table_that_was_half_brought_to_this_layout_is_so_the_next_time(store, client, table, dynalite, monkeypatch):
    store.append([SEEN])
    newest = store.latest()
    in_layout_1(client, table, [OIL])
    url = f"dynamodb://{table}?region=eu-west-1&endpoint={dynalite}"
    with monkeypatch.context() as patched:
        patched.setattr(Newest, "note", lambda *_: (_ for _ in ()).throw(UnavailableError("away")))
        with pytest.raises(UnavailableError):
            store_at(url)
    opened = store_at(url)
    assert opened.latest() == newest
    opened.close()


def test_a_table_of_a_newer_version_is_refused_and_left_alone(store, client, table, dynalite):
    store.append([SEEN])
    client.put_item(TableName=table, Item={"pk": {"S": "LAYOUT"}, "sk": {"S": "-"}, "version": {"S": "3"}})
    with pytest.raises(UnavailableError, match="newer version"):
        store_at(f"dynamodb://{table}?region=eu-west-1&endpoint={dynalite}")


@contextmanager
def requests_of(store):
    """The requests of a block: operation and capacity units."""
    made = []

    def asked(params, model, **_):
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def answered(model, parsed, **_):
        told = parsed.get("ConsumedCapacity", [])
        units = sum(one["CapacityUnits"] for one in (told if isinstance(told, list) else [told]))
        made.append((model.name, units))

    events = store._table._client.meta.events
    events.register("provide-client-params.dynamodb", asked)
    events.register("after-call.dynamodb", answered)
    yield made
    events.unregister("provide-client-params.dynamodb", asked)
    events.unregister("after-call.dynamodb", answered)


def follow(store, number):
    for n in range(number):
        listing_id = f"shop.example:{n:03d}"
        store.save_listing(
            Listing(listing_id, "shop.example", str(n), f"https://shop.example/{n}", title="Aceite, 1 l")
        )


class Shop:
    """A source of pages of which one in twenty cannot be read."""

    name = "made"

    def __init__(self):
        self.at = NOW

    def fetch(self, url, validators=None):
        self.at += timedelta(seconds=6)
        number = int(url.rpartition("/")[2])
        return page_of(b"" if number % 20 == 7 else offer_page("9.95", "Aceite, 1 l"), url, at=self.at)


def read_all(store):
    """Read what is followed once; returns how many observations that gave."""
    (run,) = scrape_runs(f"run-{uuid.uuid4().hex}", store.listings(), NOW)
    archive = Archive(lambda _listing, _page: None, lambda _listing: None)
    for step in Collector(Shop(), store, archive, lambda: NOW).collect(run):
        run = step
    return sum(run.rules.values())


def test_a_run_writes_well_below_two_units_an_observation(store):
    follow(store, 26)
    with requests_of(store) as made:
        observations = read_all(store)
    assert observations == 25
    units = [units for operation, units in made if operation in {"PutItem", "DeleteItem"}]
    assert 25 < sum(units) < 25 * 1.6


def test_health_and_list_ask_the_same_few_questions_however_much_is_followed(store, tmp_path):
    missing = NotFoundError("There is none.")
    live = Live(ArtifactStore(tmp_path), "forecasts", lambda _: None, lambda _: missing)
    asked = []
    for number in (6, 26):
        follow(store, number)
        read_all(store)
        service = PriceService(store, live, timezone="UTC", clock=lambda: NOW)
        for question in (service.health, service.products, service.health, service.products):
            with requests_of(store) as made:
                question()
            asked.append(len(made))
    assert asked == [5, 1, 3, 1] * 2


def test_after_a_reading_the_list_asks_for_its_history_alone(store, tmp_path):
    missing = NotFoundError("There is none.")
    live = Live(ArtifactStore(tmp_path), "forecasts", lambda _: None, lambda _: missing)
    follow(store, 26)
    read_all(store)
    service = PriceService(store, live, timezone="UTC", clock=lambda: NOW)
    service.overview()
    newest = next(iter(store.latest().values()))
    store.append([replace(newest, observed_at=newest.observed_at + timedelta(minutes=1))])
    with requests_of(store) as made:
        assert len(service.overview()) == 26
    assert len(made) == 5  # the revision twice, the newest ones, one history, the announced moves


def test_a_document_over_400_kilobytes_is_refused(store):
    with pytest.raises(InputError):
        store.put_document("rule", "a", {"text": random.Random(1).randbytes(400_000).hex()})
    assert store.documents("rule") == {}


@pytest.fixture
def slept(monkeypatch):
    """The seconds that boto3 would have waited between its tries."""
    waits = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    return waits


def throttle(store, code, times):
    """Let the next so many requests be answered as DynamoDB does when a table's capacity is used up."""
    left = iter(range(times))

    def answer(request, **_):
        if next(left, None) is None:
            return None
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Slow down."}).encode()
        raw = SimpleNamespace(read=lambda: body, stream=lambda: iter([body]))
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.0"}, raw)

    store._table._client.meta.events.register("before-send.dynamodb", answer)


ASKED = {
    "read": lambda store: store.document("rule", "a"),
    "query": lambda store: store.latest(),
    "write": lambda store: store.save_listing(Listing(OIL, "amazon.es", "B00OIL", "https://www.amazon.es/dp/B00OIL")),
    "batch": lambda store: store.append([SEEN]),
}


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_throttled_request_is_tried_again_after_longer_and_longer_waits_and_ends_in_an_error(
    store, slept, asked, code
):
    throttle(store, code, 10**6)
    with pytest.raises(UnavailableError, match=f"raise its read or write units.*{code}"):
        ASKED[asked](store)
    assert len(slept) == 7
    assert all(wait <= most for wait, most in zip(slept, (1, 2, 4, 8, 16, 20, 20), strict=True))


@pytest.mark.parametrize("asked", ASKED)
def test_what_was_throttled_for_a_while_is_done(store, slept, asked):
    throttle(store, "ProvisionedThroughputExceededException", 5)
    ASKED[asked](store)
    assert len(slept) == 5


def test_a_server_that_does_not_answer_is_said_so(slept):
    with pytest.raises(UnavailableError) as caught:
        store_at("dynamodb://oils?region=eu-west-1&endpoint=http://127.0.0.1:1")
    assert str(caught.value) == "DynamoDB cannot be reached."
    assert "table oils: " in caught.value.for_owner
    assert "127.0.0.1:1" in caught.value.for_owner


@pytest.mark.parametrize("url", ["dynamodb://", "dynamodb://prices?table=2"])
def test_an_address_without_table_or_with_something_unknown_is_refused(url):
    with pytest.raises(InputError):
        store_at(url)


def damage(client, table, pk, texts):
    """Put other texts into every item of a partition."""
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
    for item in client.query(TableName=table, **asked)["Items"]:
        client.put_item(TableName=table, Item={**item, **{name: {"S": text} for name, text in texts.items()}})


@pytest.mark.parametrize(
    ("damaged", "read"),
    [
        ((f"OBSERVATION#{OIL}", {"price": "1O.79"}), lambda store: store.history(OIL)),
        ((f"OBSERVATION#{OIL}", {"price": "NaN"}), lambda store: store.latest([OIL])),
        ((f"OBSERVATION#{OIL}", {"date": "yesterday"}), lambda store: store.readings([OIL])),
        ((f"OBSERVATION#{OIL}", {"named": "[[["}), lambda store: store.history(OIL)),
        ((f"OBSERVATION#{OIL}", {"availability": "zzz"}), lambda store: store.history(OIL)),
        (("NEWEST", {"body": "zlib:00000"}), lambda store: store.latest()),
        (("LISTING", {"body": "{"}), lambda store: store.listings()),
        (("LISTING", {"body": "[]"}), lambda store: store.listing(OIL)),
        (("RUN", {"body": "{"}), lambda store: store.runs()),
        (("RUN", {"body": "[]"}), lambda store: store.run("r1")),
        (("DOCUMENT#held", {"body": "[]"}), lambda store: store.document("held", OIL)),
        (("DOCUMENT#held", {"body": "{"}), lambda store: store.documents("held")),
    ],
)
def test_an_item_that_is_damaged_is_in_no_answer(store, client, table, damaged, read):
    store.save_listing(Listing(OIL, "amazon.es", "B00OIL", "https://www.amazon.es/dp/B00OIL"))
    store.append([SEEN])
    store.save_run(Run("r1", "scrape", "*", RunState.DONE, SEEN.observed_at))
    store.put_document("held", OIL, {"a": 1})
    read(store)
    damage(client, table, *damaged)
    with pytest.raises(DamagedError, match="store of prices is damaged") as raised:
        read(store)
    assert table in raised.value.detail
    assert table not in str(raised.value)
