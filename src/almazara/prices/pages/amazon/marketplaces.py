"""The marketplaces of Amazon: host, currency, and what an ASIN looks like."""

import re
from typing import Final
from urllib.parse import urlsplit

# Host without `www.` -> the currency that its bare `$`, `kr` or `¥` means.
CURRENCIES: Final[dict[str, str]] = {
    "amazon.ae": "AED", "amazon.ca": "CAD", "amazon.cn": "CNY", "amazon.co.jp": "JPY", "amazon.co.uk": "GBP",
    "amazon.co.za": "ZAR", "amazon.com": "USD", "amazon.com.au": "AUD", "amazon.com.be": "EUR",
    "amazon.com.br": "BRL", "amazon.com.mx": "MXN", "amazon.com.tr": "TRY", "amazon.de": "EUR", "amazon.eg": "EGP",
    "amazon.es": "EUR", "amazon.fr": "EUR", "amazon.ie": "EUR", "amazon.in": "INR", "amazon.it": "EUR",
    "amazon.nl": "EUR", "amazon.pl": "PLN", "amazon.sa": "SAR", "amazon.se": "SEK", "amazon.sg": "SGD",
}  # fmt: skip

_ASIN = re.compile(r"[A-Z0-9]{10}")
_IN_PATH = re.compile(
    r"/(?:dp|gp/product|gp/aw/d|gp/offer-listing|exec/obidos/ASIN|product)/([A-Z0-9]{10})(?![A-Z0-9])"
)
_SUBDOMAINS: Final = ("www.", "m.", "smile.", "shop.")


def shop_of(url: str) -> str:
    """Host of an address in lower case without `www.` and the like; empty when there is none."""
    try:
        host = (urlsplit(url.strip()).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    for subdomain in _SUBDOMAINS:
        host = host.removeprefix(subdomain)
    return host


def asin_in_url(url: str) -> str | None:
    """The ASIN that an Amazon address asks for, or None."""
    match = _IN_PATH.search(url)
    return match[1] if match else None


def is_asin(text: str) -> bool:
    """Whether a text is ten capitals and digits, as every ASIN and old ISBN is."""
    return bool(_ASIN.fullmatch(text))
