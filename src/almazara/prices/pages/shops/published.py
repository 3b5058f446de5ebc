"""Shops that publish their offer for machines: JSON-LD, microdata and Open Graph, checked against each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.money import IN_USE
from almazara.prices.pages.document import attribute, count_in, decimal_mark, first_text
from almazara.prices.pages.goods import is_of_another
from almazara.prices.pages.naming import settled
from almazara.prices.pages.outcome import Condition, Offer, Outcome, Unavailable, Unreadable
from almazara.prices.pages.request import PageRequest, alike
from almazara.prices.pages.shops import sayings, told
from almazara.prices.pages.shops.claims import Claim, Price, agreed_availability, combined_availability, decimal_or_none
from almazara.prices.pages.shops.data import asked_variation, data_claims, data_currency, own_data
from almazara.prices.pages.shops.drawn import Styles
from almazara.prices.pages.shops.jsonld import json_ld
from almazara.prices.pages.shops.listing import Published, read_listing
from almazara.prices.pages.shops.markup import full_claim
from almazara.prices.pages.shops.microdata import meta_claim, microdata_claims, take_rdfa
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.told import State
from almazara.prices.pages.shops.visible import VisiblePrices, written
from almazara.prices.schema import Availability, NamedPrice

_MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's claims about its product, one of each source, and what the page shows to people."""

    claims: tuple[Claim, ...]
    visible: VisiblePrices
    title: str | None
    request: PageRequest
    names: Sequence[str]
    data: str
    variation: frozenset[Decimal] | None


class _DoubtError(Exception):
    """The page contradicts itself; its arguments are what is missing and why."""


def read(tree: LexborHTMLParser, request: PageRequest) -> Outcome:
    """Read a product or category page of any shop."""
    nodes, lists = json_ld(tree)
    take_rdfa(tree)
    styles = Styles.of(tree)
    outcome = _read_product(tree, [full_claim(node, request) for node in nodes], request, styles)
    about_none = isinstance(outcome, Unreadable) and outcome.missing[0] in {"product", "offer"}
    return (about_none and read_listing(tree, Published(nodes, lists, styles), request)) or outcome


def _read_product(tree: LexborHTMLParser, products: list[Claim], request: PageRequest, styles: Styles) -> Outcome:
    data = "" if products else own_data(tree)
    variation = asked_variation(tree, request.url)
    tree.strip_tags(["script", "style", "noscript", "template"])
    # What the page calls its product: heading, Open Graph title, title.
    og_title = attribute(tree.css_first("meta[property='og:title']"), "content")
    names = [name for name in (first_text(tree, ("h1",)), og_title, first_text(tree, ("title",))) if name]
    title = names[0] if names else None
    try:
        decimal = decimal_mark(tree)
        chosen = [_main(products, names), _main(microdata_claims(tree, decimal), names), meta_claim(tree, decimal)]
        claims = tuple(claim for claim in chosen if claim is not None)
        numbers = {number for claim in claims for number in claim.numbers}
        if request.sku and numbers and request.sku.replace("-", "") not in numbers:
            raise _DoubtError("product", f"The page is about {min(numbers)}, not about {request.sku}.")  # noqa: TRY301
        body = [tree.body] if tree.body is not None else []
        visible = VisiblePrices(body, [name for name in (*(claim.name for claim in claims), *names) if name], styles)
        if not any(claim.prices for claim in claims) and names:
            is_named = any(claim.name and claim.source == "microdata" for claim in claims)
            claims = (*claims, *data_claims(data, names, visible, is_named=is_named))
        title = next((claim.name for claim in claims if claim.name), title)
        if request.title_changed(title):
            raise _DoubtError("title", f"The title no longer resembles {request.known_title!r}.")  # noqa: TRY301
        return _outcome(_Page(claims, visible, title, request, names, data, variation))
    except _DoubtError as doubt:
        missing, reason = doubt.args
        return Unreadable((missing,), reason, _sku(products), title, contradicts=True)


