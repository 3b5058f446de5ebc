"""Routes of alerts: the rules that watch prices and Almazara itself, and what they found."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Path, Query, Response
from pydantic import Field, TypeAdapter

from almazara.api.errors import declared
from almazara.api.language import InLanguage
from almazara.api.prices import TEXT, Service
from almazara.api.routes import Router, SentBody, reading, send, writing
from almazara.prices.alerts.alerting import MOST_DAYS
from almazara.prices.alerts.delivery import RecordedEvent
from almazara.prices.alerts.rules import AlertRule, Reference, RuleKind
from almazara.prices.buying.policy import DEADLINE_DAYS, LONGEST_DEADLINE
from almazara.prices.schema import PriceName

router = Router(prefix="/alerts", tags=["precios"], responses=declared(422, 503))

_MOST_EVENTS = 1000


_Key = Annotated[str, Field(min_length=1, max_length=2048)]
Product = Annotated[_Key, Field(description="Id de un producto.", examples=["amazon.es:B0EXAMPLE1"])]
Good = Annotated[_Key, Field(description="Un artículo, en la tienda más barata.", examples=["gtin:8410179100012"])]
Category = Annotated[_Key, Field(description="Cada producto de una categoría.", examples=["olive-oil"])]
Index = Annotated[_Key, Field(description="El índice de una categoría.", examples=["olive-oil"])]
Price = Annotated[PriceName, Field(description="Otro precio de la página en lugar del destacado.")]
Seller = Annotated[_Key, Field(description="Con el precio `seller`: quién vende, o parte de su nombre.")]
Percent = Annotated[Decimal, Field(gt=0, max_digits=7, decimal_places=4)]


class _NewRule(SentBody):
    """What to be told of: the kind of a rule, and the fields of AlertRule that it has."""

    def made(self, rule_id: str, now: datetime) -> AlertRule:
        """The rule under its id."""
        asked = {name: value for name, value in self if name not in {"kind", "product"}}
        kind, product = (getattr(self, name, None) for name in ("kind", "product"))
        return AlertRule(rule_id, RuleKind(str(kind)), now, product, **asked)


class _AboutOffers(_NewRule):
    """What is watched: a product, a good or each product of a category; every product where none is given."""

    product: Product | None = None
    good: Good | None = None
    category: Category | None = None


class _AboutPrices(_AboutOffers):
    """The same, or an index; and which price of a page."""

    index: Index | None = None
    price: Price | None = None
    seller: Seller | None = None


class BelowTarget(_AboutPrices):
    """What is watched costs a price or less."""

    kind: Literal["below_target"]
    target: Annotated[Decimal, Field(gt=0, lt=10**12, max_digits=15, decimal_places=4)]


class Drop(_AboutPrices):
    """It costs so many percent less than before, or than the median of 30 days."""

    kind: Literal["drop"]
    percent: Annotated[Percent, Field(lt=100)]
    reference: Reference = Reference.PREVIOUS


class Rise(_AboutPrices):
    """It costs so many percent more than before, or than the median of 30 days."""

    kind: Literal["rise"]
    percent: Percent
    reference: Reference = Reference.PREVIOUS


class Change(_AboutPrices):
    """Its price is another one, or it is no longer sold."""

    kind: Literal["change"]


class BackInStock(_AboutOffers):
    """It can be bought again, or is sold at that price again."""

    kind: Literal["back_in_stock"]
    price: Price | None = None
    seller: Seller | None = None


class Lowest(_AboutPrices):
    """It costs less than at any time in so many days."""

    kind: Literal["lowest"]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]


class BuyNow(_AboutOffers):
    """The advice on it, to have bought within so many days, turns from wait to buy."""

    kind: Literal["buy_now"]
    days: Annotated[int, Field(ge=1, le=LONGEST_DEADLINE)] = DEADLINE_DAYS


class ScraperUnwell(_NewRule):
    """The scraper needs attention."""

    kind: Literal["scraper_unwell"]


class ForecastsDrifted(_NewRule):
    """Published forecasts do not keep what they promise."""

    kind: Literal["forecasts_drifted"]


# One schema for each kind: readers of the description take a schema with two for the last of them.
NewRule = Annotated[
    BelowTarget | Drop | Rise | Change | BackInStock | Lowest | BuyNow | ScraperUnwell | ForecastsDrifted,
    Field(discriminator="kind"),
]
NEW_RULE: TypeAdapter[NewRule] = TypeAdapter(NewRule)
"""Reads one from plain values; raises pydantic's ValidationError."""


@router.get("/rules", **reading(list[AlertRule], "Las reglas de aviso, también las de los precios objetivo"))
def rules(service: Service) -> Response:
    return send(service.alert_rules())


@router.post("/rules", **writing(AlertRule, 201, "Hacer una regla de aviso", declared(404, 413)))
def add_rule(new: NewRule, service: Service) -> Response:
    return send(service.add_alert_rule(new.made), 201)


@router.delete(
    "/rules/{rule_id:listing}",  # that of a target price has the id of its product
    **writing(None, 204, "Quitar una regla, o el precio objetivo que representa", declared(404, 413)),
)
def remove_rule(
    rule_id: Annotated[str, Path(json_schema_extra=TEXT, description="El rule_id de una regla.")], service: Service
) -> Response:
    service.remove_alert_rule(rule_id)
    return Response(status_code=204)


@router.get("/events", **reading(list[RecordedEvent], "Lo que han hallado las reglas, lo más nuevo primero"))
def events(
    service: Service,
    language: InLanguage,
    limit: Annotated[int, Query(ge=1, le=_MOST_EVENTS, description="Cuántos, como mucho.")] = 100,
) -> Response:
    return send(service.alert_events(limit, language))
