"""Where Amazon's product pages keep what: small ordered tables, by era; the pages that prove them are in the docs."""

import re
from typing import Final

from almazara.prices.pages.request import folded
from almazara.prices.schema import Availability

# Name (the outcome's `rule`) and elements that hold one price each, in order of trust: the first rule with a price
# decides, and every later one must agree or be explained.
PRICE_RULES: Final = {
    # 2022-2026
    "core-price-display": "#corePriceDisplay_desktop_feature_div .priceToPay",
    "core-price-display-mobile": "#corePriceDisplay_mobile_feature_div .priceToPay",
    "core-price-table": "#corePrice_desktop .apexPriceToPay, #corePrice_desktop .priceToPay",
    "new-pitch-mobile": (
        "#newPitchPriceWrapper_feature_div .a-price:not(.a-text-price), "
        "#corePrice_mobile_feature_div .a-price:not(.a-text-price)"
    ),
    # Kindle, 2017-2026
    "kindle": "#kindle-price",
    "kindle-row": "tr.kindle-price td.a-color-price",
    # 2017-2021: in a lightning deal the last one is struck
    "priceblock-deal": "#priceblock_dealprice",
    "priceblock-sale": "#priceblock_saleprice",
    "priceblock-ours": "#priceblock_ourprice",
    # books and discs
    "books-new-section": "#buyNewSection .offer-price",
    "books-header": (
        "#booksHeaderSection .header-price, #booksHeaderSection #price, #newOfferAccordionRow .header-price"
    ),
    "new-buy-box": "#newBuyBoxPrice",
    "inside-buy-box": "#price_inside_buybox",
    # the buy box repeats the price
    "core-price-buy-box": "#corePrice_feature_div .a-price:not(.a-text-price)",
}
# Hidden on the page for its scripts: witnesses, never the source.
HIDDEN_TOTALS: Final = "#tp_price_block_total_price_ww"
HIDDEN_OPTIONS: Final = ".twister-plus-buying-options-price-data"

# Ids of ancestors whose prices are not the featured new offer's.
FOREIGN_IDS: Final = re.compile(
    r"used|sns|subscri|rental|tradein|trade-in|carousel|similarit|sims|sponsored|^sp_|compar|twister(?!Plus)|"
    r"tmm|mediaTab(?!sGroup|s_feature|s_tabSetContainer|_content_landing)|^olp|moreBuying|^aod|accessor|bundle|warrant|protection|businessPric|ebtPrice|"
    r"kindleUnlimited|unlimited|audible|dealsAccordion|primeExclusive|primeDP|^usedAccordion|^hlcx|recommend|sellers_on|"
    r"^mbc|installment|cardOffer",
    re.IGNORECASE,
)
FOREIGN_CLASSES: Final = re.compile(r"(?:^|\s)(?:a-carousel\S*|swatchElement|unselected|p13n\S*|s-result-item)(?:\s|$)")
STRUCK: Final = re.compile(r"(?:^|\s)a-text-strike(?:\s|$)|strike|basisPrice|(?:^|\s)was-price", re.IGNORECASE)

# What follows a price that is for a part only: a unit of measure, or a month of several.
PART: Final = re.compile(
    r"/|月|[x\u00d7]\s?\d|(?:per|por|pro|par|al|a|je)\s(?:month|mes|monat|mois|mês|mese|maand)\b|monthly|mensual"
)
PER_UNIT: Final = re.compile(r"(?:^|\s)pricePerUnit(?:\s|$)")

# A row of the buy box accordion, in the right column or mirrored in the middle one.
ROW: Final = re.compile(r"(?P<kind>[A-Za-z0-9]{1,60}?)AccordionRow(?:_(?P<place>\d+))?", re.ASCII)
NEW_ROWS: Final = ("new", "buynew", "qualified")
USED_ROWS: Final = ("used", "rent", "tradein", "warehouse")
RENEWED_ROWS: Final = ("renewed", "certified", "refurbished")

