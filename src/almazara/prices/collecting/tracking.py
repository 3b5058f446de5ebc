"""From what a user types (an address, an ASIN, a search) to the listing that is followed."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit

from almazara.errors import InputError
from almazara.prices.fetching.addresses import ODD_CHARACTER, AddressPolicy, Forbidden, check_url
from almazara.prices.pages.amazon.marketplaces import CURRENCIES, shop_of
from almazara.prices.pages.request import folded
from almazara.prices.schema import Listing, ListingKind
from almazara.prices.store.observations import MAX_DECIMALS, MAX_INTEGER_DIGITS, utc
from almazara.words.said import said

_LONGEST_TEXT: Final = 2048
_LONGEST_SEARCH: Final = 200
_ASIN_LENGTH: Final = 10
_ISBN_MODULUS: Final = 11
_URL_SAFE: Final = "/%:@!$&'()*+,;=~-._?"

_SEARCH: Final = "search:"
_SHORTENERS: Final = frozenset({"a.co", "amzn.asia", "amzn.com", "amzn.eu", "amzn.in", "amzn.to"})
_MARKETPLACE_ALIASES: Final = {"us": "amazon.com", "gb": "amazon.co.uk"}
_SEARCH_FILTERS: Final = ("i", "rh", "s")  # department, refinements and order: they change what is found

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SCHEMELESS = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:/|$)")
_AMAZON_LANGUAGE = re.compile(r"^/-/[a-z]{2}(?:[-_][a-z]{2})?(?=/)", re.IGNORECASE)
_IN_PATH = re.compile(
    r"/(?:dp|gp/product|gp/aw/d|gp/offer-listing|exec/obidos/asin|product-reviews|product)/([^/]*)", re.IGNORECASE
)
_B_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_ISBN_10 = re.compile(r"[0-9]{9}[0-9X]")
_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|hsa_.*|_hs.*|g(?:clid|clsrc|braid|ad_.*)|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|"
    r"igsh(?:id)?|mc_[ce]id|_gl|_ga|srsltid|epik|awc|irclickid|cjevent|zanpid|vero_id|spm|matomo_.*|piwik_.*|at_(?:medium|"
    r"campaign.*)|aff(?:id|_id|iliate(?:_?id)?)|click_?id|li_fat_id|sc_?cid|rdt_cid|s_kwcid|ef_id|_ke|trk|ref_src|"
    r"phpsessid|jsessionid|aspsessionid.*|oscsid|zenid|cfid|cftoken|session_?id",
    re.IGNORECASE,
)
# Tracking or a session, unless nothing else in the address says which product it is: `product.php?ref=123`.
_OFTEN_TRACKING = re.compile(r"ref_?|referrer|referer|tag|sid|src|source|campaign", re.IGNORECASE)
_NAMES_NO_PRODUCT = re.compile(
    r"/?|.*\.(?:php\d?|aspx?|jspx?|do|cfm|cgi|pl)|(?:.*/)?(?:product[eo]?s?|produits?|produkte?|items?|articul[oe]s?|"
    r"articles?|artikel|details?|detalle|ficha|view|show|index|p|dp)/?",
    re.IGNORECASE,
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def listing_from(
    text: str,
    *,
    marketplace: str | None,
    category: str | None,
    target_price: Decimal | None,
    now: datetime,
    loopback_ports: frozenset[int] = frozenset(),
) -> Listing:
    """The listing that a user means.

    Args:
        text: The address of a product or search on Amazon or of a product in any other shop; or an ASIN; or a search
            on Amazon, written `search: aceite de oliva 5 l`.
        marketplace: Where an ASIN or search is looked for: `es` or `amazon.es`. An address names its own.
        category: Words to group it by; folded to lower-case letters, digits and hyphens.
        target_price: Price at or below which the user wants to hear of it.
        now: The present moment (aware).
        loopback_ports: Ports of this machine on which addresses are taken, for shops in tests.

    Raises:
        InputError: when any of it cannot be used; the message says what can.
    """
    typed = _plain(text)
    kind, shop, sku, url, title = _meant(typed, marketplace, loopback_ports)
    return Listing(
        listing_id=f"{shop}:{sku}",
        shop=shop,
        sku=sku,
        url=url,
        title=title,
        category=_folded_category(category),
        kind=kind,
        target_price=_checked_target(target_price),
        created_at=utc(now, "The listing's moment"),
    )


def normalized_url(text: str, loopback_ports: frozenset[int] = frozenset()) -> str:
    """An http(s) address as it is asked for; the same when normalized again.

    Host in lower-case ASCII, no default port, no fragment, no tracking parameters, no session. Whether it may be asked
    at all is for `fetching.addresses` to say. Refused are other schemes and ports, user names, and hosts without public
    names.
    """
    if len(text) > _LONGEST_TEXT or ODD_CHARACTER.search(text):
        raise InputError(said("prices_refused.address.long", most=str(_LONGEST_TEXT)))
    target = check_url(text.strip(), AddressPolicy(loopback_ports=loopback_ports, names_only=True))
    if isinstance(target, Forbidden):
        raise InputError(target.advice)
    parts = urlsplit(text.strip())
    path = quote(_SESSION_IN_PATH.sub("", parts.path) or "/", safe=_URL_SAFE)
    query = quote("&".join(_telling(path, parts.query)), safe=_URL_SAFE)
    url = f"{target.scheme}://{urlsplit(target.url).netloc}{path}{'?' if query else ''}{query}"
    if len(url) > _LONGEST_TEXT:
        raise InputError(said("prices_refused.address.too_long", most=str(_LONGEST_TEXT)))
    return url


def page_key(url: str) -> str:
    """What two normalized addresses of one page share: scheme, `www.`, a last slash and the parameters' order are left.

    Example:
        >>> page_key("http://www.oil.example/aove/?b=2&a=1")
        'https://oil.example/aove?a=1&b=2'
    """
    parts = urlsplit(url)
    query = "&".join(sorted(parts.query.split("&")))
    return f"https://{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}{'?' if query else ''}{query}"


def of_same_page(meant: Listing, known: Iterable[Listing]) -> Listing | None:
    """The first listing of the same page, where there is one under another number."""
    key = page_key(meant.url)
    same = (one for one in known if one.shop == meant.shop and one.url and page_key(one.url) == key)
    return next(same, None)


def needs_marketplace(text: str) -> bool:
    """Whether a text is an ASIN or a search, which no address says the marketplace of."""
    return text.strip().casefold().startswith(_SEARCH) or _looks_like_asin(text.strip().upper())


def never_sent(text: str, listing: Listing) -> str:
    """The part of a typed address, from `#` on, that no shop is sent; empty where a number names the product anyway."""
    return "" if listing.shop in CURRENCIES else "".join(text.strip().partition("#")[1:])


def _telling(path: str, query: str) -> list[str]:
    """The parameters that say which page it is."""
    named = [(part.partition("=")[0], part) for part in query.split("&") if part]
    kept = [(name, part) for name, part in named if not _TRACKING.fullmatch(name)]
    sure = [part for name, part in kept if not _OFTEN_TRACKING.fullmatch(name)]
    return sure if sure or not _NAMES_NO_PRODUCT.fullmatch(path) else [part for _, part in kept]


def _plain(text: str) -> str:
    typed = text.strip()
    if not typed:
        raise InputError(said("prices_refused.typed.nothing"))
    if len(typed) > _LONGEST_TEXT or ODD_CHARACTER.search(typed):
        raise InputError(said("prices_refused.typed.long", most=str(_LONGEST_TEXT)))
    return typed


_Meant = tuple[ListingKind, str, str, str, str | None]


def _meant(typed: str, marketplace: str | None, loopback_ports: frozenset[int]) -> _Meant:
    """Kind, shop, sku, url and title of what was typed."""
    if typed.casefold().startswith(_SEARCH):
        return _search(_market(marketplace), {"k": typed[len(_SEARCH) :]})
    if _looks_like_asin(typed.upper()):
        return _product(_market(marketplace), typed.upper())
    url = f"https://{typed}" if _SCHEMELESS.match(typed) else typed
    if not _SCHEME.match(url):
        raise InputError(said("prices_refused.typed.neither", typed=repr(typed[:80])))
    return _page(normalized_url(url, loopback_ports))


def _page(url: str) -> _Meant:
    """What an address shows: a page of Amazon by its own rules, of any other shop by its address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.removeprefix("www.") in _SHORTENERS:
        raise InputError(said("prices_refused.address.short_link"))
    shop = _amazon_shop(host)
    if shop is not None:
        return _amazon_page(shop, parts)
    sku = sha256(page_key(url).encode()).hexdigest()[:12]
    return ListingKind.PRODUCT, host.removeprefix("www."), sku, url, None


