"""Other prices of Amazon's pages, and the number of the goods: made pages in the forms of several years."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.pages import read
from almazara.prices.pages.outcome import Offer
from sample_pages import ASIN

EAN, OTHER = "8410179100012", "5702015643092"


def page(*parts, price="20,00 €", title="Aceite de muestra 1 l", row=""):
    core = f"<span class='a-price priceToPay'><span class=a-offscreen>{price}</span></span>"
    return (
        f"<!doctype html><html><body><span id=productTitle>{title}</span><input id=ASIN value={ASIN}>{row}"
        f"<div id=corePriceDisplay_desktop_feature_div>{core}</div>"
        f"<input id=add-to-cart-button>{''.join(parts)}</body></html>"
    )


def offer(*parts, shop="amazon.es", **more):
    outcome = read(page(*parts, **more), url=f"https://www.{shop}/dp/{ASIN}")
    assert isinstance(outcome, Offer)
    return outcome


def named(*parts, **more):
    return [(one.name.value, str(one.price), one.condition) for one in offer(*parts, **more).named]


def coupon(label, more=""):
    return f"<div class=promoPriceBlockMessage><label id=couponTextpctch86 {more}>{label}</label></div>"


COUPONS = {
    "Aplicar cupón de 5 %": ("amazon.es", "20,00 €", "19.00"),
    "Aplicar cupón de 3,50 €": ("amazon.es", "20,00 €", "16.50"),
    "Ahorra 5 % con cupón": ("amazon.es", "20,00 €", "19.00"),
    "Apply 10% coupon": ("amazon.com", "$8.99", "8.09"),
    "Apply $2 coupon": ("amazon.com", "$8.99", "6.99"),
    "Apply 5% voucher": ("amazon.co.uk", "£6.39", "6.07"),
    "2,00 € Coupon aktivieren": ("amazon.de", "20,00 €", "18.00"),
    "5%-Coupon aktivieren": ("amazon.de", "20,00 €", "19.00"),
    "Utiliser le coupon de 10 %": ("amazon.fr", "64,59 €", "58.13"),
    "Applica coupon 5%": ("amazon.it", "20,00 €", "19.00"),
    "Aplicar cupom de R$ 3": ("amazon.com.br", "R$ 20,00", "17.00"),
    "Zastosuj kupon 5%": ("amazon.pl", "20,00 zł", "19.00"),
    "Använd kupong 5 %": ("amazon.se", "20,00 kr", "19.00"),
    "%5 kuponu uygula": ("amazon.com.tr", "20,00 TL", "19.00"),
    "5%OFFクーポンの適用": ("amazon.co.jp", "￥2,000", "1900"),
}


@pytest.mark.parametrize("label", COUPONS)
def test_a_coupon_that_anybody_can_apply_lowers_the_price(label):
    shop, price, lowered = COUPONS[label]
    terms = "<span class=a-declarative><a>Términos</a></span> | <a>Details</a>"
    assert named(coupon(f"{label} {terms}"), price=price, shop=shop) == [("coupon", lowered, label)]


def test_the_older_box_of_a_coupon_is_read_too():
    box = "<div id=vpcButton><label><span>Aplicar cupón de 5 %</span></label><a>Detalles</a></div>"
    assert named(box) == [("coupon", "19.00", "Aplicar cupón de 5 %")]


def test_half_a_cent_of_a_share_is_rounded_up_and_yen_are_not_guessed():
    assert named(coupon("Apply 5% coupon"), price="$8.50", shop="amazon.com")[0][1] == "8.08"
    assert named(coupon("5%OFFクーポンの適用"), price="￥1,990", shop="amazon.co.jp") == []


NO_COUPON = {
    "of a first subscription": coupon("Aplicar cupón de 5 % en tu primer pedido de Suscríbete y ahorra"),
    "up to": coupon("Aplicar cupón de hasta 5 %"),
    "with a card": coupon("Apply 5% coupon with Prime Visa"),
    "of the second one": coupon("5 % Coupon für den zweiten Artikel aktivieren"),
    "two amounts": coupon("Aplicar cupón de 5 % o 2,00 €"),
    "two labels": coupon("Aplicar cupón de 5 %") + coupon("Aplicar cupón de 10 %"),
    "in another currency": coupon("Aplicar cupón de $2"),
    "more than the price": coupon("Aplicar cupón de 25,00 €"),
    "most of the price": coupon("Aplicar cupón de 90 %"),
    "what stands behind it": coupon("Aplicar cupón de 5 %").replace("</label>", "</label> en tres unidades"),
    "what stands before it": coupon("Aplicar cupón de 5 %").replace("<label", "<b>Primera compra</b> <label"),
    "no figure": coupon("Aplicar cupón"),
    "no coupon": coupon("Ahorra 5 %"),
    "hidden": coupon("Aplicar cupón de 5 %", "class=aok-hidden"),
    "hidden by style": coupon("Aplicar cupón de 5 %", "style='display: none'"),
    "of another product": f"<div data-asin=B0OTHER001>{coupon('Aplicar cupón de 5 %')}</div>",
    "in a carousel": f"<div class=a-carousel-card>{coupon('Aplicar cupón de 5 %')}</div>",
    "in the row of a subscription": f"<div id=snsAccordionRow_0>{coupon('Aplicar cupón de 5 %')}</div>",
}


@pytest.mark.parametrize("part", NO_COUPON.values(), ids=NO_COUPON)
def test_a_coupon_of_some_people_or_orders_or_in_doubt_is_none(part):
    assert named(part) == []


def money(text, kind="a-price"):
    return f"<span class='{kind}'><span class=a-offscreen>{text}</span></span>"


SUBSCRIBED = {
    "2019": "<div id=snsBuyBox>Suscríbete y ahorra: 5% <span id=sns-base-price>19,00 € (19,00 € / l)</span>"
    "<span id=sns-tiered-price class=aok-hidden>17,00 €</span></div>",
    "2026": f"<div id=snsAccordionRowMiddle><b>Suscríbete y ahorra: 5%</b>{money('19,00 €')}"
    f"{money('20,00 €', 'a-price a-text-price')}<i>(<span class=pricePerUnit>{money('19,00 €')}/l</span>)</i></div>",
}


@pytest.mark.parametrize("form", SUBSCRIBED.values(), ids=SUBSCRIBED)
def test_the_printed_price_of_a_subscription_is_named_by_its_row(form):
    assert named(form) == [("subscription", "19.00", "Suscríbete y ahorra")]


@pytest.mark.parametrize(
    "row",
    [
        f"<div id=snsAccordionRowMiddle>{money('19,00 €')}{money('17,00 €')}</div>",
        f"<div id=snsAccordionRowMiddle>{money('20,00 €')}</div>",
        f"<div id=snsAccordionRowMiddle class=aok-hidden>{money('19,00 €')}</div>",
        f"<div data-asin=B0OTHER001><div id=snsAccordionRowMiddle>{money('19,00 €')}</div></div>",
        "<span id=sns-base-price>19,00 € - 20,00 €</span>",
        "<span id=sns-base-price>desde 19,00 €</span>",
        "<span id=sns-base-price>19,00 €</span> por mes",
        "<span id=sns-base-price>19,00 € con 5 productos</span>",
        "<span id=sns-base-price>19,00 €</span> <i>primera entrega</i>",
        f"<div id=snsAccordionRowMiddle><b>Primera entrega</b>{money('19,00 €')}</div>",
        f"<div id=snsAccordionRowMiddle>{money('19,00 €')} × 2</div>",  # noqa: RUF001 - as a page prints it
    ],
)
def test_a_subscription_with_two_prices_none_lower_hidden_or_by_the_month_is_not_named(row):
    assert named(row) == []


def prime(text):
    return f"<span id=primeExclusivePricingMessage><a>{text}</a></span>"


@pytest.mark.parametrize(
    "text",
    ["Únete a Prime para comprar este producto por 18,00 €", "S'inscrire à Prime pour acheter cet article à 18,00 €"],
)
def test_the_price_for_members_of_prime_is_named(text):
    assert named(prime(text)) == [("club", "18.00", text)]


@pytest.mark.parametrize(
    "text",
    [
        "S'inscrire à un essai Prime: 18,00 €",
        "Únete a Prime y ahorra 18,00 € al comprar",
        "Compra con tu tarjeta: 18,00 €",
        "Prime: compra por 18,00 € al mes",
        "Compra con Prime por 18,00 € o 17,00 €",
        "Únete a Prime para comprar por $18.00",
        "Únete a Prime para comprar este producto por 18,00 €/l",
        "Únete a Prime para comprar 2 por 18,00 €",
        "Únete a Prime para comprar este producto por 18,00 € la primera vez",
    ],
)
def test_what_is_no_price_for_members_of_prime_is_not_named(text):
    assert named(prime(text)) == []


def delivery(text, **kept):
    names = {"price": "data-csa-c-delivery-price", "time": "data-csa-c-delivery-time"}
    names |= {
        "cutoff": "data-csa-c-delivery-cutoff",
        "pickup": "data-csa-c-pickup-location",
        "condition": "data-csa-c-delivery-condition",
    }
    attributes = " ".join(f'{names[name]}="{value}"' for name, value in kept.items())
    return f"<span data-csa-c-content-id=DEXUnifiedCXPDM {attributes}>{text}</span>"


def message(text):
    return f"<span id=price-shipping-message>{text}</span>"


DELIVERED = {
    "free": (delivery("Entrega GRATIS el <b>martes</b>. Ver detalles", price="GRATIS", time="el martes"), "20.00",
             "Entrega GRATIS"),
    "paid": (delivery("Entrega por 4,99 € el lunes. Haz el pedido en 3 h", price="por 4,99 €", time="el lunes",
                      cutoff="Haz el pedido en 3 h"), "24.99", "Entrega por 4,99 €"),
    "2019, free": (message("& <b>Envío GRATIS</b>. Ver detalles"), "20.00", "Envío GRATIS"),
    "2019, paid": (message("+ 4,99 € Envío"), "24.99", "4,99 € Envío"),
    "2019, in German": (message("Kostenlose Lieferung. Details"), "20.00", "Kostenlose Lieferung"),
    "2019, in French": (message("Livraison GRATUITE en France métropolitaine. Détails"), "20.00",
                        "Livraison GRATUITE en France métropolitaine"),
    "2019, in Turkish": (message("Kargo BEDAVA Ayrıntılar"), "20.00", "Kargo BEDAVA"),  # noqa: RUF001
    "free from an amount that is reached": (message("Envío GRATIS en pedidos superiores a 19,00 €. Ver detalles"),
                                            "20.00", "Envío GRATIS en pedidos superiores a 19,00 €"),
}  # fmt: skip


@pytest.mark.parametrize("form", DELIVERED.values(), ids=DELIVERED)
def test_the_price_with_delivery_is_named_where_everybody_pays_it(form):
    part, total, words = form
    assert named(part) == [("delivered", total, words)]


def test_the_place_of_a_paid_delivery_stands_in_its_condition():
    place = "<div id=contextualIngressPtLabel_deliveryShortLine>Enviar a Brasil</div>"
    assert named(place, message("+ 4,99 € Envío"))[0][2] == "4,99 € Envío, Enviar a Brasil"
    assert named(place, message("Envío GRATIS"))[0][2] == "Envío GRATIS"


UNDELIVERED = {
    "a first order": delivery("Entrega GRATIS el martes en tu primer pedido", price="GRATIS", time="el martes"),
    "members of Prime": delivery("Entrega GRATIS con Prime", price="GRATIS"),
    "members of Prime, 2017": message("Free Shipping for Prime Members"),
    "from an amount that is not reached": message("Envío GRATIS en pedidos superiores a 29,00 €. Ver detalles"),
    "from an amount of Prime": message("Envío GRATIS con Prime en pedidos superiores a 19,00 €"),
    "eligible orders": message("& FREE Shipping on eligible orders. Details"),
    "import fees": message("+ 36,67 € Shipping & Import Fees Deposit to Turkey"),
    "a figure that is not shown": delivery("Entrega martes", price="4,99 €", time="martes"),
    "another figure": delivery("Entrega por 4,99 €", price="por 5,99 €"),
    "a region": delivery("Entrega GRATIS el martes a Península", price="GRATIS", time="el martes"),
    "a condition that the page only keeps": delivery("Entrega GRATIS", price="GRATIS", condition="primer pedido"),
    "a condition behind it": delivery("Entrega GRATIS", price="GRATIS") + " <i>en tu primer pedido</i>",
    "a condition before it": "<b>Miembros Prime:</b> " + delivery("Entrega GRATIS", price="GRATIS"),
    "a point to fetch it": delivery("Entrega GRATIS", price="GRATIS", pickup="Correos"),
    "fastest": delivery("Entrega más rápida por 4,99 €", price="más rápida"),
    "free, and a figure": message("Envío GRATIS 4,99 €"),
    "two figures": message("4,99 € o 9,99 € Envío"),
    "another currency": message("+ $4.99 Envío"),
    "of another product": f"<div data-asin=B0OTHER001>{message('Envío GRATIS')}</div>",
    "hidden": f"<div class=aok-hidden>{message('Envío GRATIS')}</div>",
    "two that differ": message("Envío GRATIS") + delivery("Entrega por 4,99 €", price="4,99 €"),
}


@pytest.mark.parametrize("part", UNDELIVERED.values(), ids=UNDELIVERED)
def test_delivery_for_some_people_or_orders_or_in_doubt_gives_no_price(part):
    assert named(part) == []


def row(name, price, more="", kind="new"):
    return (
        f"<div class='a-box mbc-offer-row'><span data-a-popover='{{&quot;url&quot;:&quot;/x?c={kind}&amp;a=1&quot;}}'>"
        f"<span id=mbc-price-1 class=a-color-price>{price}</span> {more}</span>"
        f"<span class=mbcMerchantName>{name}</span></div>"
    )


def aod(name, price, heading="Nuevo"):
    return (
        f"<div id=aod-offer><div id=aod-offer-heading><h5>{heading}</h5></div>{money(price)}"
        f"<div id=aod-offer-soldBy><a>{name}</a></div></div>"
    )


def test_new_offers_of_other_sellers_are_named_by_who_sells():
    parts = [row("Olivar", "21,00 €"), row("Molino", "19,50 €", "<i class=a-color-price>(19,50 € / l)</i>")]
    assert named(*parts, aod("Almazara Sur", "18,90 €")) == [
        ("seller", "21.00", "Olivar"),
        ("seller", "19.50", "Molino"),
        ("seller", "18.90", "Almazara Sur"),
    ]


@pytest.mark.parametrize(
    "part",
    [
        row("Olivar", "18,00 €", kind="used"),
        row("", "18,00 €"),
        row("Olivar", "18,00 €", "<i id=mbc-condition-1>Usado - Bueno</i>"),
        row("Olivar", "18,00 €") + row("Olivar", "19,00 €"),
        row("Olivar", "18,00 €", money("17,00 €")),
        row("Olivar", "$18.00"),
        row("Olivar", "desde 2,00 €"),
        aod("Olivar", "18,00 €", "De 2ª mano - Como nuevo"),
        aod("Olivar", "18,00 €", "Reacondicionado"),
        aod("Olivar", "18,00 €", ""),
        "<div id=mbc>Nuevos (3) desde <span class=a-color-price>18,00 €</span></div>",
        f"<div data-asin=B0OTHER001>{row('Olivar', '18,00 €')}</div>",
    ],
)
def test_offers_of_used_goods_without_a_name_or_in_doubt_are_not_named(part):
    assert named(part) == []


def test_beside_a_renewed_article_no_seller_is_named_and_it_is_not_the_new_ones_good():
    renewed = offer(row("Olivar", "18,00 €"), DETAILS["a table"], title="Molinillo (Reacondicionado)")
    assert (renewed.named, renewed.gtin) == ((), None)


def test_at_most_twenty_prices_are_kept():
    assert len(named(*(row(f"Olivar {n}", "21,00 €") for n in range(40)))) == 20


DETAILS = {
    "a table": f"<table class=prodDetTable><tr><th>EAN</th><td>\u200e{EAN}</td></tr></table>",
    "bullets": f"<div id=detailBullets_feature_div><ul><li><b>EAN \u200f : \u200e</b> <i>{EAN}</i></li></ul></div>",
    "GTIN": f"<div id=prodDetails><table><tr><th>GTIN</th><td>0{EAN}</td></tr></table></div>",
    "its long name": "<table class=prodDetTable><tr><th>Global Trade Identification Number</th>"
    f"<td>0{EAN}</td></tr></table>",
    "the same one twice": f"<table class=prodDetTable><tr><th>UPC</th><td>{EAN}, {EAN}</td></tr></table>",
    "two labels": f"<table class=prodDetTable><tr><th>EAN</th><td>{EAN}</td></tr><tr><th>GTIN</th><td>0{EAN}</td></tr>"
    "</table>",
}


@pytest.mark.parametrize("part", DETAILS.values(), ids=DETAILS)
def test_the_number_of_the_goods_is_read_from_the_details(part):
    assert offer(part).gtin == EAN


def test_a_books_number_is_its_isbn_and_a_book_files_page_shows_that_of_the_printed_one():
    isbn = "<div id=detail-bullets><ul><li><b>ISBN-13:</b> 978-0241401125</li></ul></div>"
    assert offer(isbn).gtin == "9780241401125"
    kindle = (
        page(isbn).replace("corePriceDisplay_desktop_feature_div", "kindle-price").replace("a-price priceToPay", "x")
    )
    assert read(kindle, url=f"https://www.amazon.es/dp/{ASIN}").gtin is None


@pytest.mark.parametrize(
    "part",
    [
        f"<table class=prodDetTable><tr><th>EAN</th><td>{EAN}, {OTHER}</td></tr></table>",
        f"<table class=prodDetTable><tr><th>UPC</th><td>{EAN} {OTHER}</td></tr></table>",
        f"<table class=prodDetTable><tr><th>EAN</th><td>{EAN}</td></tr><tr><th>UPC</th><td>{OTHER}</td></tr></table>",
        "<table class=prodDetTable><tr><th>EAN</th><td>2000000000015</td></tr></table>",
        "<table class=prodDetTable><tr><th>EAN</th><td>8410179100013</td></tr></table>",
        f"<table class=prodDetTable><tr><th>Número de modelo</th><td>{EAN}</td></tr></table>",
        f"<table class=prodDetTable><tr><th>Compatible con el EAN</th><td>{EAN}</td></tr></table>",
        f"<div data-asin=B0OTHER001><table class=prodDetTable><tr><th>EAN</th><td>{EAN}</td></tr></table></div>",
        f"<div class=a-carousel-card><table class=prodDetTable><tr><th>EAN</th><td>{EAN}</td></tr></table></div>",
        f"<p>EAN {EAN}</p>",
    ],
)
def test_a_number_in_doubt_without_a_label_or_of_another_product_is_none(part):
    assert offer(part).gtin is None


@given(st.text(max_size=60), st.sampled_from(["couponTextx", "price-shipping-message", "sns-base-price"]))
def test_whatever_such_a_place_says_the_price_stays_and_others_are_plausible(text, place):
    said = text.replace("<", " ").replace("&", " ")
    outcome = read(page(f"<label id={place}>{said}</label>"), url=f"https://www.amazon.es/dp/{ASIN}")
    assert outcome.price == Decimal("20.00")
    assert all(one.price * 4 > outcome.price for one in outcome.named)