def _main(claims: list[Claim], names: list[str]) -> Claim | None:
    """The one claim that is about the page's product; refused when several could be."""
    own = [claim for claim in claims if claim.name and any(_folded(claim.name) in _folded(name) for name in names)]
    candidates = own or claims
    priced = [claim for claim in candidates if claim.prices] or candidates[:1]
    if len(priced) > 1 and len({(price.amount, claim.name) for claim in priced for price in claim.prices}) > 1:
        raise _DoubtError("product", "The page publishes several products and does not say which is its own.")
    claim = priced[0] if priced else None
    if claim is not None:  # one product a size: any that can be bought makes the page one that can be
        stock = combined_availability([one.availability for one in priced if one.availability])
        claim = replace(claim, availability=stock)
        if any((one.gtins, one.named) != (claim.gtins, claim.named) for one in priced):
            claim = replace(claim, gtins=frozenset(), named=())
    if claim and claim.name and names and not any(alike(claim.name, name) for name in names):
        raise _DoubtError("product", f"The published product {claim.name[:60]!r} is not the one in the page's title.")
    if claim and claim.name and not claim.pinned and is_of_another(claim.name, names):
        raise _DoubtError("product", f"The published {claim.name[:60]!r} is another good than the one in the title.")
    return claim


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _outcome(page: _Page) -> Outcome:
    claims = page.claims
    if reason := _why_none(page):
        return _unavailable(page, reason)
    if any(claim.state is State.UNKNOWN for claim in claims):
        raise _DoubtError("condition", "The page does not say in known words that the goods are new.")
    shown = [Availability.UNAVAILABLE] if page.visible.says(sayings.GONE) else []
    availability = agreed_availability([*(c.availability for c in claims if c.availability), *shown])
    is_gone = availability is Availability.UNAVAILABLE
    if any(claim.prices for claim in claims):
        price, list_price, rule = _agreed_price(page)
        _check_bids(page.visible, price)
        currency = _currency(page, price)
        if not is_gone:
            _check_visible(page, price, currency)
            return _offer(page, Price(price.amount, currency, price.text), list_price, rule, availability)
    if is_gone:
        return _unavailable(page, "out of stock")
    reason = "The page publishes a product without a price." if claims else "The page publishes no product."
    if limit := next((claim.limit for claim in claims if claim.limit), None):
        reason = f"The page publishes no price of its product but one {limit}."
    return Unreadable(("price",) if claims else ("offer",), reason, _sku(claims), page.title)


def _why_none(page: _Page) -> str | None:
    """Why the page offers nothing new, whatever it publishes, or None."""
    if page.visible.says(sayings.USED) or sayings.USED_TITLE.search(page.title or ""):
        return "only used articles are offered"
    if any(claim.state is State.USED for claim in page.claims):
        return "only used articles are offered"
    return "the offer is over" if page.visible.says(sayings.ENDED) else None


def _check_bids(visible: VisiblePrices, price: Price) -> None:
    """Refuse what was bid, or what bids begin at; an auction may sell at once too, at a price of its own."""
    if not visible.says(told.BIDDING):
        return
    if not visible.says(told.AT_ONCE) or visible.says(told.bid_of(written(price.amount))):
        raise _DoubtError("price", f"The page sells to who bids most, and {price.text} may be a bid.")


def _agreed_price(page: _Page) -> tuple[Price, Decimal | None, str]:
    """The price on which all sources agree, the list price, and the rule; refused when they contradict each other."""
    prices = [price for claim in page.claims for price in claim.prices]
    if page.variation is not None and page.variation != {price.amount for price in prices}:
        raise _DoubtError("price", "The page's address asks for a variation, which has another price or none.")
    if any(claim.pinned and not claim.prices for claim in page.claims):
        raise _DoubtError("price", "The page's address names a variant that the page does not publish a price of.")
    currencies = {price.currency for price in prices} - {None}
    if len(currencies) > 1:
        raise _DoubtError("price", f"The page's sources name several currencies: {_words(prices)}.")
    stated = max((c.list_price for c in page.claims if c.list_price), default=None)
    amounts = {price.amount for price in prices}
    if limit := next((claim.limit for claim in page.claims if claim.limit and claim.limited & amounts), None):
        raise _DoubtError("price", f"The page publishes {_words(prices)} {limit}.")
    ranged = any(claim.ranged for claim in page.claims)
    sources = "+".join(claim.source for claim in page.claims if claim.prices)
    if amounts == {stated}:
        raise _DoubtError("price", f"The page publishes its list price only: {_words(prices)}.")
    if len(amounts) == 1 and not ranged:
        return prices[0], stated, sources
    if stated and len(amounts - {stated}) == 1 and not ranged:
        return next(p for p in prices if p.amount != stated), stated, f"{sources}:stated-list-price"
    return _shown_price(page, prices, sources)


def _shown_price(page: _Page, prices: list[Price], rule: str) -> tuple[Price, Decimal | None, str]:
    """Of several published prices, or a lowest one, that which leads; a higher one shown struck is its list price."""
    currency = next((p.currency for p in prices if p.currency), None)
    standing = page.visible.standing(currency) if currency else []
    shown = next((price for price in prices if price.amount in standing[:1]), None)
    others = {price.amount for price in prices} - {shown.amount if shown else None}
    if shown is None or currency is None or not others.isdisjoint(standing):
        raise _DoubtError("price", f"The page's sources contradict each other, or name a range: {_words(prices)}.")
    if any(claim.pinned and shown.amount not in {price.amount for price in claim.prices} for claim in page.claims):
        raise _DoubtError("price", f"The page shows {shown.text}, which is not of the variant that its address names.")
    if not page.visible.leads(shown.amount, currency):
        raise _DoubtError("price", f"The page shows another price first, not its lowest one, {shown.text}.")
    other = others.pop() if len(others) == 1 else None
    if other is not None and other > shown.amount and Role.FORMER in page.visible.roles(other, currency):
        return shown, other, f"{rule}:struck-list-price"
    return shown, None, f"{rule}:shown"


def _words(prices: list[Price]) -> str:
    return ", ".join(dict.fromkeys(f"{price.text} {price.currency or ''}".strip() for price in prices))[:120]