def _amazon_shop(host: str) -> str | None:
    """The marketplace of a host, or None for another shop's; refuses Amazon's other sites (sellercentral.amazon.es)."""
    shop = shop_of(f"https://{host}")
    if shop in CURRENCIES:
        return shop
    owner = next((known for known in CURRENCIES if host.endswith(f".{known}")), None)
    if owner is not None:
        raise InputError(said("prices_refused.address.not_the_shop", host=host, owner=owner))
    return None


def _amazon_page(shop: str, parts: SplitResult) -> _Meant:
    path = _AMAZON_LANGUAGE.sub("", parts.path)
    found = _IN_PATH.search(path)
    if found:
        return _product(shop, found[1].upper())
    try:
        query = {name: values[-1] for name, values in parse_qs(parts.query, max_num_fields=100).items()}
    except ValueError as error:
        raise InputError(said("prices_refused.address.parameters")) from error
    words = query.get("k") or query.get("field-keywords")
    if (path == "/s" or path.startswith("/s/")) and words:
        return _search(shop, {"k": words} | {name: query[name] for name in _SEARCH_FILTERS if name in query})
    raise InputError(said("prices_refused.address.no_product", shop=shop))


def _product(shop: str, asin: str) -> _Meant:
    if not is_asin(asin):
        raise InputError(said("prices_refused.typed.no_asin", asin=repr(asin[:20])))
    return ListingKind.PRODUCT, shop, asin, f"https://www.{shop}/dp/{asin}", None


