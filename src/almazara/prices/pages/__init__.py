"""Reading a page: HTML in, outcome out; pure, and never a price that is not surely this product's.

Reading order: outcome (what can come out), document (bytes to tree), blocked, amazon with its marketplaces, rules and
listing, shops for every other shop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from almazara.errors import InputError, MissingExtraError
from almazara.prices.pages.amazon import product
from almazara.prices.pages.amazon.marketplaces import CURRENCIES, asin_in_url, shop_of
from almazara.prices.pages.blocked import blocked, blocked_answer
from almazara.prices.pages.document import LARGEST_PAGE, attribute, decoded, parsed
from almazara.prices.pages.outcome import BlockKind, Outcome, OverloadError, Unreadable
from almazara.prices.pages.own_rule import ShopRule, read_by_rule
from almazara.prices.pages.request import PageRequest, leads_elsewhere
from almazara.prices.pages.shops import published

_NOT_FOUND = frozenset({404, 410})
_LONGEST_REASON = 300
DEFECT: Final = "reader"
"""What is missing of a page on which the reader itself failed."""
_EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `read` was told beside the page."""

    url: str
    status: int
    headers: Mapping[str, str]
    expected_sku: str | None
    known_title: str | None
    asked_url: str | None
    rule: ShopRule | None


def read(
    html: str | bytes,
    *,
    url: str,
    status: int = 200,
    headers: Mapping[str, str] = _EMPTY,
    expected_sku: str | None = None,
    known_title: str | None = None,
    asked_url: str | None = None,
    rule: ShopRule | None = None,
) -> Outcome:
    """Read one page of a shop.

    Pages of Amazon's marketplaces are read by Amazon's rules, all others by what they publish for machines
    (JSON-LD, microdata, Open Graph).

    Args:
        html: The page as fetched, decompressed.
        url: Its address after redirects; only the host and an ASIN in its path are used. Without a host, the
            canonical address that the page gives for itself counts.
        status: HTTP status of the answer.
        headers: Headers of the answer; `content-type` names the charset.
        expected_sku: The ASIN, or the shop's own number, that was asked for; the address' ASIN when None.
        known_title: Title of the listing as it was known before: a page about something else is refused.
        asked_url: The address that was asked for, where redirects led from it to `url`.
        rule: The shop's own rule, asked where its page publishes no price.

    Returns:
        An outcome for any input whatever; nothing is raised. A page on which the reader itself fails is `Unreadable`,
        its `missing` a DEFECT.
    """
    asked = _Asked(url, status, headers, expected_sku, known_title, asked_url, rule)
    try:
        return _read(html, asked)
    except OverloadError as error:
        return Unreadable(("page",), f"The page {error}.", expected_sku)
    except Exception as error:  # noqa: BLE001 - what a page can do to a reader is not to be foreseen
        reason = f"The reader failed on this page, which is a defect of ours: {type(error).__name__}: {error}"
        return Unreadable((DEFECT,), reason[:_LONGEST_REASON], expected_sku)


def _read(html: str | bytes, asked: _Asked) -> Outcome:
    text = decoded(html, asked.headers)
    folded = {name.lower(): value for name, value in asked.headers.items()}
    tree = parsed(text)
    if tree is None:
        if found := blocked_answer(asked.status, folded, empty=True):
            return found
        reason = "is too large" if len(text) > LARGEST_PAGE else "is empty or broken"
        return Unreadable(("page",), f"The page {reason}.")
    found = blocked(tree, len(text), asked.status, folded)
    if found and not (asked.status in _NOT_FOUND and found.kind is BlockKind.ERROR_PAGE):
        return found
    url, known_title = asked.url, asked.known_title
    shop = shop_of(url) or shop_of(_own_address(tree))
    sku = asked.expected_sku or (asin_in_url(url) if shop in CURRENCIES else None)
    if asked.status in _NOT_FOUND:
        return Unreadable(("page",), f"The shop answered with status {asked.status}: there is no such page.", sku)
    if shop not in CURRENCIES and asked.asked_url and not known_title and leads_elsewhere(asked.asked_url, url):
        reason = f"The shop answers with another address, {url}, which may be another product's: follow that one."
        return Unreadable(("product",), reason, sku)
    request = PageRequest(url=url, shop=shop, sku=sku, known_title=known_title)
    outcome = product.read(tree, request) if shop in CURRENCIES else published.read(tree, request)
    publishes_none = shop not in CURRENCIES and isinstance(outcome, Unreadable) and not outcome.contradicts
    return _by_rule(asked.rule, html, request, asked.headers) if asked.rule and publishes_none else outcome


def _by_rule(rule: ShopRule, html: str | bytes, request: PageRequest, headers: Mapping[str, str]) -> Outcome:
    try:
        return read_by_rule(rule, html, request, headers)
    except (InputError, MissingExtraError) as error:
        return Unreadable(("rule",), f"The shop's own rule cannot be asked: {error}")


def own_address(html: bytes) -> str:
    """The canonical address that a page gives for itself, or empty."""
    try:
        tree = parsed(decoded(html, _EMPTY))
    except OverloadError:
        return ""
    return _own_address(tree) if tree is not None else ""


def _own_address(tree: LexborHTMLParser) -> str:
    stated = (("link[rel='canonical']", "href"), ("meta[property='og:url']", "content"))
    addresses = (attribute(tree.css_first(selector), name) for selector, name in stated)
    return next((address for address in addresses if shop_of(address)), "")
