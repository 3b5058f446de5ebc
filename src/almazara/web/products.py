"""The page of a product: the decision first, then its history, what may come, why, other shops, and alerts."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.alerts import NEW_RULE, NewRule
from almazara.errors import InputError
from almazara.figures.chart import Axis, Chart, Line, Mark, Role, Scale, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.alerts.rules import TARGET, AlertRule, RuleKind
from almazara.prices.answering.overview import LEVEL
from almazara.prices.answering.story import Story
from almazara.prices.answers import Prediction, Product
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.service import PriceService
from almazara.web.forms import back_to, guard, sent
from almazara.web.overview import (
    Ahead,
    category_address,
    headline,
    money_of,
    money_text,
    per_litre,
    price_ruler,
    ruler_key,
    service,
)
from almazara.web.page import drawn, page, reader_of
from almazara.web.pictures import history_chart
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Money, Said, named, said, text_of

_CHART_HEIGHT: Final = 340
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_KINDS: Final = (RuleKind.BELOW_TARGET, RuleKind.DROP, RuleKind.LOWEST, RuleKind.BACK_IN_STOCK, RuleKind.BUY_NOW)
_VALUES: Final[Mapping[str, str]] = {
    RuleKind.BELOW_TARGET: "target",
    RuleKind.DROP: "percent",
    RuleKind.LOWEST: "days",
    RuleKind.BUY_NOW: "days",
}


async def product(request: Request) -> Response:
    """One product."""
    prices, listing_id = service(request), request.path_params["id"]
    shown = await run_in_threadpool(described, prices, listing_id, reader_of(request).language)
    values: dict[str, Any] = {
        "may_write": guard(request).may_write(request),
        "kinds": _KINDS,
        "address": address(listing_id),
    }
    return page(request, "product.html", here="prices", product=shown, **values)


def described(prices: PriceService, listing_id: str, language: Language) -> dict[str, Any]:
    """A product as templates show it: the decision, its history and what may come, other shops, alerts."""
    story = prices.story(listing_id, language=language)
    return {**_decision(story, language), **_history(story, language), **_beside(story, language)}


def address(listing_id: str) -> str:
    """Where a product's page is."""
    return f"/precios/{quote(listing_id)}"


def _decision(story: Story, language: Language) -> dict[str, Any]:
    """What to do, with the figures on which that rests."""
    advice = story.advice
    ahead = Ahead(
        advice.currency,
        interval(story.prediction) if story.prediction else None,
        advice.target_price,
    )
    return {
        "id": story.product.id,
        "name": story.product.title or story.product.id,
        "category": named("category", story.product.category) if story.product.category else None,
        "category_address": category_address(story.product.category or ""),
        "headline": headline(
            story.product,
            advice.target_price,
            is_known=advice.price is not None,
            is_forecast=story.prediction is not None,
        ),
        "message": advice.message,
        "reasons": advice.reasons,
        "notices": story.notices,
        "ruler": price_ruler(story.recent, ahead, language),
        "ruler_key": ruler_key(story.recent, ahead),
        "facts": list(_facts(story, language)),
    }


def interval(prediction: Prediction) -> tuple[float, float]:
    """The 80 % interval on the last day that is forecast."""
    ends = {one.quantile: one.price for one in prediction.days[-1].quantiles}
    return ends[round(0.5 - LEVEL / 200, 3)], ends[round(0.5 + LEVEL / 200, 3)]


def _facts(story: Story, language: Language) -> Iterator[tuple[str, str, str]]:
    """The figures below the ruler: what each is, itself, and what stands beside it; none that is not known."""
    known, latest, advice = story.recent, story.product.latest, story.advice
    last = next((day for day in reversed(story.days) if day.price is not None), None)
    if latest is None or last is None or last.price is None:
        return
    currency = advice.currency
    if advice.price is not None:
        since = _word("since", language, day=known.stands_since) if known.stands_since else ""
        yield _word("today", language), numbers.money(advice.price, currency, language), since
    else:
        yield (
            _word("last_price", language),
            money_text(last.price, currency, language),
            numbers.day(last.date, language),
        )
    if story.sold_out and story.sold_out[-1].last == story.days[-1].date:
        gone = story.sold_out[-1]
        since = _word("since", language, day=gone.first)
        yield _word("sold_out_for", language), _word("days", language, n=gone.days), since
    if story.product.litres:
        litre = numbers.per_litre(Decimal(str(last.price)) / story.product.litres, currency, language)
        yield _word("per_litre", language), litre, ""
    if known.share_cheaper is not None:
        days = _word("of_days", language) if known.share_cheaper else ""
        yield _word("cheaper", language), _word("share", language, share=known.share_cheaper), days
    if known.low is not None and known.low_date is not None:
        lowest = money_text(known.low, currency, language)
        yield _word("lowest", language), lowest, numbers.day(known.low_date, language)
    if advice.target_price is not None:
        chance = advice.chance_of_paying_more
        times = _word("of_times", language) if chance else ""
        yield _word("pays_more", language), _word("share", language, share=chance), times


def _word(name: str, language: Language, **figures: Figure) -> str:
    return said(f"site.product.{name}", **figures).text(language)


