"""`almazara prices alert ...`: rules, and what they have to say."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almazara.cli.output import AsJson, Table, load_settings, newest_whole, one_of, opened_prices, print_answer
from almazara.errors import InputError
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from datetime import datetime

    from almazara.prices.alerts.rules import AlertRule
    from almazara.prices.store.protocol import ObservationStore

app = typer.Typer(help="Alerts: rules, and messages through Apprise.", no_args_is_help=True)


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help="below_target, drop, rise, change, back_in_stock, lowest, buy_now, ...")],
    product: Annotated[str | None, typer.Option(help="Id of a product; every one by default.")] = None,
    good: Annotated[str | None, typer.Option(help="A good at its cheapest shop, as `goods list` names it.")] = None,
    category: Annotated[str | None, typer.Option(help="Each product of a category.")] = None,
    index: Annotated[str | None, typer.Option(help="The index of a category.")] = None,
    price: Annotated[str | None, typer.Option(help="Another price of the page: coupon, club, seller, ...")] = None,
    seller: Annotated[str | None, typer.Option(help="With --price seller: who sells, or a part of the name.")] = None,
    target: Annotated[str | None, typer.Option(help="below_target: at or below this price.")] = None,
    percent: Annotated[str | None, typer.Option(help="drop, rise: by at least so many percent.")] = None,
    reference: Annotated[str, typer.Option(help="drop, rise: against `previous` or `median_30`.")] = "previous",
    days: Annotated[int | None, typer.Option(help="lowest: in so many days; buy_now: the deadline.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a rule."""
    from almazara.prices.alerts.alerting import add_rule
    from almazara.prices.alerts.rules import AlertRule, Reference, RuleKind
    from almazara.prices.schema import PriceName

    chosen, against = one_of(RuleKind, kind, "kind of rule"), one_of(Reference, reference, "reference")
    of_page = None if price is None else one_of(PriceName, price, "named price")

    def rule(rule_id: str, now: datetime) -> AlertRule:
        amount = read_decimal(target, f"{target!r} is no number")
        share = read_decimal(percent, f"{percent!r} is no number")
        watched: dict[str, Any] = {
            "good": good,
            "category": category,
            "index": index,
            "price": of_page,
            "seller": seller,
        }
        return AlertRule(rule_id, chosen, now, product, amount, share, against, days, **watched)

    with _opened_store() as store:
        made = add_rule(store, rule)
    print_answer(made.as_document(), [f"Rule {made.rule_id} was made."], as_json=as_json)


@app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """The rules, with those that target prices stand for."""
    from almazara.prices.alerts.alerting import rules

    with _opened_store() as store:
        found = rules(store)
    rows = []
    for rule in found:
        value = rule.target or rule.percent or rule.days or ""
        rows.append([rule.rule_id, rule.kind.value, _watched(rule), value])
    documents = [rule.as_document() for rule in found]
    print_answer(documents, [Table(["rule", "kind", "watches", "value"], rows)], as_json=as_json)


def _watched(rule: AlertRule) -> str:
    what = next((f"{kind} {name}" for kind, name in rule.subjects.items()), "every product")
    named = " ".join(filter(None, (rule.price, rule.seller)))
    return f"{what} ({named})" if named else what


@app.command()
def remove(
    rule_id: Annotated[str, typer.Argument(help="Id of the rule; see `list`.")], as_json: AsJson = False
) -> None:
    """Remove a rule, or the target price that it stands for."""
    from almazara.prices.alerts.alerting import remove_rule

    with _opened_store() as store:
        remove_rule(store, rule_id)
    print_answer({"removed": rule_id}, [f"Rule {rule_id} is gone."], as_json=as_json)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Evaluate the rules now, and send what is due."""
    from almazara.app.prices import send_alerts

    with opened_prices() as prices:
        newest_whole(prices.forecasts, "prices")
        new, sent = send_alerts(load_settings(), prices.service)
    answer = {"new": new, "sent": sent.sent, "failed": sent.failed, "given_up": sent.given_up}
    told = f"{new} new events; {sent.sent} messages sent, {sent.failed} failed and will be tried again."
    print_answer(answer, [told], as_json=as_json)
    if sent.failed:
        raise typer.Exit(1)


@app.command()
def events(as_json: AsJson = False) -> None:
    """The events so far, newest last."""
    from almazara.prices.alerts.delivery import recorded

    with _opened_store() as store:
        asked = load_settings().language
        found = recorded(store, language=Language(asked) if asked else None)[::-1]
    rows = ([f"{event.recorded_at:%Y-%m-%d %H:%M}", f"{event.title}\n{event.body}"] for event in found)
    print_answer(found, [Table(["when", "what"], rows)], as_json=as_json)


def _opened_store() -> closing[ObservationStore]:
    from almazara.prices.store.registry import open_store

    return closing(open_store(load_settings()))


def read_decimal(text: str | None, complaint: str) -> Decimal | None:
    """The number that an option holds; where it holds none, an InputError with the complaint."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise InputError(f"{complaint}: write it like 24.95.") from None
