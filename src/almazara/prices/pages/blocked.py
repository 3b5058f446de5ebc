"""Pages that a shop sends instead of the page: captchas, robot checks, challenges, error pages."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.document import text_of
from almazara.prices.pages.outcome import Blocked, BlockKind

# A block page is small and says little; a page that mentions a captcha in a script or review is not one.
_LARGEST_BLOCK_PAGE: Final = 120_000
_LONGEST_BLOCK_TEXT: Final = 4_000

# Elements that such pages have, in order; the pages of the real data that prove them are in docs/prices-pages.md.
_ELEMENTS: Final[tuple[tuple[str, BlockKind, str], ...]] = (
    ("form[action*='alidateCaptcha'] input#captchacharacters", BlockKind.CAPTCHA, "image captcha"),
    ("form[action*='alidateCaptcha'] img", BlockKind.CAPTCHA, "image captcha"),
    ("form[action*='alidateCaptcha']", BlockKind.CONTINUE_SHOPPING, "button to continue shopping"),
    (
        "form[action^='/errors'] button, form[action^='/errors'] input[type='submit']",
        BlockKind.CONTINUE_SHOPPING,
        "form",
    ),
    ("#captchacharacters, form[action*='aptcha'], #captcha_form, #nocaptcha", BlockKind.CAPTCHA, "captcha form"),
    ("#challenge-container, script[src*='awswaf.com'], script[src*='challenge.js']", BlockKind.CHALLENGE, "WAF"),
    ("#challenge-form, #cf-challenge-running, script[src*='/cdn-cgi/challenge']", BlockKind.CHALLENGE, "CDN"),
    (
        "#anubis_challenge, #anubis_version, script[src*='/.within.website/'], #vercel-security-checkpoint",
        BlockKind.CHALLENGE,
        "proof of work",
    ),
    ("script[src*='/_vercel/challenge'], script[src*='/.well-known/vercel']", BlockKind.CHALLENGE, "bot wall"),
    (
        "script[src*='queue-it.net'], #MainPart_lbQueueNumber, #queue-it_log, [data-pageid='queue']",
        BlockKind.RATE_LIMIT,
        "queue",
    ),
    (
        "script[src*='/captcha/captcha.js?a='], script[src*='px-cdn.net'], script[src*='px-cloud.net']",
        BlockKind.CAPTCHA,
        "CDN",
    ),
    ("#cf-wrapper, #cf-error-details", BlockKind.DENIED, "CDN"),
    ("#px-captcha, script[src*='captcha-delivery.com'], iframe[src*='captcha-delivery']", BlockKind.CAPTCHA, "CDN"),
    ("iframe[src*='_Incapsula_Resource'], script[src*='_Incapsula_Resource']", BlockKind.CHALLENGE, "bot wall"),
    ("#distilIdentificationBlock, #sec-if-cpt-container, script[src*='cp_challenge']", BlockKind.CHALLENGE, "bot wall"),
    (".g-recaptcha, .h-captcha, .cf-turnstile, iframe[src*='recaptcha']", BlockKind.CAPTCHA, "captcha widget"),
    ("a[href*='/dogsofamazon'], a[href*='ref=cs_503'], a[href*='cs_404']", BlockKind.ERROR_PAGE, "error page"),
    ("img[src*='error/500_503'], img[src*='kailey-kitty']", BlockKind.ERROR_PAGE, "error page"),
    ("form[name='signIn'][action*='/ap/signin'], #ap_email, #ap_email_login", BlockKind.DENIED, "page to sign in"),
    ("form[action*='//consent.']", BlockKind.DENIED, "question for consent"),
)
# Parts of titles, in lower case.
_TITLES: Final = {
    BlockKind.CAPTCHA: (
        "robot check", "robot or human", "bot check", "captcha", "are you a human", "security measure",
    ),
    BlockKind.CHALLENGE: (
        "just a moment", "un momento…", "attention required", "pardon our interruption", "human verification",
        "checking your browser", "ddos-guard", "making sure you're not a bot", "vercel security checkpoint",
        "security checkpoint", "verificando que no eres un bot", "comprobando tu navegador", "bot verification",
        "ich stelle sicher, dass du kein bot bist", "que no eres un bot",
    ),
    BlockKind.DENIED: (
        "access denied", "page has been denied", "403 forbidden", "request rejected", "acceso denegado", "denegado",
        "zugriff verweigert", "accès refusé", "accesso negato", "toegang geweigerd", "acesso negado",
    ),
    BlockKind.ERROR_PAGE: (
        "sorry! something went wrong", "se ha producido un error", "tut uns leid", "désolé", "siamo spiacenti",
        "algo deu errado", "ご迷惑をおかけしています", "service unavailable", "service temporarily unavailable",
        "503 -", "502 bad gateway", "504 gateway", "500 internal",
    ),
    BlockKind.RATE_LIMIT: (
        "too many requests", "waiting room", "sala de espera", "warteraum", "salle d'attente", "sala d'attesa",
        "queue-it", "you are in line", "estás en la cola", "fila virtual",
    ),
}  # fmt: skip
# What such pages say where nothing else tells them, in lower case.
_SENTENCES: Final = {
    BlockKind.CAPTCHA: (
        "make sure you're not a robot", "enter the characters you see", "confirm you are a human",
        "confirm you are not a robot", "verify you are a human", "unusual traffic from your", "press & hold",
        "press and hold", "mantén pulsado", "mantenga pulsado", "mantener pulsado",
        "que eres una persona", "que eres humano", "que no eres un robot",
        "halten sie die taste", "drücken und halten", "dass sie ein mensch", "kein roboter",
        "maintenez appuyé", "que vous êtes humain", "n'êtes pas un robot", "tieni premuto",
        "sei umano",
        "non sei un robot",
        "houd ingedrukt", "dat je geen robot", "pressione e segure",
    ),
    BlockKind.CHALLENGE: (
        "verifying your browser", "checking if the site connection is secure",
        "enable javascript and cookies to continue",
        "ensuring you are not a bot",
    ),
    BlockKind.DENIED: (
        "the requested url was rejected", "your support id is", "consult with your administrator",
        "la url solicitada ha sido rechazada", "su id de soporte", "ihre support-id",
    ),
    BlockKind.RATE_LIMIT: (
        "you are now in line", "your estimated wait time", "your place in line", "ahora estás en la cola",
        "ahora está en la fila", "tu turno",
        "tiempo de espera estimado", "waiting room", "sala de espera",
    ),
    BlockKind.ERROR_PAGE: ("service unavailable",),
}  # fmt: skip
# Pages of Amazon that are not for people hold this address in a comment.
_FOR_MACHINES: Final = "api-services-support@amazon.com"
# What the scripts of such pages name.
_SCRIPT_WORDS: Final = (
    "gokuProps", "awsWafCookieDomainList", "AwsWafIntegration", "_cf_chl_opt", "distil_r_captcha", "KPSDK",
    "geo.captcha-delivery.com",
)  # fmt: skip
_STATUSES: Final = {429: BlockKind.RATE_LIMIT} | dict.fromkeys((401, 403, 405, 407, 451), BlockKind.DENIED)
_FIRST_SERVER_ERROR: Final = 500
_WAF_HEADERS: Final = ("x-amzn-waf-action", "cf-mitigated")
_ACCEPTED: Final = 202
# Elements and words of a page that shows goods in spite of a captcha somewhere (in a review or newsletter form).
_GOODS: Final = (
    "#productTitle, #ebooksProductTitle, [data-component-type='s-search-result'], li.s-result-item[data-asin], "
    "#gridItemRoot, .zg-item-immersion, [itemprop='price'], [itemtype*='schema.org/Product' i], "
    "meta[property='product:price:amount'], meta[property='og:price:amount']"
)
_PUBLISHED_GOODS = re.compile(r"@type[\"'\s:\[]+(?:https?://schema\.org/)?(?:Product|ProductGroup|ItemList|Book)\b")


def blocked(tree: LexborHTMLParser, size: int, status: int, headers: dict[str, str]) -> Blocked | None:
    """What kind of block page this is, or None; by elements first, then title, words, headers and status."""
    if size <= _LARGEST_BLOCK_PAGE and (found := _by_content(tree)) and not _shows_goods(tree):
        return found
    return blocked_answer(status, headers)


def blocked_answer(status: int, headers: dict[str, str], *, empty: bool = False) -> Blocked | None:
    """A block that the answer's headers or HTTP status alone say, or None."""
    for name in _WAF_HEADERS:
        if name in headers:
            kind = BlockKind.CAPTCHA if "captcha" in headers[name].lower() else BlockKind.CHALLENGE
            return Blocked(kind, f"The answer carries the header {name}: {headers[name]}.")
    found = _STATUSES.get(status)
    if found is None and status >= _FIRST_SERVER_ERROR:
        found = BlockKind.ERROR_PAGE
    if found is None and empty and status == _ACCEPTED:
        found = BlockKind.CHALLENGE
    return Blocked(found, f"The shop answered with status {status}.") if found else None