# Books of 2018: the row of new copies is one where its heading says nothing else, and none for members.
NEW_BOOK_ROW: Final = "newOfferAccordionRow"
NEW_BOOK_HEADER: Final = "header-price"
NEW_BOOK_HEADINGS: Final = frozenset(folded(
    "buy new pre-order preorder comprar nuevo reservar neu neue kaufen vorbestellen acheter neuf précommander acquista "
    "compra nuovo preordina nieuw kopen reserveren novo encomendar kup nowy nowe nową köp ny nytt yeni sat\u0131n al "
    "新品を購入 新品 pre order price precio preis prix prezzo prijs preço cena pris fiyat"
).split())  # fmt: skip
MEMBERS_ONLY: Final = re.compile(
    r"(?:price|pricing|deal|offer) for prime members|without prime|prime members? (?:price|pay)|"
    r"precio (?:exclusivo )?(?:para )?(?:los )?(?:clientes|miembros|socios)? ?prime|sin prime|für prime-mitglieder|"
    r"ohne prime|prix[\w ]{0,20} membres prime|sans prime|prezzo[\w ]{0,12} (?:clienti|membri|iscritti) prime|"
    r"senza prime|voor prime-leden|zonder prime|preço[\w ]{0,12} membros prime|sem prime",
    re.IGNORECASE,
)
OPEN_TAB: Final = "[id^='mediaTab_heading'].a-active, #mediaTabsHeadings .a-active"
FILE_FORMATS: Final = re.compile(r"kindle|audio|audible|hörbuch|luisterboek|e-?book|mp3|sesli kitap", re.IGNORECASE)

# A buy box of used copies, and what shows that new ones are sold beside it.
USED_BOXES: Final = "#usedOnlyBuybox, #usedBuySection, #usedbuyBox"
NEW_BOXES: Final = (
    "#buyNewSection, #newBuyBoxPrice, #newOfferAccordionRow, [id*='newAccordionRow'], "
    "#priceblock_ourprice, #priceblock_dealprice, #priceblock_saleprice, #priceblock_ourprice_row"
)

STRUCK_PARTS: Final = "s, del, strike, .a-text-strike, [data-a-strike='true']"
# What ends the words before a price that is the lowest of several offers, or of used goods.
FROM: Final = re.compile(
    r"(?:^|\W)(?:from|as low as|desde|a partir de|ab|à partir de|dès|da|a partire da|vanaf|od|från|itibaren)\W*$",
    re.IGNORECASE,
)
USED: Final = re.compile(
    r"\b(?:used|gebrauch\w*|segunda mano|2ª mano|usat[oi]|usad[oa]s?|occasion|tweedehands|używan\w+|begagnad\w*|"
    r"ikinci el|renewed|refurbished)\b\W*(?:\w+\W*){0,2}$",
    re.IGNORECASE,
)

TITLES: Final = ("#productTitle", "#ebooksProductTitle")
LIST_PRICES: Final = (
    "#corePriceDisplay_desktop_feature_div .basisPrice .a-price[data-a-strike='true']",
    "#corePriceDisplay_mobile_feature_div .basisPrice .a-price[data-a-strike='true']",
    "#corePriceDisplay_desktop_feature_div .a-price[data-a-strike='true']",
    "#corePrice_desktop .a-price[data-a-strike='true']",
    "#price .priceBlockStrikePriceString",
    ".priceBlockStrikePriceString",
    "#price .a-text-strike",
    "#buyBoxInner .a-text-strike",
    "#listPriceSection #listPrice",
    "#print-list-price",
    "#digital-list-price",
    "tr.print-list-price .a-text-strike",
    "tr.digital-list-price .a-text-strike",
    ".print-list-price .a-text-strike",
)
UNIT_PRICES: Final = (
    "#corePriceDisplay_desktop_feature_div .pricePerUnit",
    "#corePriceDisplay_mobile_feature_div .pricePerUnit",
    "#corePrice_desktop .pricePerUnit",
    "#priceblock_dealprice_row .a-size-small.a-color-price",
    "#priceblock_saleprice_row .a-size-small.a-color-price",
    "#priceblock_ourprice_row .a-size-small.a-color-price",
    "#corePrice_desktop .a-size-mini",
    "#corePriceDisplay_desktop_feature_div .a-size-mini",
)
AVAILABILITIES: Final = (
    "#outOfStock #availability",
    "#availability",
    "#availability_feature_div #availability",
    "#availabilityInsideBuyBox_feature_div",
    "#outOfStock .a-color-price",
)
SELLERS: Final = (
    "#tabular-buybox [tabular-attribute-name] #sellerProfileTriggerId",
    "#sellerProfileTriggerId",
    "#merchantInfoFeature_feature_div .offer-display-feature-text-message",
    "tr.print-sold-by .a-color-base",
    "#merchant-info",
)
RATINGS: Final = ("#acrPopover", "#averageCustomerReviews .a-icon-alt", "#averageCustomerReviews .a-size-base")
REVIEW_COUNTS: Final = ("#acrCustomerReviewText",)
NO_REVIEWS: Final = ("#acrCustomerWriteReviewText", "[data-hook='total-review-count']")
OTHER_PRICES: Final = (
    ("used", "#usedBuySection .offer-price, #usedAccordionRow .a-price .a-offscreen, #usedPrice"),
    ("other sellers", "#olp_feature_div .a-color-price, #olpLinkWidget_feature_div .a-price .a-offscreen"),
    ("no featured offer", "#unqualifiedBuyBox .a-color-price"),
    ("subscription", "#sns-base-price, #snsDetailPagePrice"),
)

