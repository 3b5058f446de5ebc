"""Alerts on a page: the rules that watch what it shows, in words, and the forms that set and remove them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.alerts import NEW_RULE, NewRule
from almazara.errors import InputError
from almazara.prices.alerts.rules import SYSTEM_RULES, TARGET, AlertRule, Reference, RuleKind
from almazara.prices.buying.named_prices import NamedPriceRow
from almazara.prices.schema import PriceName
from almazara.web.forms import back_to, sent
from almazara.web.overview import service
from almazara.words.said import Money, Said, named, said

_KINDS: Final = tuple(kind for kind in RuleKind if kind not in SYSTEM_RULES)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_VALUES: Final[Mapping[str, str]] = {
    RuleKind.BELOW_TARGET: "target",
    RuleKind.DROP: "percent",
    RuleKind.RISE: "percent",
    RuleKind.LOWEST: "days",
    RuleKind.BUY_NOW: "days",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """What the alerts of a page are about.

    Attributes:
        page: The address of the page.
        subjects: What can be watched, by the field of a rule that names it: `product`, `good`, `category`, `index`.
    """

    page: str
    subjects: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of a page as its template shows them.

    Attributes:
        rules: Those that watch it, in words.
        subjects: What can be watched, where that is to be chosen; empty for one thing alone.
        prices: The prices that can be watched beside the featured one.
    """

    page: str
    rules: list[tuple[AlertRule, Said]]
    subjects: list[tuple[str, Said]]
    prices: list[tuple[str, Said | str]]
    kinds: Sequence[RuleKind] = _KINDS


def alerts(
    watch: Watch, rules: Iterable[AlertRule], currency: str | None, named_prices: Iterable[NamedPriceRow] = ()
) -> Alerts:
    """The alerts of a page, whose amounts are of a currency and which shows some named prices."""
    subjects = [(name, said(f"site.rule.about_{name}")) for name in watch.subjects] if len(watch.subjects) > 1 else []
    found = {_price_key(one.name, one.condition): price_name(one.name, one.condition) for one in named_prices}
    return Alerts(watch.page, [(one, rule_words(one, currency)) for one in rules], subjects, list(found.items()))


def price_name(name: PriceName, seller: str | None = None) -> Said | str:
    """What a named price is called, with who sells where that is told."""
    called = named("price", name)
    return said("site.rule.seller", price=called, seller=seller) if name is PriceName.SELLER and seller else called


def _price_key(name: PriceName, condition: str) -> str:
    return f"{name}:{condition}" if name is PriceName.SELLER else name


def rule_words(rule: AlertRule, currency: str | None) -> Said:
    """What a rule waits for, with what it watches where that is more than the thing itself."""
    beside = list(_beside(rule))
    waits = _waits(rule, currency)
    return said("site.rule.beside", rule=waits, beside=beside) if beside else waits


def _waits(rule: AlertRule, currency: str | None) -> Said:
    match rule.kind:
        case RuleKind.BELOW_TARGET:
            code = "target" if rule.rule_id.startswith(TARGET) else "below_target"
            return said(f"site.rule.{code}", price=Money(rule.target or Decimal(0), currency))
        case RuleKind.DROP | RuleKind.RISE:
            return said(f"site.rule.{rule.kind}", percent=float(rule.percent or 0))
        case RuleKind.LOWEST:
            return said("site.rule.lowest", n=rule.days or 0)
        case RuleKind.BUY_NOW:
            return said("site.rule.buy_now", n=rule.deadline_days)
        case _:
            return said(f"site.rule.{rule.kind}")


def _beside(rule: AlertRule) -> Iterator[Said | str]:
    """Against which price it measures, which price it is about, and of what, in that order."""
    if rule.reference is Reference.MEDIAN_30:
        yield said("site.rule.against_median")
    if rule.price is not None:
        yield price_name(rule.price, rule.seller)
    if rule.category is not None:
        yield said("site.rule.of_category", category=named("category", rule.category))
    elif rule.index is not None:
        yield said("site.rule.of_index", category=named("category", rule.index))
    elif not rule.subjects:
        yield said("site.rule.of_all")


def routes(path: str, watch: Callable[[Request], Watch]) -> tuple[Route, Route]:
    """The forms of the alerts of the page at a path; `watch` says what those of a request are about."""

    async def add(request: Request) -> Response:
        """Keep a rule."""
        fields, about = await sent(request, "sobre", "precio", "tipo", "valor"), watch(request)
        new = _new_rule(about.subjects, fields)
        await run_in_threadpool(service(request).add_alert_rule, new.made)
        return back_to(f"{about.page}#avisos")

    async def remove(request: Request) -> Response:
        """Forget a rule."""
        fields, about = await sent(request, "aviso"), watch(request)
        await run_in_threadpool(service(request).remove_alert_rule, fields.get("aviso", ""))
        return back_to(f"{about.page}#avisos")

    return Route(f"{path}/avisos", add, methods=["POST"]), Route(f"{path}/avisos/quitar", remove, methods=["POST"])


def _new_rule(subjects: Mapping[str, str], fields: Mapping[str, str]) -> NewRule:
    """What a form asks for, under the same bounds as the API."""
    kind, text, about = fields.get("tipo", ""), fields.get("valor", ""), fields.get("sobre", next(iter(subjects)))
    price, _, seller = fields.get("precio", "").partition(":")
    written = text.strip().replace(",", ".")
    asked = {_VALUES[kind]: written} if kind in _VALUES else {}
    if asked and not _NUMBER.fullmatch(written):
        raise InputError(said("site.form.no_number", text=text[:40]))
    asked |= {"kind": kind, about: subjects.get(about, "")}
    asked |= {name: value for name, value in (("price", price), ("seller", seller)) if value}
    try:
        return NEW_RULE.validate_python(asked)
    except ValidationError as error:
        is_other = any(one["type"] == "extra_forbidden" for one in error.errors())
        code = "site.form.no_such_rule" if is_other else "site.form.no_rule"
        raise InputError(said(code, text=text[:40])) from error
