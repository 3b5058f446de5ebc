"""Traps of buy boxes, stock lines, block pages and lists, each on a page of a few made lines."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Blocked, ListingPage, Offer, Unavailable, Unreadable

ASIN = "B0SAMPLE01"
SHOP = "https://www.shop.example/c/oil"
NEW = "40,00 €"


def read(html, **asked):
    """As shops send a page: without a doctype, names of classes would match in any case."""
    return pages.read(f"<!doctype html>{html}" if html else html, **asked)


def price(text, kind=""):
    return f'<span class="a-price {kind}"><span class="a-offscreen">{text}</span></span>'


def in_parts(symbol, whole, mark, fraction):
    decimal = f'<span class="a-price-decimal">{mark}</span>' if mark else ""
    cents = f'<span class="a-price-fraction">{fraction}</span>' if fraction else ""
    return (
        f'<span class="a-price priceToPay"><span class="a-offscreen"> </span><span class="a-price-symbol">{symbol}'
        f'</span><span class="a-price-whole">{whole}{decimal}</span>{cents}</span>'
    )


def center(inner):
    return f'<div id="corePriceDisplay_desktop_feature_div">{inner}</div>'


def row(identity, text, opened=""):
    return f'<div id="{identity}" class="{opened}"><div id="corePrice_feature_div">{price(text)}</div></div>'


def page(body, stock="En stock", button='<input id="add-to-cart-button">', title="Aceite de muestra"):
    return (
        f'<title>{title}</title><div id="ppd"><span id="productTitle">{title}</span>{body}<div id="availability">'
        f'{stock}</div><form id="addToCart"><input id="ASIN" name="ASIN" value="{ASIN}">{button}</form></div>'
    )


def outcome_of(html, shop="amazon.es"):
    return read(html, url=f"https://www.{shop}/dp/{ASIN}")


OPEN = "a-accordion-active"
SUBSCRIPTION_OPEN = (
    f'<div id="buyBoxAccordion">{row("snsAccordionRowMiddle", "38,00 €", OPEN)}{row("newAccordionRow_0", NEW)}</div>'
)
USED_OPEN = f'<div id="buyBoxAccordion">{row("usedAccordionRow", "30,00 €", OPEN)}{row("newAccordionRow_0", NEW)}</div>'


@pytest.mark.parametrize(
    "body",
    [
        SUBSCRIPTION_OPEN,
        USED_OPEN,
        center(price(NEW, "priceToPay")) + SUBSCRIPTION_OPEN,
        center(price(NEW, "priceToPay") * 2),
        center(price(NEW, "priceToPay") + f'<span class="pricePerUnit">({price("400,00 €")} / l)</span>'),
        f'<div id="corePrice_feature_div">{price(NEW)}<span>({price("400,00 €")} / l)</span></div>',
        center(price(NEW, "priceToPay")) + f'<div id="tmmSwatches">{price("9,99 €", "priceToPay")}</div>',
        center(price(NEW, "priceToPay")) + f'<div id="sims-fbt">{center(price("99,00 €", "priceToPay"))}</div>',
        center(price(NEW, "priceToPay")) + f'<div id="promo">cupón de {price("5,00 €")}</div>',
        f'<div id="newPitchPriceWrapper_feature_div">{in_parts("€", "40", ",", "00")}</div>',
        center(in_parts("€", "40", "", "00")),
    ],
)
def test_beside_other_offers_the_new_one_time_price_is_read(body):
    assert outcome_of(page(body)).price == Decimal("40.00")


@pytest.mark.parametrize(
    "body",
    [
        center(price("38,00 €", "priceToPay")) + SUBSCRIPTION_OPEN,
        center(price("38,00 €", "priceToPay"))
        + f'<div id="buyBoxAccordion"><div id="snsAccordionRowMiddle" class="{OPEN}"></div>'
        '<div id="newAccordionRow_0"><span class="a-color-price">40,00 €</span></div></div>',
        center(price("25,00 €", "priceToPay") + "<span>/mes x 12</span>"),
        center(price("25,00 €", "priceToPay") + "<span>per month</span>"),
        center(price("10,00 €", "priceToPay") + " - " + price("20,00 €", "priceToPay")),
        center(in_parts("€", "40", ",", "")),
        '<span id="priceblock_ourprice"><span class="price-large">40</span></span>',
    ],
)
def test_a_price_that_may_be_of_another_row_or_of_a_part_is_refused(body):
    assert isinstance(outcome_of(page(body)), Unreadable)


@pytest.mark.parametrize(
    "box",
    ['<div id="usedOnlyBuybox"></div>', f'<div id="buyBoxAccordion">{row("usedAccordionRow", "30,00 €", OPEN)}</div>'],
)
def test_a_buy_box_of_used_copies_only_is_no_offer(box):
    assert isinstance(outcome_of(page(center(price("30,00 €", "priceToPay")) + box)), Unavailable)


@pytest.mark.parametrize(
    "line", ["Condición: Usado", "Vendido por Olea. Estado: De 2ª mano - Como nuevo", "Zustand: Gebraucht"]
)
def test_a_seller_whose_line_says_used_makes_no_offer(line):
    body = center(price("30,00 €", "priceToPay"))
    assert isinstance(outcome_of(page(f'{body}<div id="merchant-info">{line}</div>')), Unavailable)
    assert isinstance(outcome_of(page(f'{body}<div id="merchant-info">Vendido por Usados Olea</div>')), Offer)


@pytest.mark.parametrize("stock", ["No disponible.", "Currently unavailable", "Agotado"])
def test_what_is_gone_and_can_be_bought_is_refused(stock):
    assert outcome_of(page(center(price(NEW, "priceToPay")), stock)).missing == ("availability",)


def test_what_is_sent_when_it_is_back_is_an_offer():
    stock = "Temporarily out of stock. Order now and we'll deliver when available."
    assert isinstance(outcome_of(page(center(price(NEW, "priceToPay")), stock)), Offer)


def test_a_mark_of_out_of_stock_without_words_is_no_offer():
    body = center(price(NEW, "priceToPay")) + '<div id="outOfStock"></div>'
    outcome = outcome_of(page(body, stock="", button=""))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "The page says: out of stock."
    assert isinstance(outcome_of(page(body, stock="")), Offer)  # what can be bought is there


def priceblocks(deal, usual):
    return "".join(
        f'<span id="priceblock_{kind}price">{text}</span>' for kind, text in (("deal", deal), ("our", usual))
    )


def test_a_deal_below_the_usual_price_is_the_price_and_one_above_it_a_contradiction():
    outcome = outcome_of(page(priceblocks("30,00 €", NEW)))
    assert (outcome.price, outcome.rule) == (Decimal("30.00"), "amazon:priceblock-deal")
    assert ("priceblock-ours", NEW) in outcome.seen
    contradiction = outcome_of(page(priceblocks("50,00 €", NEW)))
    assert isinstance(contradiction, Unreadable)
    assert "contradict each other: 40,00 €, 50,00 €" in contradiction.reason


def test_the_words_of_the_stock_line_are_kept():
    assert outcome_of(page(center(price(NEW, "priceToPay")), "Quedan 3")).availability_text == "Quedan 3"
    gone = outcome_of(page(center(price(NEW, "priceToPay")), "No disponible.", button=""))
    assert (gone.availability_text, gone.reason) == ("No disponible.", "The page says: No disponible.")


@pytest.mark.parametrize(
    ("shop", "currency"),
    [
        ("amazon.ae", "AED"), ("amazon.ca", "CAD"), ("amazon.cn", "CNY"), ("amazon.co.jp", "JPY"),
        ("amazon.co.uk", "GBP"), ("amazon.co.za", "ZAR"), ("amazon.com", "USD"), ("amazon.com.au", "AUD"),
        ("amazon.com.be", "EUR"), ("amazon.com.br", "BRL"), ("amazon.com.mx", "MXN"), ("amazon.com.tr", "TRY"),
        ("amazon.de", "EUR"), ("amazon.eg", "EGP"), ("amazon.es", "EUR"), ("amazon.fr", "EUR"), ("amazon.ie", "EUR"),
        ("amazon.in", "INR"), ("amazon.it", "EUR"), ("amazon.nl", "EUR"), ("amazon.pl", "PLN"), ("amazon.sa", "SAR"),
        ("amazon.se", "SEK"), ("amazon.sg", "SGD"),
    ],
)  # fmt: skip
def test_a_price_without_a_mark_is_in_the_currency_of_its_marketplace(shop, currency):
    outcome = outcome_of(page(center(price("1980", "priceToPay"))), shop)
    assert (outcome.shop, outcome.price, outcome.currency) == (shop, Decimal(1980), currency)


@pytest.mark.parametrize(
    ("shop", "printed", "amount"),
    [
        ("amazon.in", ("₹", "1,04,000", ".", "00"), "104000.00"),
        ("amazon.co.jp", ("￥", "1,980", "", ""), "1980"),
        ("amazon.se", ("kr", "1\N{NARROW NO-BREAK SPACE}040", ",", "50"), "1040.50"),
        ("amazon.pl", ("zł", "1 040", ",", "50"), "1040.50"),
        ("amazon.com.br", ("R$", "1.040", "", "50"), "1040.50"),
        ("amazon.com.mx", ("$", "1,040", ".", "50"), "1040.50"),
        ("amazon.eg", ("جنيه", "1,040", ".", "50"), "1040.50"),
        ("amazon.co.za", ("R", "1,040", ".", "50"), "1040.50"),
    ],
)
def test_parts_of_a_price_are_joined_as_each_marketplace_prints_them(shop, printed, amount):
    assert outcome_of(page(center(in_parts(*printed))), shop).price == Decimal(amount)


@pytest.mark.parametrize(
    "stock",
    [
        "Temporarily out of stock.", "Derzeit nicht verfügbar.", "Temporalmente sin stock.", "Momentaneamente esaurito",
        "Tijdelijk niet op voorraad.", "Esgotado", "Obecnie niedostępny.", "Slut i lager", "一時的に在庫切れ",
        "Şu anda mevcut değil.", "غير متاح حاليًا", "Verkrijgbaar bij deze verkopers.",
    ],
)  # fmt: skip
def test_a_stock_line_that_says_there_is_none_is_understood_in_every_language(stock):
    assert isinstance(outcome_of(page(center(price(NEW, "priceToPay")), stock, button="")), Unavailable)


@pytest.mark.parametrize(
    ("stock", "meaning"),
    [
        ("Gewoonlijk verzonden binnen 3 tot 4 dagen", "in_stock"),
        ("Dostępny", "in_stock"),
        ("通常2～3日以内に発送します。", "in_stock"),  # noqa: RUF001 - as the shop writes it
        ("تبقى 3 فقط في المخزون", "limited"),
        ("Stokta kalan: 3 adet", "limited"),
        ("Dieser Artikel erscheint am 3. Mai 2030.", "preorder"),
        ("発売予定日は2030年5月3日です。", "preorder"),
    ],
)
def test_a_stock_line_is_understood_in_every_language(stock, meaning):
    assert outcome_of(page(center(price(NEW, "priceToPay")), stock)).availability == meaning


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<p>Sorry, we just need to make sure you're not a robot.</p>", "captcha"),
        ('<form action="/errors/verify"><button>Seguir comprando</button></form>', "continue_shopping"),
        ('<form name="signIn" action="/ap/signin"></form>', "denied"),
        ("<p>x</p><!-- contact api-services-support@amazon.com -->", "denied"),
        ('<div class="cf-turnstile"></div>', "captcha"),
        ("<script>var dd={'host':'geo.captcha-delivery.com'}</script>", "challenge"),
        ('<div id="sec-if-cpt-container"></div>', "challenge"),
        ('<script src="/_Incapsula_Resource?x=1"></script>', "challenge"),
        ('<script id="anubis_challenge" type="application/json">{}</script>', "challenge"),
        ('<script src="/.well-known/vercel/security/x.js"></script>', "challenge"),
        ('<script src="/Ab1/captcha/captcha.js?a=c&m=0"></script>', "captcha"),
        ('<script src="https://static.queue-it.net/x.js"></script>', "rate_limit"),
    ],
)
def test_an_obstacle_is_known_by_its_form_words_or_scripts(html, kind):
    outcome = read(html, url=SHOP)
    assert isinstance(outcome, Blocked)
    assert outcome.kind == kind


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        *(("captcha", title) for title in (
            "Robot Check", "Robot or human?", "Bot check", "Captcha", "Are you a human?", "Security Measure",
        )),
        *(("challenge", title) for title in (
            "Just a moment...", "Un momento…", "Attention Required! | Cloudflare", "Pardon Our Interruption",
            "Human Verification", "Checking your browser", "DDoS-Guard", "Making sure you're not a bot!",
            "Vercel Security Checkpoint", "Comprobando tu navegador",
        )),
        *(("denied", title) for title in (
            "Access Denied", "Access to this page has been denied", "403 Forbidden", "Request Rejected",
            "Acceso a esta página denegado", "Zugriff verweigert", "Accès refusé", "Accesso negato",
        )),
        *(("error_page", title) for title in (
            "Sorry! Something went wrong!", "Lo sentimos. Se ha producido un error", "Tut uns Leid!", "Désolé !",
            "Siamo spiacenti", "Algo deu errado", "ご迷惑をおかけしています", "Service Unavailable",
            "503 Service Temporarily Unavailable", "503 - Service", "502 Bad Gateway", "504 Gateway Time-out",
            "500 Internal Server Error",
        )),
        *(("rate_limit", title) for title in ("Too Many Requests", "Waiting Room", "Sala de espera", "Warteraum")),
    ],
)  # fmt: skip
def test_an_obstacle_is_known_by_its_title(kind, title):
    outcome = read(f"<title>{title}</title>", url=SHOP)
    assert isinstance(outcome, Blocked)
    assert outcome.kind == kind


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        *(("captcha", sentence) for sentence in (
            "Sorry, we just need to make sure you're not a robot.", "Enter the characters you see below",
            "Confirm you are a human", "Please confirm you are not a robot", "Verify you are a human",
            "We have detected unusual traffic from your network", "Press & Hold to confirm",
            "Mantén pulsado el botón para confirmar que eres una persona (y no un bot)",
            "Bitte halten Sie die Taste gedrückt", "Maintenez appuyé pour confirmer que vous êtes humain",
        )),
        ("challenge", "We are verifying your browser"),
        ("denied", "The requested URL was rejected. Please consult with your administrator."),
        ("rate_limit", "You are now in line"),
        ("rate_limit", "Ahora estás en la cola"),
        ("error_page", "Http/1.1 Service Unavailable"),
    ],
)  # fmt: skip
def test_an_obstacle_is_known_by_what_it_says(kind, sentence):
    outcome = read(f"<title>Tienda</title><p>{sentence}</p>", url=SHOP)
    assert isinstance(outcome, Blocked)
    assert outcome.kind == kind


def test_an_empty_answer_with_the_firewalls_header_or_status_is_a_challenge():
    for headers in ({"X-Amzn-Waf-Action": "challenge"}, {}):
        assert isinstance(read("", url=SHOP, status=202, headers=headers), Blocked)


def test_a_missing_page_is_no_block():
    dogs = '<title>Page Not Found</title><a href="/dogsofamazon/ref=cs_404_d"></a>'
    assert isinstance(read(dogs, url=f"https://www.amazon.es/dp/{ASIN}", status=404), Unreadable)


def published(name):
    offer = {"@type": "Offer", "price": "9.99", "priceCurrency": "EUR"}
    return {"@type": "Product", "name": name, "offers": offer}


def script(data):
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize("title", ["Robot check kit", "Captcha board game", "Access Denied: a novel", "Just a moment"])
def test_goods_whose_name_sounds_like_a_block_are_read(title):
    widget = '<div class="g-recaptcha"></div><script src="https://x.token.awswaf.com/challenge.js"></script>'
    assert isinstance(outcome_of(page(center(price(NEW, "priceToPay")) + widget, title=title)), Offer)
    assert isinstance(
        read(f"<title>{title}</title><h1>{title}</h1>{widget}{script(published(title))}", url=SHOP), Offer
    )


def search_card(asin, priced, mark=""):
    return (
        f'<li class="s-result-item {mark}" data-asin="{asin}"><h2 data-attribute="Artículo {asin}">Artículo…</h2>'
        f"{priced}</li>"
    )


def test_search_cards_of_2018_are_read():
    whole = '<span class="sx-price"><sup class="sx-price-currency">$</sup><span class="sx-price-whole">1,899</span>{}'
    parts = whole.format('<sup class="sx-price-fractional">99</sup></span>')
    cards = [
        search_card("B0SEARCH01", f"<a>{parts}</a>", "AdHolder"),
        search_card("B0SEARCH02", f'<a><span class="a-offscreen">$10.99 - $20.99</span>{parts}</a>'),
        search_card("B0SEARCH03", '<span class="a-color-price s-price">$12.50</span>'),
        search_card("B0SEARCH04", '<span class="a-color-base">$850.00</span> (5 used &amp; new)'),
    ]
    outcome = read("<ul>" + "".join(cards) + "</ul>", url="https://www.amazon.com/s?k=oil")
    assert outcome.offers[0].title == "Artículo B0SEARCH01"
    assert [(o.price, o.sponsored) for o in outcome.offers] == [
        (Decimal("1899.99"), True),
        (None, False),
        (Decimal("12.50"), False),
        (None, False),
    ]


def test_stars_of_a_card_are_read_from_its_icon_or_its_label():
    icon = '<i><span class="a-icon-alt">4,5 de 5 estrellas</span></i>'
    label = '<span aria-label="3,8 de 5 estrellas"></span>'
    cards = [search_card("B0SEARCH01", icon), search_card("B0SEARCH02", label), search_card("B0SEARCH03", "")]
    outcome = read("<ul>" + "".join(cards) + "</ul>", url="https://www.amazon.es/s?k=oil")
    assert [offer.rating for offer in outcome.offers] == [Decimal("4.5"), Decimal("3.8"), None]


def test_stars_and_reviews_of_a_bestseller_are_read():
    icons = '<span class="a-icon-alt">4.6 out of 5 stars</span>', '<a class="a-size-small">1,234</a>'
    html = '<li class="zg-item-immersion"><a href="/x/dp/B0BEST0001"><img alt="Oil"></a><div class="a-icon-row">'
    offer = read(f"{html}{''.join(icons)}</div></li>", url="https://www.amazon.com/bestsellers").offers[0]
    assert (offer.rating, offer.review_count) == (Decimal("4.6"), 1234)


def test_a_bestseller_has_no_price_when_only_other_sellers_have_one():
    others = '<a href="/gp/offer-listing/B0BEST0001">from <span class="p13n-sc-price">$8.99</span></a>'
    html = f'<li class="zg-item-immersion"><a href="/x/dp/B0BEST0001"><img alt="Oil"></a>{others}</li>'
    assert read(html, url="https://www.amazon.com/bestsellers").offers[0].price is None


def item(number):
    product = published(f"Oil {number}") | {"url": f"/p/{number}"}
    return {"@type": "ListItem", "position": number, "item": product}


def microdata_card(number):
    return (
        f'<div itemscope itemtype="https://schema.org/Product"><a itemprop="url" href="/p/{number}">'
        f'<b itemprop="name">Oil {number}</b></a><div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        '<meta itemprop="priceCurrency" content="EUR"><i itemprop="price" content="9.99">9,99 €</i></div></div>'
    )


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        (script({"@type": "ItemList", "itemListElement": [item(n) for n in range(3)]}), "structured:item-list"),
        (script([item(n)["item"] for n in range(3)]), "structured:json-ld"),
        ("".join(map(microdata_card, range(3))), "structured:microdata"),
    ],
)
def test_a_category_page_of_another_shop_is_listed(html, rule):
    outcome = read(f"<h1>Olive oils</h1>{html}", url=SHOP)
    assert isinstance(outcome, ListingPage)
    assert outcome.rule == rule
    assert [(o.title, o.price, o.url) for o in outcome.offers][:1] == [
        ("Oil 0", Decimal("9.99"), "https://www.shop.example/p/0")
    ]
    assert len({o.sku for o in outcome.offers}) == len(outcome.offers)


def test_entries_of_an_item_list_are_read_though_their_item_is_no_product():
    offer = {
        "@type": "Offer",
        "price": "9.99",
        "priceCurrency": "EUR",
        "itemCondition": "https://schema.org/NewCondition",
    }
    entries = [
        {"@type": "ListItem", "item": {"@id": "/p/0", "name": "Oil 0", "offers": offer}},
        {"@type": "ListItem", "name": "Oil 1", "item": "/p/1"},
        {"@type": "ListItem", "url": "/p/2", "name": "Oil 2"},
    ]
    outcome = read(f"<h1>Olive oils</h1>{script({'@type': 'ItemList', 'itemListElement': entries})}", url=SHOP)
    assert [(o.title, o.url, o.price) for o in outcome.offers] == [
        ("Oil 0", "https://www.shop.example/p/0", Decimal("9.99")),
        ("Oil 1", "https://www.shop.example/p/1", None),
        ("Oil 2", "https://www.shop.example/p/2", None),
    ]


def test_a_list_shows_no_price_of_an_entry_that_has_several():
    offers = [{"@type": "Offer", "price": price, "priceCurrency": "EUR"} for price in ("9.99", "12.99")]
    products = [published(f"Oil {n}") | {"url": f"/p/{n}", "offers": offers} for n in range(3)]
    entries = [{"@type": "ListItem", "item": product} for product in products]
    outcome = read(f"<h1>Olive oils</h1>{script({'@type': 'ItemList', 'itemListElement': entries})}", url=SHOP)
    assert [o.price for o in outcome.offers] == [None, None, None]


@pytest.mark.parametrize(("before", "shown"), [("12.99", Decimal("12.99")), ("8.99", None)])
def test_a_list_shows_the_price_before_where_it_is_the_higher_one(before, shown):
    specified = {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice", "price": before}
    products = [item(n)["item"] for n in range(3)]
    products[0]["offers"] |= {"priceSpecification": specified | {"priceCurrency": "EUR"}}
    outcome = read(f"<h1>Olive oils</h1>{script([{'@type': 'ListItem', 'item': one} for one in products])}", url=SHOP)
    assert outcome.offers[0].list_price == shown


@pytest.mark.parametrize(("rating", "read_as"), [("4.5", "4.5"), (" 4,5 ", "4.5"), (4, "4"), ("good", None)])
def test_a_rating_is_read_as_it_is_written(rating, read_as):
    product = published("Oil X") | {"aggregateRating": {"@type": "AggregateRating", "ratingValue": rating}}
    assert read(f"<h1>Oil X</h1>{script(product)}", url=SHOP).rating == (read_as and Decimal(read_as))


def test_the_price_for_screen_readers_goes_before_parts_of_which_one_is_missing():
    parts = '<span class="a-price-whole">40<span class="a-price-decimal">,</span></span>'
    body = f'<span class="a-price priceToPay"><span class="a-offscreen">{NEW}</span>{parts}</span>'
    assert outcome_of(page(center(body))).price == Decimal("40.00")


@pytest.mark.parametrize("rule", ["dealprice", "saleprice"])
def test_a_deal_of_2017_may_stand_beside_the_higher_price_that_it_replaces(rule):
    body = f'<span id="priceblock_{rule}">30,00 €</span><span id="priceblock_ourprice">{NEW}</span>'
    assert outcome_of(page(body)).price == Decimal("30.00")


def test_related_products_do_not_turn_a_product_page_into_a_list():
    related = script({"@type": "ItemList", "itemListElement": [item(n) for n in range(3)]})
    assert isinstance(read(f"<h1>Oil X</h1>{script(published('Oil X'))}{related}", url=SHOP), Offer)
    product = '<meta property="og:type" content="product">'
    assert isinstance(read(f"{product}<h1>Oil X</h1>{related}", url=SHOP), Unreadable)
    assert isinstance(read(f"<h1>Oil 1</h1>{related}", url=SHOP), Unreadable)


def shop_page(offer, body=""):
    return f"<h1>Oil X</h1>{body}{script({'@type': 'Product', 'name': 'Oil X', 'offers': offer})}"


@pytest.mark.parametrize("offer", [{"@type": "Offer"}, {"@type": "AggregateOffer"}, {"@type": "Offer", "price": "0"}])
def test_out_of_stock_without_a_price_is_unavailable(offer):
    html = shop_page(offer | {"availability": "https://schema.org/OutOfStock"})
    assert isinstance(read(html, url=SHOP), Unavailable)


@pytest.mark.parametrize(
    "special",
    [
        {"validForMemberTier": {"@type": "MemberProgramTier"}},
        {"@type": "DeliveryChargeSpecification"},
        {"valueAddedTaxIncluded": False},
        {"eligibleQuantity": {"minValue": 10}},
        {"priceType": "https://schema.org/StrikethroughPrice"},
    ],
)
def test_a_price_for_members_delivery_many_pieces_or_without_tax_is_not_the_price(special):
    plain = {"price": "5.00", "priceCurrency": "EUR"}
    offer = {"@type": "Offer", "priceSpecification": [plain | special | {"price": "4.00"}, plain]}
    assert read(shop_page(offer), url=SHOP).price == Decimal("5.00")
    assert isinstance(read(shop_page({"priceSpecification": plain | special}), url=SHOP), Unreadable)


def test_a_price_for_a_unit_of_measure_beside_the_price_is_not_the_price():
    per_litre = {"price": "20.00", "priceCurrency": "EUR", "referenceQuantity": {"value": 1, "unitCode": "LTR"}}
    offer = {"@type": "Offer", "priceSpecification": [per_litre, {"price": "5.00", "priceCurrency": "EUR"}]}
    assert read(shop_page(offer), url=SHOP).price == Decimal("5.00")
    assert isinstance(read(shop_page({"priceSpecification": per_litre}), url=SHOP), Unreadable)


def aggregate(*prices, **ends):
    offers = [{"@type": "Offer", "price": one, "priceCurrency": "EUR"} for one in prices]
    return {"@type": "AggregateOffer", "priceCurrency": "EUR", **ends, **({"offers": offers} if offers else {})}


@pytest.mark.parametrize(
    "offer",
    [
        aggregate("5.00"),
        aggregate("5.00", "5.00"),
        aggregate("5.00", lowPrice="5.00"),
        aggregate("5.00", lowPrice="5.00", highPrice="5.00"),
        aggregate(lowPrice="5.00", highPrice="5.00"),
    ],
)
def test_an_aggregate_of_one_price_has_that_price_also_in_the_offers_inside_it(offer):
    assert read(shop_page(offer), url=SHOP).price == Decimal("5.00")


@pytest.mark.parametrize(
    "offer",
    [
        aggregate("5.00", "6.00"),
        aggregate("5.00", lowPrice="4.00"),
        aggregate("5.00", lowPrice="5.00", highPrice="6.00"),
        aggregate(lowPrice="5.00", highPrice="6.00"),
        aggregate(lowPrice="5.00"),
    ],
)
def test_an_aggregate_of_several_prices_is_refused(offer):
    outcome = read(shop_page(offer), url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == ("price",)


def microdata_aggregate(**ends):
    metas = "".join(f'<meta itemprop="{name}" content="{value}">' for name, value in ends.items())
    return (
        '<h1>Oil X</h1><div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Oil X</b><div itemprop='
        '"offers" itemscope itemtype="https://schema.org/AggregateOffer"><meta itemprop="priceCurrency" content="EUR">'
        f"{metas}</div></div>"
    )


def test_an_aggregate_in_microdata_has_a_price_where_its_ends_are_one():
    assert read(microdata_aggregate(lowPrice="5.00", highPrice="5.00"), url=SHOP).price == Decimal("5.00")
    assert read(microdata_aggregate(price="5.00", highPrice="6.00"), url=SHOP).price == Decimal("5.00")
    for ends in ({"lowPrice": "5.00", "highPrice": "6.00"}, {"lowPrice": "5.00"}):
        outcome = read(microdata_aggregate(**ends), url=SHOP)
        assert isinstance(outcome, Unreadable)
        assert "name a range" in outcome.reason


def test_what_stands_in_a_script_is_not_seen_by_anybody():
    offer = {"@type": "Offer", "price": "5.00", "priceCurrency": "EUR"}
    shown = '<b class="price">4,00 €</b>'
    hidden = '<b class="price"><script>5,00 €</script><template>5,00 €</template><style>5,00 €</style></b>'
    outcome = read(shop_page(offer, shown + hidden), url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert "not its published price 5.00" in outcome.reason


@pytest.mark.parametrize(
    ("offer", "body"),
    [
        ({"businessFunction": "http://purl.org/goodrelations/v1#LeaseOut"}, ""),
        ({"priceSpecification": {"price": "5.00", "unitCode": "MON"}}, ""),
        ({"priceCurrency": "USD"}, '<b class="price">5,00 €</b>'),
        *(({}, f'<b class="price"><{tag}>5,00 €</{tag}> <ins>4,00 €</ins></b>') for tag in ("del", "s", "strike")),
        ({}, '<b class="price" style="text-decoration: line-through">5,00 €</b><b class="price">4,00 €</b>'),
    ],
)
def test_a_rent_another_currency_or_a_struck_price_is_refused(offer, body):
    html = shop_page({"@type": "Offer", "price": "5.00", "priceCurrency": "EUR"} | offer, body)
    assert isinstance(read(html, url=SHOP), Unreadable)


def tabs(rows):
    """A book's page of 2018, whose buy box lies in the content of a tab."""
    headings = '<li class="mediaTab_heading">Tapa blanda <i class="mediaTab_subtitle"><b id="price">9,00 €</b></i></li>'
    rows = "".join(
        f'<div id="{kind}OfferAccordionRow"><h5>{kind} <i class="header-price">{text}</i></h5></div>'
        for kind, text in rows
    )
    return page(
        f'<div id="mediaTabsGroup"><ul id="mediaTabsHeadings">{headings}</ul><div id="mediaTab_content_landing">'
        f'<div id="mediaAccordion">{rows}</div></div><div id="mediaTab_content_1"><b id="price">8,00 €</b></div></div>'
    )


def test_a_book_in_tabs_costs_what_its_row_of_new_ones_says():
    outcome = outcome_of(tabs([("rent", "11,25 €"), ("used", "18,60 €"), ("new", "29,85 €")]))
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("29.85")
    assert not isinstance(outcome_of(tabs([("rent", "11,25 €"), ("used", "18,60 €")])), Offer)


def test_bestsellers_in_carousels_are_a_list():
    cards = "".join(
        f'<li class="a-carousel-card"><div class="zg-carousel-general-faceout"><a href="/x/dp/B0SAMPLE0{n}/ref=zg">'
        f'<i class="_a_line-clamp-3_b">Aceite {n}</i></a><span class="_a_p13n-sc-price_c">{text}</span></div></li>'
        for n, text in ((1, "12,45 €"), (2, "8,20 €"), (3, ""))
    )
    outcome = read(
        f'<div id="zg"><h1>Bestseller</h1><ol class="a-carousel">{cards}</ol></div>',
        url="https://www.amazon.es/gp/bestsellers",
    )
    assert isinstance(outcome, ListingPage)
    assert [offer.price for offer in outcome.offers] == [Decimal("12.45"), Decimal("8.20"), None]