# Words of the stock line, in lower case; the first row that is found decides.
UNAVAILABLE_WORDS: Final = (
    "unavailable", "currently not available", "is not available", "out of stock",
    "sold out", "no disponible", "sin stock", "agotado", "non disponibil", "esaurito", "nicht verfügbar",
    "nicht lieferbar", "nicht auf lager", "ausverkauft", "actuellement indisponible", "rupture de stock", "épuisé",
    "indisponible", "indisponível", "não disponível", "esgotado", "niet verkrijgbaar", "niet beschikbaar",
    "niet op voorraad", "uitverkocht", "mevcut değil", "stokta yok", "temin edilemiyor", "tükendi", "niedostępn",
    "wyprzedan", "ej tillgänglig", "inte tillgänglig", "otillgänglig", "inte i lager", "slut i lager", "slutsåld",
    "在庫切れ", "お取り扱いできません", "غير متوفر", "غير متاح", "نفد", "نفذت", "目前无货",
)  # fmt: skip
NO_FEATURED_WORDS: Final = (
    "available from these sellers", "see all buying options", "bei diesen anbietern", "de estos vendedores",
    "por estos vendedores", "disponible a través de", "presso questi venditori", "de ces vendeurs",
    "auprès de ces vendeurs", "por meio destes", "com estes vendedores", "através destes vendedores",
    "bij deze verkopers", "från dessa säljare", "bu sat\u0131c\u0131lar", "こちらからもご購入", "出品者からお求め",
    "u tych sprzedawców", "هؤلاء البائعين",
)  # fmt: skip
AVAILABILITY_WORDS: Final = (
    (Availability.PREORDER, (
        "pre-order", "preorder", "will be released", "reserva", "precommande", "précommande", "vorbestell",
        "preordina", "pré-venda", "pré-encomend", "noch nicht erschienen", "予約", "ön sipariş", "sera publié",
        "in stock on", "in stock from", "auf lager ab dem", "en stock le", "en stock el", "artikel erscheint",
        "se lanzará", "se publicará", "paraîtra", "verrà pubblicato", "sarà pubblicato", "disponibile dal",
        "wordt uitgebracht", "será lançado", "premiera", "släpps", "発売予定", "piyasaya ç\u0131kacak", "سيتم إصدار",
        "temporarily out of stock", "temporalmente sin stock", "temporairement en rupture", "一時的に在庫切れ",
    )),
    (Availability.LIMITED, (
        "only", "sólo queda", "solo queda", "nur noch", "il ne reste plus que", "disponibilità: solo", "solo ",
        "restam apenas", "apenas", "nog maar", "slechts", "tükenmek üzere", "残り", "adet kald\u0131", "endast",
        "zostało tylko", "tylko", "más pedidos", "left in stock", "só resta", "stokta kalan", "فقط",
    )),
    (Availability.IN_STOCK, (
        "in stock", "en stock", "em stock", "em estoque", "auf lager", "disponibilità immediata", "op voorraad",
        "stokta var", "disponible", "disponibile", "在庫あり", "i lager", "w magazynie", "dostępn", "متوفر", "متاح",
        "usually dispatched", "usually ships", "versandfertig", "gewöhnlich", "expédié sous", "envío en", "在库",
        "available to ship", "generalmente", "habituellement", "normalmente", "order soon", "order now", "order it",
        "available now", "verfügbar", "disponível", "leverbaar", "beschikbaar", "lieferbar", "gewoonlijk", "zwykle",
        "skickas", "kargoya verilir", "以内に発送", "عادة ما يتم الشحن",
    )),
)  # fmt: skip
# A deep discount for one way of paying is shown as the price in Brazil, and hidden data hold the price by card.
ONE_WAY_OF_PAYING: Final = re.compile(r"\bpix\b|\bboleto\b|\bà vista\b")
COLUMNS: Final = frozenset({"apex_desktop", "centerCol", "desktop_buybox", "buybox", "rightCol", "ppd"})
REFURBISHED_WORDS: Final = (
    "(renewed)", "(refurbished)", "(reacondicionado)", "(generalüberholt)", "(reconditionné)", "(ricondizionato)",
    "(recondicionado)", "(renewed premium)", "(odnowione)", "(renoverad)", "(yenilenmiş)", "(整備済み品)",
)  # fmt: skip