def _by_content(tree: LexborHTMLParser) -> Blocked | None:
    # Scripts and styles, which are still needed, are not what the page says.
    parts = (node.text(deep=False) for node in tree.css("body, body *:not(script):not(style):not(noscript)"))
    text = " ".join(" ".join(parts).split())
    if len(text) > _LONGEST_BLOCK_TEXT:
        return None
    for selector, kind, what in _ELEMENTS:
        if tree.css_first(selector) is not None:
            return Blocked(kind, f"The shop sent an obstacle instead of the page: {what}.")
    if any(word in script.text() for script in tree.css("script") for word in _SCRIPT_WORDS):
        return Blocked(BlockKind.CHALLENGE, "The shop sent a script that tests the browser instead of the page.")
    title = text_of(tree.css_first("title")).lower()
    if found := _said(title, _TITLES) or _said(text.lower(), _SENTENCES):
        return found
    if _FOR_MACHINES in (tree.html or ""):
        return Blocked(BlockKind.DENIED, "The shop sent the page that it has for programs.")
    return None


def _said(text: str, table: dict[BlockKind, tuple[str, ...]]) -> Blocked | None:
    found = ((kind, words) for kind, sayings in table.items() for words in sayings if words in text)
    return next((Blocked(kind, f"The shop sent a page that says {words!r}.") for kind, words in found), None)


def _shows_goods(tree: LexborHTMLParser) -> bool:
    if tree.css_first(_GOODS) is not None:
        return True
    return any(_PUBLISHED_GOODS.search(script.text()) for script in tree.css("script[type*='ld+json' i]"))