def _search(shop: str, query: dict[str, str]) -> _Meant:
    """A search; it is known by its address, in which the words stand in lower case with single spaces."""
    words = " ".join(unicodedata.normalize("NFC", query["k"]).split())
    if not words or len(words) > _LONGEST_SEARCH or any(ODD_CHARACTER.search(value) for value in query.values()):
        raise InputError(said("prices_refused.typed.no_words", most=str(_LONGEST_SEARCH)))
    known_by = unicodedata.normalize("NFC", words.lower())
    url = f"https://www.{shop}/s?{urlencode(query | {'k': known_by})}"
    if len(url) > _LONGEST_TEXT:
        raise InputError(said("prices_refused.typed.long_search"))
    return ListingKind.SEARCH, shop, sha256(url.encode()).hexdigest()[:12], url, words


def _looks_like_asin(text: str) -> bool:
    return bool(_B_ASIN.fullmatch(text) or _ISBN_10.fullmatch(text))


def is_asin(text: str) -> bool:
    """Whether a text is an ASIN: B0 and eight more, or an ISBN-10 with the right check digit."""
    if _B_ASIN.fullmatch(text):
        return True
    if not _ISBN_10.fullmatch(text):
        return False
    digits = (10 if c == "X" else int(c) for c in text)
    weighted = (weight * digit for weight, digit in zip(range(_ASIN_LENGTH, 0, -1), digits, strict=True))
    return sum(weighted) % _ISBN_MODULUS == 0


def _market(name: str | None) -> str:
    """The marketplace that a name such as `es`, `ES`, `amazon.es` or `www.amazon.es` means."""
    if name is None or not name.strip():
        raise InputError(said("prices_refused.typed.marketplace"))
    plain = name.strip().lower().removeprefix("https://").removesuffix("/").removeprefix("www.")
    by_country = {shop.rpartition(".")[2]: shop for shop in CURRENCIES} | _MARKETPLACE_ALIASES
    shop = plain if plain in CURRENCIES else by_country.get(plain)
    if shop is None:
        raise InputError(said("prices_refused.typed.no_marketplace", name=repr(name[:40]), known=sorted(CURRENCIES)))
    return shop


def _folded_category(category: str | None) -> str | None:
    if category is None:
        return None
    name = "-".join(folded(category).replace("_", " ").split())
    if not _CATEGORY.fullmatch(name):
        raise InputError(said("prices_refused.typed.category"))
    return name


def _checked_target(price: Decimal | None) -> Decimal | None:
    if price is None:
        return None
    if not price.is_finite() or not 0 < price < Decimal(10) ** MAX_INTEGER_DIGITS:
        raise InputError(said("prices_refused.typed.target"))
    if int(price.normalize().as_tuple().exponent) < -MAX_DECIMALS:
        raise InputError(said("prices_refused.typed.target_decimals", most=str(MAX_DECIMALS)))
    return price
