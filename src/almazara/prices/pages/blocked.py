"""Pages that a shop sends instead of the page: captchas, robot checks, challenges, error pages."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.document import text_of
from almazara.prices.pages.outcome import Blocked, BlockKind

# A block page is small; a product page that mentions a captcha in a script is not one.
_LARGEST_BLOCK_PAGE: Final = 120_000

# Elements that only such pages have, in order; the pages of the real data that prove them are in docs/prices-pages.md.
_ELEMENTS: Final[tuple[tuple[str, BlockKind, str], ...]] = (
    ("form[action*='alidateCaptcha'] input#captchacharacters", BlockKind.CAPTCHA, "image captcha"),
    ("form[action*='alidateCaptcha'] img", BlockKind.CAPTCHA, "image captcha"),
    ("form[action*='alidateCaptcha']", BlockKind.CONTINUE_SHOPPING, "button to continue shopping"),
    ("#captchacharacters, form[action*='aptcha']", BlockKind.CAPTCHA, "captcha form"),
    ("#challenge-container, script[src*='awswaf.com'], script[src*='challenge.js']", BlockKind.CHALLENGE, "WAF"),
    (
        "#cf-wrapper, #challenge-form, #cf-challenge-running, script[src*='/cdn-cgi/challenge']",
        BlockKind.CHALLENGE,
        "CDN",
    ),
    ("#px-captcha, script[src*='captcha-delivery.com'], iframe[src*='captcha-delivery']", BlockKind.CAPTCHA, "CDN"),
    ("iframe[src*='_Incapsula_Resource'], #distilIdentificationBlock", BlockKind.CHALLENGE, "bot wall"),
    (".g-recaptcha, .h-captcha, iframe[src*='recaptcha']", BlockKind.CAPTCHA, "captcha widget"),
    ("a[href*='/dogsofamazon'], a[href*='ref=cs_503'], a[href*='cs_404']", BlockKind.ERROR_PAGE, "error page"),
    ("img[src*='error/500_503'], img[src*='kailey-kitty']", BlockKind.ERROR_PAGE, "error page"),
)
# Beginnings or parts of titles, in lower case.
_TITLES: Final[tuple[tuple[str, BlockKind], ...]] = (
    ("robot check", BlockKind.CAPTCHA),
    ("bot check", BlockKind.CAPTCHA),
    ("captcha", BlockKind.CAPTCHA),
    ("are you a human", BlockKind.CAPTCHA),
    ("just a moment", BlockKind.CHALLENGE),
    ("attention required", BlockKind.CHALLENGE),
    ("pardon our interruption", BlockKind.CHALLENGE),
    ("human verification", BlockKind.CHALLENGE),
    ("access denied", BlockKind.DENIED),
    ("403 forbidden", BlockKind.DENIED),
    ("sorry! something went wrong", BlockKind.ERROR_PAGE),
    ("service unavailable", BlockKind.ERROR_PAGE),
    ("503 -", BlockKind.ERROR_PAGE),
    ("502 bad gateway", BlockKind.ERROR_PAGE),
    ("504 gateway", BlockKind.ERROR_PAGE),
    ("500 internal", BlockKind.ERROR_PAGE),
    ("too many requests", BlockKind.RATE_LIMIT),
)
# What the scripts of such pages name.
_SCRIPT_WORDS: Final = ("gokuProps", "awsWafCookieDomainList", "AwsWafIntegration", "_cf_chl_opt", "distil_r_captcha")
_STATUSES: Final[dict[int, BlockKind]] = {
    401: BlockKind.DENIED,
    403: BlockKind.DENIED,
    407: BlockKind.DENIED,
    429: BlockKind.RATE_LIMIT,
    451: BlockKind.DENIED,
}
_FIRST_SERVER_ERROR: Final = 500
_WAF_HEADERS: Final = ("x-amzn-waf-action", "cf-mitigated")


def blocked(tree: LexborHTMLParser, size: int, status: int, headers: dict[str, str]) -> Blocked | None:
    """What kind of block page this is, or None; by elements first, then title, headers and status."""
    if size <= _LARGEST_BLOCK_PAGE and (found := _by_content(tree)):
        return found
    for name in _WAF_HEADERS:
        if name in headers:
            return Blocked(BlockKind.CHALLENGE, f"The answer carries the header {name}: {headers[name]}.")
    return blocked_status(status)


def blocked_status(status: int) -> Blocked | None:
    """A block that the HTTP status alone says, or None."""
    kind = _STATUSES.get(status)
    if kind is None and status >= _FIRST_SERVER_ERROR:
        kind = BlockKind.ERROR_PAGE
    return Blocked(kind, f"The shop answered with status {status}.") if kind else None


def _by_content(tree: LexborHTMLParser) -> Blocked | None:
    for selector, kind, what in _ELEMENTS:
        if tree.css_first(selector) is not None and not _is_product(tree):
            return Blocked(kind, f"The shop sent an obstacle instead of the page: {what}.")
    if any(word in script.text() for script in tree.css("script") for word in _SCRIPT_WORDS) and not _is_product(tree):
        return Blocked(BlockKind.CHALLENGE, "The shop sent a script that tests the browser instead of the page.")
    title = text_of(tree.css_first("title")).lower()
    for words, kind in _TITLES:
        if words in title and not _is_product(tree):
            return Blocked(kind, f"The shop sent a page with the title {title[:80]!r}.")
    return None


def _is_product(tree: LexborHTMLParser) -> bool:
    """Whether the page shows a product in spite of a captcha somewhere (in a review or newsletter form)."""
    return tree.css_first("#productTitle, [itemprop='price'], meta[property='product:price:amount']") is not None
