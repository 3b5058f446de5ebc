"""Runs as they are asked for and shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from almazara.errors import NotFoundError
from almazara.prices.collecting import runs
from almazara.prices.schema import Problem, Run, RunState
from price_shop import NOW, product


def run(shop="a.example", state=RunState.DONE, **values):
    return Run(f"20260301T120000-abcdef.{shop}", runs.SCRAPE, shop, state, NOW, **values)


def test_one_run_for_each_shop():
    other = replace(product(2), shop="b.example", listing_id="b.example:2")
    made = runs.scrape_runs("r", [product(1), other, product(3)], NOW)
    assert [(one.run_id, one.pending, one.counts) for one in made] == [
        ("r.b.example", ("b.example:2",), {"requested": 1}),
        ("r.shop.example", ("shop.example:1", "shop.example:3"), {"requested": 2}),
    ]


def test_where_batches_are_asked_for_one_run_for_each_of_a_shop():
    made = runs.scrape_runs("r", [product(1), product(2), product(3)], NOW, at_most=2)
    assert [(one.run_id, len(one.pending)) for one in made] == [("r.shop.example.1", 2), ("r.shop.example.2", 1)]
    assert runs.view("r", made).shops == ["shop.example"]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((RunState.DONE, RunState.RUNNING), RunState.RUNNING),
        ((RunState.DONE, RunState.INTERRUPTED), RunState.INTERRUPTED),
        ((RunState.DONE, RunState.FAILED), RunState.FAILED),
        ((RunState.FAILED, RunState.RUNNING), RunState.RUNNING),
        ((RunState.DONE, RunState.DONE), RunState.DONE),
    ],
)
def test_several_shops_show_as_one_run_in_the_state_that_needs_most_attention(states, shown):
    assert runs.view("r", [run(f"{n}.example", state) for n, state in enumerate(states)]).state is shown


def test_counts_and_problems_are_those_of_all_shops_and_each_count_is_there():
    problem = Problem("a.example:1", "blocked", "captcha")
    one = run("a.example", counts={"requested": 2, "blocked": 2}, problems=(problem,), ended_at=NOW)
    two = run("b.example", RunState.RUNNING, counts={"requested": 3, "observed": 1}, pending=("x", "y"))
    shown = runs.view("r", [one, two])
    assert shown.counts["requested"] == 5
    assert set(shown.counts) >= {
        "requested",
        "observed",
        "unchanged",
        "unavailable",
        "blocked",
        "unreadable",
        "refused",
    }
    assert (shown.problems, shown.pending, shown.ended_at, shown.shops) == (
        [problem],
        2,
        None,
        ["a.example", "b.example"],
    )


def test_a_run_is_found_by_the_id_that_was_given_out(store):
    for shop in ("a.example", "b.example"):
        store.save_run(run(shop))
    store.save_run(replace(run(), run_id="20260301T120000-ffffff", kind=runs.RETRAIN, shop="*"))
    assert runs.find(store, "20260301T120000-abcdef", runs.SCRAPE).shops == ["a.example", "b.example"]
    assert runs.find(store, "20260301T120000-ffffff", runs.RETRAIN).kind == runs.RETRAIN


@pytest.mark.parametrize("run_id", ["", "nothing", "20260301T120000-ffffff", "\0", "\ud800", "x" * 5000, "%", "*"])
def test_any_other_id_is_not_found(store, run_id):
    store.save_run(run())
    store.save_run(replace(run(), run_id="20260301T120000-ffffff", kind=runs.RETRAIN, shop="*"))
    with pytest.raises(NotFoundError):
        runs.find(store, run_id, runs.SCRAPE)


def test_only_requests_for_all_that_is_followed_count_as_whole(store):
    followed = [product(1), product(2)]
    for listing in followed:
        store.save_listing(listing)
    for second, listings in enumerate([followed, followed[:1]]):
        store.save_run(runs.scrape_runs(f"20260301T12000{second}-abcdef", listings, NOW)[0])
    assert runs.whole_since(store, NOW, NOW) == {"20260301T120000-abcdef"}
    assert runs.whole_since(store, NOW + timedelta(seconds=1), NOW + timedelta(hours=1)) == set()
    assert runs.whole_since(store, NOW - timedelta(hours=1), NOW - timedelta(seconds=1)) == set()  # a clock set back


@pytest.mark.parametrize(
    ("state", "counts", "has_read"),
    [
        (RunState.DONE, {"unavailable": 1}, True),
        (RunState.DONE, {"requested": 3, "blocked": 3}, False),
        (RunState.FAILED, {"observed": 1}, False),
    ],
)
def test_a_run_that_failed_or_saw_no_product_has_read_nothing(state, counts, has_read):
    assert runs.view("r", [run(state=state, counts=counts)]).has_read is has_read
