"""Prices are read over a queue: one message a batch, each shop by one at a time, nothing twice."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from almazara.aws_lambda import plan
from almazara.prices.collecting.runs import SCRAPE, scrape_runs
from almazara.prices.schema import Listing, RunState
from almazara.prices.store.leases import LEASES
from lambda_runtime import FunctionError
from page_server import PageServer, reply, serving
from price_shop import HTML, NOW, offer_page, shows
from waiting import wait_for

pytestmark = pytest.mark.server
SLOT = "2026-03-01T06:00:00Z"


@pytest.fixture
def shop():
    with serving() as server:
        yield server


def follow(account, shop: PageServer, name: str, number: int) -> list[str]:
    """Follow so many products of a shop of this name, all served by one server."""
    listings = [Listing(f"{name}:{n}", name, str(n), shop.url(f"/{name}/{n}")) for n in range(number)]
    shows(shop, {f"/{name}/{n}": offer_page("9.95", f"Aceite de oliva {n}, 1 l") for n in range(number)})
    for listing in listings:
        account.store.save_listing(listing)
    return [listing.listing_id for listing in listings]


def reading(account, shop: PageServer):
    return account.function("read", ALMAZARA_LOOPBACK_PORTS=str(shop.port), ALMAZARA_DELAY_SECONDS="0")


def pages(shop: PageServer) -> list[str]:
    return sorted(path for path in shop.paths() if path != "/robots.txt")


def waiting(account) -> list[dict]:
    """All messages that can be had; none of them is given back."""
    return list(iter(account.received, None))


def batches(account) -> list[dict]:
    """The messages of a slot, one a shop."""
    runs = scrape_runs("20260301T060000-abcdef", account.store.listings(tracked=True), NOW, at_most=plan.AT_MOST)
    for run in runs:
        account.store.save_run(run)
    return [record(run.run_id, run.shop, message=run.shop) for run in runs]


def record(run_id: str, group: str = "a", message: str = "m") -> dict:
    return {"messageId": message, "body": json.dumps({"run": run_id}), "attributes": {"MessageGroupId": group}}


def test_a_slot_becomes_one_message_a_batch_and_is_read_once_whatever_comes_twice(account, shop):
    a, b = follow(account, shop, "a.example", plan.AT_MOST + 1), follow(account, shop, "b.example", 2)
    with account.function("plan") as planned:
        assert planned({"slot": SLOT}) == {"slot": "2026-03-01T06:00:00+00:00", "batches": 3}
        assert planned({"slot": SLOT})["batches"] == 0
    read = []
    with reading(account, shop) as reader:
        while (message := account.received()) is not None:
            assert reader({"Records": [message]}) == {"batchItemFailures": []}
            read.append(message)
            account.deleted(message)
        asked = pages(shop)
        assert (len(read), len(asked)) == (3, len(a) + len(b))
        for message in read:
            assert reader({"Records": [message]}) == {"batchItemFailures": []}
    assert pages(shop) == asked
    assert [account.store.count(one) for one in [*a, *b]] == [1] * (len(a) + len(b))
    assert {run.state for run in account.store.runs(kind=SCRAPE)} == {RunState.DONE}


def test_of_a_shop_no_second_message_is_handed_out_while_one_is_worked_on(account, shop):
    follow(account, shop, "a.example", plan.AT_MOST + 1)
    follow(account, shop, "b.example", 1)
    with account.function("plan") as planned:
        planned({})
    groups = [message["attributes"]["MessageGroupId"] for message in waiting(account)]
    assert len(groups) == len(set(groups)) == 2


def test_a_message_that_fails_comes_again_with_those_of_its_shop_behind_it_and_no_other(account, shop):
    a, b = follow(account, shop, "a.example", 1), follow(account, shop, "b.example", 1)
    records = [record("nobody", "a.example", "first"), *batches(account)]
    with reading(account, shop) as reader:
        answer = reader({"Records": records})
        assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["first", "a.example"]
        assert pages(shop) == ["/b.example/0"]
        assert reader({"Records": records[1:]}) == {"batchItemFailures": []}
        assert reader({"Records": [{**records[0], "body": "{"}]})["batchItemFailures"] == [{"itemIdentifier": "first"}]
    assert [account.store.count(one) for one in [*a, *b]] == [1, 1]


def test_what_was_read_before_the_function_was_killed_is_not_asked_again(account, shop):
    products = follow(account, shop, "a.example", 3)
    go_on = threading.Event()

    def hangs(handler) -> None:
        go_on.wait(60)
        reply(offer_page("9.95", "Aceite de oliva 1, 1 l"), Content_Type=HTML)(handler)

    served = shop.routes["/a.example/1"]
    shop.routes["/a.example/1"] = hangs
    (message,) = batches(account)
    with reading(account, shop) as reader:
        reader.send({"Records": [message]})
        wait_for(lambda: "/a.example/1" in shop.paths())
        reader.process.kill()
        with pytest.raises(FunctionError):
            reader.answer()
    go_on.set()
    shop.routes["/a.example/1"] = served
    with reading(account, shop) as reader:  # the lease of the function that is gone holds for two minutes
        assert reader({"Records": [message]})["batchItemFailures"] != []
        account.store.delete_document(LEASES, "a.example")
        assert reader({"Records": [message]}) == {"batchItemFailures": []}
    assert pages(shop) == ["/a.example/0", "/a.example/1", "/a.example/1", "/a.example/2"]
    assert [account.store.count(one) for one in products] == [1, 1, 1]


def test_no_listing_is_begun_when_the_function_has_no_time_left_and_the_message_comes_again(account, shop):
    follow(account, shop, "a.example", 2)
    (message,) = batches(account)
    with reading(account, shop) as reader:
        assert reader({"Records": [message]}, seconds=1)["batchItemFailures"] == [
            {"itemIdentifier": message["messageId"]}
        ]
        assert reader({"Records": [message]}) == {"batchItemFailures": []}
    assert len(pages(shop)) == 2


def test_a_schedule_that_could_not_send_plans_again_and_leaves_what_was_begun(account, shop):
    follow(account, shop, "a.example", 2)
    slot = datetime.now(UTC).isoformat()
    with (
        account.function("plan", ALMAZARA_QUEUE_URL=f"{account.queue_url}-gone.fifo") as planned,
        pytest.raises(FunctionError, match="UnavailableError"),
    ):
        planned({"slot": slot})
    (begun,) = account.store.runs(kind=SCRAPE)
    account.store.save_run(replace(begun, pending=begun.pending[1:]))
    with account.function("plan") as planned:
        assert planned({"slot": slot})["batches"] == 1
    (run,) = account.store.runs(kind=SCRAPE)
    assert run.pending == begun.pending[1:]


def test_a_run_that_no_message_names_any_more_is_ended_by_the_next_slot(account, shop):
    follow(account, shop, "a.example", 1)
    now = datetime.now(UTC)
    with account.function("plan") as planned:
        for slot in (now - plan.KEPT - timedelta(minutes=1), now):
            planned({"slot": slot.isoformat()})
        newest, old = account.store.runs(kind=SCRAPE)
        assert (newest.state, len(newest.pending)) == (RunState.RUNNING, 1)
        assert (old.state, len(old.pending)) == (RunState.INTERRUPTED, 0)
        with pytest.raises(FunctionError, match="is no moment"):
            planned({"slot": "tomorrow"})