def _currency(page: _Page, price: Price) -> str:
    """The currency that a source names; else the one that the page shows with this amount, or its data have for it."""
    named = [p.currency for claim in page.claims for p in claim.prices if p.currency]
    currency = named[0] if named else page.visible.currency_of(price.amount)
    currency = currency or data_currency(page.data, page.names, price.amount, page.request.shop)
    if currency is None:
        raise _DoubtError("currency", f"The page names no currency for {price.text}.")
    if currency not in IN_USE:
        raise _DoubtError("currency", f"The page publishes {price.text} in {currency}, which no shop is paid in.")
    if otherwise := page.visible.marked_otherwise(price.amount, currency):
        raise _DoubtError("currency", f"The page publishes {price.text} in {currency} and shows it as {otherwise}.")
    shown = page.visible.currency_of(price.amount) if named else None
    if shown not in {None, currency}:
        raise _DoubtError("currency", f"The page publishes {price.text} in {currency} and shows it in {shown}.")
    return currency


def _check_visible(page: _Page, price: Price, currency: str) -> None:
    """Refuse a published price that does not stand where people see prices stand, or stands behind another one."""
    visible = page.visible
    if visible.says(sayings.ASKING):
        raise _DoubtError("price", "The page says that its price is told to those who ask.")
    leads = visible.leads(price.amount, currency)
    roles = visible.roles(price.amount, currency)
    if leads is False or (leads is None and visible.standing(currency) and Role.STANDING not in roles):
        raise _DoubtError("price", f"The page shows another price first, not its published price {price.text}.")
    if leads:
        return
    if other := visible.other_bare_price(price.amount):
        raise _DoubtError("price", f"The page shows {other} as its price, not its published price {price.text}.")
    if roles - {Role.HIDDEN} and Role.STANDING not in roles:
        raise _DoubtError(
            "price",
            f"The page shows its published price {price.text} {min(role.value for role in roles - {Role.HIDDEN})}.",
        )
    if any(claim.untaxed for claim in page.claims):
        raise _DoubtError("price", f"The page publishes {price.text} without tax and does not show it.")
    if others := visible.other_currencies(currency):
        raise _DoubtError(
            "currency", f"The page publishes {price.text} in {currency} and shows prices in {min(others)}."
        )


def _offer(
    page: _Page, price: Price, list_price: Decimal | None, rule: str, availability: Availability | None
) -> Offer:
    claims = page.claims
    condition = _condition(page)
    rating = next((r for c in claims if (r := decimal_or_none(c.rating)) is not None), None)
    return Offer(
        price=price.amount,
        currency=str(price.currency),
        price_text=price.text,
        rule=f"structured:{rule}",
        shop=page.request.shop,
        sku=_sku(claims),
        title=page.title,
        list_price=list_price or page.visible.list_price(price.amount, str(price.currency)),
        availability=availability or Availability.UNKNOWN,
        availability_text=next((c.availability_text for c in claims if c.availability_text), None),
        seller=next((c.seller for c in claims if c.seller), None),
        rating=rating if rating is not None and 0 <= rating <= _MOST_STARS else None,
        review_count=next((n for c in claims if (n := count_in(c.review_count)) is not None), None),
        condition=condition,
        gtin=_gtin(claims) if condition is Condition.NEW else None,  # a refurbished article is not the new one's good
        named=_named(page, price.amount, str(price.currency)),
    )


def _gtin(claims: Iterable[Claim]) -> str | None:
    """The one number of goods that the sources name, where one that names the price does."""
    every = frozenset().union(*(claim.gtins for claim in claims))
    priced = frozenset().union(*(claim.gtins for claim in claims if claim.prices))
    return next(iter(every)) if len(every) == 1 and priced else None


def _named(page: _Page, price: Decimal, currency: str) -> tuple[NamedPrice, ...]:
    """Prices on conditions that a source publishes and the page shows; none of a name for which they differ."""
    claimed = [one for claim in page.claims for one in claim.named if claim.prices[0].amount == price]
    published = [one for one in claimed if page.visible.bears_out(one, price, currency)]
    shown = page.visible.named(price, currency)
    amounts = {one.name: {other.price for other in claimed if other.name is one.name} for one in shown}
    doubted = {one.name for one in shown if amounts[one.name] and one.price not in amounts[one.name]}
    return settled((one for one in (*shown, *published) if one.name not in doubted), price)


def _condition(page: _Page) -> Condition:
    said = {claim.state for claim in page.claims}
    by_title = sayings.REFURBISHED_TITLE.search(page.title or "") is not None
    return Condition.REFURBISHED if by_title or State.REFURBISHED in said else Condition.NEW


def _unavailable(page: _Page, reason: str) -> Unavailable:
    return Unavailable(
        reason=f"The page says: {reason}.",
        rule="structured:unavailable",
        shop=page.request.shop,
        sku=_sku(page.claims),
        title=page.title,
        availability_text=next((c.availability_text for c in page.claims if c.availability_text), None),
        seen=tuple((claim.source, f"{p.text} {p.currency or ''}") for claim in page.claims for p in claim.prices),
    )


def _sku(claims: Iterable[Claim]) -> str | None:
    return next((claim.sku for claim in claims if claim.sku), None)
