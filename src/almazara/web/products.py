"""The page of a product: the decision first, then its history, what may come, why, other shops, and alerts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.figures.chart import Axis, Chart, Line, Mark, Role, Scale, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.answering.overview import LEVEL
from almazara.prices.answering.story import Story
from almazara.prices.answers import Advice, Prediction, Product
from almazara.prices.buying.lookalikes import Lookalike
from almazara.prices.buying.named_prices import NamedPriceRow
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.buying.recent import Recent
from almazara.prices.schema import PriceName
from almazara.prices.service import PriceService
from almazara.web.alerts import Watch, alerts, price_name, routes
from almazara.web.forms import guard
from almazara.web.offers import offers
from almazara.web.overview import (
    Ahead,
    category_address,
    good_address,
    headline,
    money_of,
    money_text,
    per_litre,
    price_ruler,
    product_address,
    ruler_key,
    service,
)
from almazara.web.page import drawn, page, reader_of
from almazara.web.pictures import history_chart, plotted
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, named, said, text_of

_CHART_HEIGHT: Final = 340


async def product(request: Request) -> Response:
    """One product."""
    prices, listing_id = service(request), request.path_params["id"]
    shown = await run_in_threadpool(described, prices, listing_id, reader_of(request).language)
    may_write = guard(request).may_write(request)
    return page(request, "product.html", here="prices", product=shown, may_write=may_write)


def described(prices: PriceService, listing_id: str, language: Language) -> dict[str, Any]:
    """A product as templates show it: the decision, its history and what may come, other shops, alerts."""
    story = prices.story(listing_id, language=language)
    return {
        **_decision(story, language),
        **_history(story, language),
        **_beside(story, language),
        "named": [_named(one, listing_id, ZoneInfo(prices.timezone), language) for one in story.named],
        "alerts": alerts(_watch_of(listing_id), story.rules, story.advice.currency, story.named),
    }


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
            advice,
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
    ends = {one.quantile: float(one.price) for one in prediction.days[-1].quantiles}
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
            numbers.money(last.price, currency, language),
            numbers.day(last.date, language),
        )
    if story.sold_out and story.sold_out[-1].last == story.days[-1].date:
        gone = story.sold_out[-1]
        since = _word("since", language, day=gone.first)
        yield _word("sold_out_for", language), _word("days", language, n=gone.days), since
    if story.product.litres:
        litre = numbers.per_litre(Decimal(str(last.price)) / story.product.litres, currency, language)
        yield _word("per_litre", language), litre, ""
    yield from past_facts(known, advice, language)


def past_facts(known: Recent, advice: Advice, language: Language) -> Iterator[tuple[str, str, str]]:
    """The figures of the last days, and of waiting; none that is not known."""
    if known.share_cheaper is not None:
        days = _word("of_days", language) if known.share_cheaper else ""
        yield _word("cheaper", language), _word("share", language, share=known.share_cheaper), days
    if known.low is not None and known.low_date is not None:
        lowest = money_text(known.low, advice.currency, language)
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
        "title": said("site.product.history", n=DEADLINE_DAYS),
        "daily": Table([*names, _word("state", language)], _rows(story, language)),
        "downloads": [
            ("CSV", f"/data?product={quote(story.product.id)}&daily=true&format=csv&limit=10000"),
            ("JSON", f"/data?product={quote(story.product.id)}&daily=true"),
        ],
        "chances": prediction and _chances(prediction),
        "model": prediction and forecast_by(prediction),
        "backtest": _backtest(prediction, language) if prediction else None,
    }


def forecast_by(prediction: Prediction) -> Said:
    """By which model, and from what was known when."""
    model = named("forecaster", prediction.model)
    return said("site.product.model", model=model, cutoff=prediction.cutoff)


def _chances(prediction: Prediction) -> Said | None:
    """That the price is another one by the last day, and a lower one; None where the last price was not kept."""
    day, last = prediction.days[-1], prediction.last_price
    if day.chance_of_change is None or day.chance_of_fall is None or last is None:
        return None
    change, fall = (round(chance, 2) for chance in (day.chance_of_change, day.chance_of_fall))  # no finer is known
    price = money_of(float(last), prediction.currency)
    return said("site.product.chances", day=day.date, last=price, change=change, fall=fall)


def _rows(story: Story, language: Language) -> list[list[Any]]:
    """The days, newest first."""
    return [
        [
            one.date,
            one.price,
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
    """The same good in other shops, and what resembles it there."""
    same = {one.id for one in story.good.products} if story.good else set()
    alike = [one for one in story.lookalikes if one.product.id not in same]
    return {
        "same": list(offers(story.good, language)) if story.good else [],
        "good_page": good_address(story.good.good_id if story.good else story.product.id),
        "others": _others(story, alike, language) if alike else None,
        "lookalikes": [(one.product, per_litre(one.product.latest, language) or "", one.words) for one in alike],
    }


def _named(one: NamedPriceRow, listing_id: str, zone: ZoneInfo, language: Language) -> dict[str, Any]:
    """Another price of the page, in words; `seen` says when it was shown last, if it is not now."""
    asked = {"product": listing_id, "price": one.name.value, "daily": "true"}
    return {
        "name": price_name(one.name, one.condition),
        "condition": "" if one.name is PriceName.SELLER else one.condition,
        "price": numbers.money(one.price, one.currency, language),
        "seen": None if one.shown else one.seen_at.astimezone(zone).date(),
        "low": numbers.money(one.low, one.currency, language),
        "low_day": one.low_at.astimezone(zone).date(),
        "history": f"/data?{urlencode(asked)}",
    }


def _others(story: Story, alike: Sequence[Lookalike], language: Language) -> Markup:
    """The price of a litre here and in other shops."""
    own = [plotted(one.price_per_litre) for one in story.days]
    marks: list[Mark] = [
        Line(
            _shop(one.product, language),
            [one.first_day + timedelta(days=day) for day in range(len(one.per_litre))],
            one.per_litre,
        )
        for one in alike
    ]
    marks.append(Line(_shop(story.product, language), [one.date for one in story.days], own, Role.BESIDE))
    label = said("site.product.others_label", n=len(alike)).text(language)
    unit = numbers.sign_per_litre(story.advice.currency or "", language)
    chart = Chart(label, Axis(Scale.DAY), Axis(unit=unit), marks, language)
    return drawn(legend(chart) + draw(chart))


def _shop(product: Product, language: Language) -> str:
    return text_of(named("shop", product.shop), language)


def _watch_of(listing_id: str) -> Watch:
    return Watch(product_address(listing_id), {"product": listing_id})


_PATH: Final = "/precios/{id:listing}"  # ids of histories that were taken in may have strokes
PAGES: Final = (
    *routes(_PATH, lambda request: _watch_of(request.path_params["id"])),
    Route(_PATH, product),
)