def _history(story: Story, language: Language) -> dict[str, Any]:
    """The days as a picture and as a table, and how the forecast's model did before."""
    prediction = story.prediction
    chart = history_chart(story, language)
    sign = numbers.sign(story.advice.currency or "")
    names = [_word("day", language), *(f"{_word(name, language)} ({sign})" for name in ("price", "list_price"))]
    return {
        "picture": drawn(draw(chart, height=_CHART_HEIGHT)),
        "key": drawn(legend(chart)),
        "chart": chart,
        "horizon": DEADLINE_DAYS,
        "daily": Table([*names, _word("state", language)], _rows(story, language)),
        "downloads": [
            ("CSV", f"/data?product={quote(story.product.id)}&daily=true&format=csv&limit=10000"),
            ("JSON", f"/data?product={quote(story.product.id)}&daily=true"),
        ],
        "model": prediction and forecast_by(prediction),
        "backtest": _backtest(prediction, language) if prediction else None,
    }


def forecast_by(prediction: Prediction) -> Said:
    """By which model, and from what was known when."""
    model = named("forecaster", prediction.model)
    return said("site.product.model", model=model, cutoff=prediction.cutoff)


def _rows(story: Story, language: Language) -> list[list[Any]]:
    """The days, newest first."""
    return [
        [
            one.date,
            None if one.price is None else money_of(one.price, None).amount,
            one.list_price,
            _word(f"state_{one.state}", language),
        ]
        for one in reversed(story.days)
    ]


def _backtest(prediction: Prediction, language: Language) -> Table:
    """How each model did on this product's past, beside the last value."""
    names = ("tried_model", "folds", "mae_ratio", "coverage_80")
    rows = [
        [
            text_of(named("forecaster", one.model), language),
            one.folds,
            None if one.mae_ratio is None else round(one.mae_ratio, 2),
            round(100 * one.coverage_80, 1),
        ]
        for one in prediction.backtest
    ]
    return Table([_word(name, language) for name in names], rows)


def _beside(story: Story, language: Language) -> dict[str, Any]:
    """The same goods in other shops, and the rules that watch this product."""
    return {
        "others": _others(story, language) if story.lookalikes else None,
        "lookalikes": [
            (one.product, per_litre(one.product.latest, language) or "", one.words) for one in story.lookalikes
        ],
        "rules": [(one, _rule(one, story)) for one in story.rules],
    }


def _others(story: Story, language: Language) -> Markup:
    """The price of a litre here and in other shops."""
    own = [one.price_per_litre for one in story.days]
    marks: list[Mark] = [
        Line(
            _shop(one.product, language),
            [one.first_day + timedelta(days=day) for day in range(len(one.per_litre))],
            one.per_litre,
        )
        for one in story.lookalikes
    ]
    marks.append(Line(_shop(story.product, language), [one.date for one in story.days], own, Role.BESIDE))
    label = said("site.product.others_label", n=len(story.lookalikes)).text(language)
    unit = numbers.sign_per_litre(story.advice.currency or "", language)
    chart = Chart(label, Axis(Scale.DAY), Axis(unit=unit), marks, language)
    return drawn(legend(chart) + draw(chart))


def _shop(product: Product, language: Language) -> str:
    return text_of(named("shop", product.shop), language)


def _rule(rule: AlertRule, story: Story) -> Said:
    """What a rule waits for, in words."""
    match rule.kind:
        case RuleKind.BELOW_TARGET:
            code = "target" if rule.rule_id.startswith(TARGET) else "below_target"
            return said(f"site.rule.{code}", price=Money(rule.target or Decimal(0), story.advice.currency))
        case RuleKind.DROP:
            return said("site.rule.drop", percent=float(rule.percent or 0))
        case RuleKind.LOWEST:
            return said("site.rule.lowest", n=rule.days or 0)
        case RuleKind.BUY_NOW:
            return said("site.rule.buy_now", n=rule.deadline_days)
        case _:
            return said(f"site.rule.{rule.kind}")


async def add_alert(request: Request) -> Response:
    """Keep a rule that watches this product."""
    fields, listing_id = await sent(request), request.path_params["id"]
    new = _new_rule(listing_id, fields.get("tipo", ""), fields.get("valor", ""))
    await run_in_threadpool(service(request).add_alert_rule, new.made)
    return back_to(f"{address(listing_id)}#avisos")


def _new_rule(listing_id: str, kind: str, text: str) -> NewRule:
    """What a form asks for, under the same bounds as the API."""
    written = text.strip().replace(",", ".")
    value = {_VALUES[kind]: written} if kind in _VALUES else {}
    if value and not _NUMBER.fullmatch(written):
        raise InputError(said("site.form.no_number", text=text[:40]))
    try:
        return NEW_RULE.validate_python({"kind": kind, "product": listing_id, **value})
    except ValidationError as error:
        raise InputError(said("site.form.no_rule", text=text[:40])) from error


async def remove_alert(request: Request) -> Response:
    """Forget a rule."""
    fields, listing_id = await sent(request), request.path_params["id"]
    await run_in_threadpool(service(request).remove_alert_rule, fields.get("aviso", ""))
    return back_to(f"{address(listing_id)}#avisos")


PAGES: Final = (
    Route("/precios/{id}", product),
    Route("/precios/{id}/avisos", add_alert, methods=["POST"]),
    Route("/precios/{id}/avisos/quitar", remove_alert, methods=["POST"]),
)
