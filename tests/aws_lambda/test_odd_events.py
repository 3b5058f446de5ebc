"""What the functions make of events that no queue and no schedule sends: a message set aside, or a sentence."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.app.prices import open_prices
from almazara.aws_lambda import plan, read
from almazara.errors import InputError
from almazara.prices.collecting.runs import scrape_runs
from almazara.prices.schema import RunState
from observation_strategies import MOMENTS
from price_shop import NOW, product, settings_over

RUN = "20260301T060000-abcdef.shop.example"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)
ODD = {
    "a lone surrogate": {"body": "\ud800", "attributes": {"MessageGroupId": "b"}},
    "no body": {"attributes": {"MessageGroupId": "b"}},
    "null": {"body": None, "attributes": {"MessageGroupId": "b"}},
    "an object": {"body": {"run": RUN}, "attributes": {"MessageGroupId": "b"}},
    "no run": {"body": "{}", "attributes": {"MessageGroupId": "b"}},
    "a run that nobody knows": {"body": '{"run": "\\u0000"}', "attributes": {"MessageGroupId": "b"}},
    "nested without end": {"body": '{"a":' * 50_000, "attributes": {"MessageGroupId": "b"}},
    "no group": {"body": "{}"},
}


def message(name: str, group: str = "a") -> dict:
    """One whose run has ended: it is done as soon as it is looked at."""
    return {"messageId": name, "body": json.dumps({"run": RUN}), "attributes": {"MessageGroupId": group}}


def failed(event: object) -> list[str]:
    return [one["itemIdentifier"] for one in read.handler(event, CONTEXT)["batchItemFailures"]]


@pytest.fixture(scope="module", autouse=True)
def _own_home(tmp_path_factory):
    """Settings of a home with one run that has ended; its store is opened once."""
    settings = settings_over(tmp_path_factory.mktemp("function"))
    prices = open_prices(settings, serving=False)
    [run] = scrape_runs(RUN.partition(".")[0], [product()], NOW)
    prices.store.save_run(replace(run, run_id=RUN, state=RunState.DONE, pending=()))
    shared = SimpleNamespace(jobs=prices.jobs, close=lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        for module in (plan, read):
            patch.setattr(module, "started", lambda: settings)
        patch.setattr(read, "open_prices", lambda *_args, **_options: shared)
        patch.setattr(plan, "send", lambda *_args: None)
        yield
    prices.close()


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_message_that_cannot_be_read_is_set_aside_and_costs_no_other(odd):
    records = [message("before"), {"messageId": "odd", **odd}, message("after")]
    assert failed({"Records": records}) == ["odd"]


def test_behind_a_message_that_cannot_be_read_those_of_its_shop_wait():
    assert failed({"Records": [{**message("odd"), "body": None}, message("behind"), message("other", "b")]}) == [
        "odd",
        "behind",
    ]


@given(body=ANYTHING, attributes=ANYTHING)
def test_no_message_whatever_it_holds_fails_those_of_other_shops(body, attributes):
    odd = {"messageId": "odd", "body": body, "attributes": attributes}
    assert failed({"Records": [message("before"), odd, message("after")]}) == ["odd"]


@pytest.mark.parametrize("handler", [read.handler, plan.handler])
@given(event=ANYTHING | st.dictionaries(st.sampled_from(["Records", "slot"]), ANYTHING))
@example(event={})
@example(event=None)
@example(event={"Records": [{"body": "{}"}]})
@example(event={"Records": [{"messageId": "\ud800"}]})
@example(event={"slot": "0001-01-01T00:00:00+14:00"})
@example(event={"slot": "9999-12-31T23:59:59-14:00"})
def test_an_event_of_nobody_is_refused_in_a_sentence_or_answered(handler, event):
    try:
        told = set(handler(event, CONTEXT))
    except InputError as error:
        told = {" ".join(str(error).split()[:2])}
    assert told in ({"The event"}, {"The slot"}, {"batchItemFailures"}, {"slot", "batches"})


@given(slot=MOMENTS)
def test_every_moment_is_a_slot(slot):
    assert plan.handler({"slot": slot.isoformat()}, None)["batches"] == 0
