"""`almazara prices alert ...`: rules, and what they have to say."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_json, print_table

if TYPE_CHECKING:
    from datetime import datetime

    from almazara.prices.store.protocol import ObservationStore

app = typer.Typer(help="Alerts: rules, and messages through Apprise.", no_args_is_help=True)


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help="below_target, drop, back_in_stock, lowest, buy_now, ... (see docs).")],
    product: Annotated[str | None, typer.Option(help="Id of a product; every one by default.")] = None,
    target: Annotated[str | None, typer.Option(help="below_target: at or below this price.")] = None,
    percent: Annotated[str | None, typer.Option(help="drop: by at least so many percent.")] = None,
    reference: Annotated[str, typer.Option(help="drop: against `previous` or `median_30`.")] = "previous",
    days: Annotated[int | None, typer.Option(help="lowest: in so many days; buy_now: the deadline.")] = None,
) -> None:
    """Make a rule."""
    from almazara.errors import InputError
    from almazara.prices.alerts.alerting import add_rule
    from almazara.prices.alerts.rules import AlertRule, Reference, RuleKind

    try:
        chosen, against = RuleKind(kind), Reference(reference)
    except ValueError as error:
        raise InputError(f"{error}: kinds are {', '.join(RuleKind)}; references {', '.join(Reference)}.") from error

    def rule(rule_id: str, now: datetime) -> AlertRule:
        return AlertRule(
            rule_id,
            chosen,
            now,
            product,
            target=_number(target),
            percent=_number(percent),
            reference=against,
            days=days,
        )

    store = _store()
    try:
        typer.echo(f"Rule {add_rule(store, rule).rule_id} was made.")
    finally:
        store.close()


@app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """The rules, with those that target prices stand for."""
    from almazara.prices.alerts.alerting import rules

    store = _store()
    try:
        found = rules(store)
    finally:
        store.close()
    if as_json:
        print_json([rule.as_document() for rule in found])
        return
    rows = [
        [
            rule.rule_id,
            rule.kind.value,
            rule.listing_id or "every product",
            rule.target or rule.percent or rule.days or "",
        ]
        for rule in found
    ]
    print_table(["rule", "kind", "product", "value"], rows)


@app.command()
def remove(rule_id: Annotated[str, typer.Argument(help="Id of the rule; see `list`.")]) -> None:
    """Remove a rule."""
    from almazara.errors import NotFoundError
    from almazara.prices.alerts.alerting import RULES

    store = _store()
    try:
        if store.document(RULES, rule_id) is None:
            raise NotFoundError(f"There is no rule {rule_id!r}; a target price is changed with `prices track`.")
        store.delete_document(RULES, rule_id)
    finally:
        store.close()
    typer.echo(f"Rule {rule_id} is gone.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Evaluate the rules now, and send what is due."""
    from almazara.app.prices import open_prices, send_alerts

    settings = load_settings()
    prices = open_prices(settings, serving=False)
    try:
        prices.forecasts.refresh()
        new, sent = send_alerts(settings, prices.service)
    finally:
        prices.close()
    if as_json:
        print_json({"new": new, "sent": sent.sent, "failed": sent.failed, "given_up": sent.given_up})
    else:
        typer.echo(f"{new} new events; {sent.sent} messages sent, {sent.failed} failed and will be tried again.")
    if sent.failed:
        raise typer.Exit(1)


@app.command()
def events(as_json: AsJson = False) -> None:
    """The events so far, newest last."""
    from almazara.prices.alerts.delivery import EVENTS

    store = _store()
    try:
        found = sorted(store.documents(EVENTS).values(), key=lambda event: event["recorded_at"])
    finally:
        store.close()
    if as_json:
        print_json(found)
        return
    print_table(
        ["when", "what"], [[event["recorded_at"][:16], f"{event['title']}\n{event['body']}"] for event in found]
    )


def _store() -> ObservationStore:
    from almazara.prices.store.registry import open_store

    return open_store(load_settings())


def _number(text: str | None) -> Decimal | None:
    from almazara.errors import InputError

    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InputError(f"{text!r} is no number: write it like 24.95.") from None
