"""What Amazon's pages say of coupons, subscriptions, members, delivery and numbers, in the marketplaces' languages.

A sentence is read only where every word of it stands here: what says more may say "on your first order".
"""

import re
from typing import Final

from almazara.prices.pages.request import folded
from almazara.prices.schema import PriceName


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in folded(line).split())


OTHERS: Final = (
    "[id^='couponText'], #vpcButton, #sns-base-price, #snsDetailPagePrice, [id*='snsAccordionRow'] .a-price, "
    "#primeExclusivePricingMessage, .mbc-offer-row, #aod-offer, #price-shipping-message, #ourprice_shippingmessage, "
    "[data-csa-c-content-id='DEXUnifiedCXPDM'], #prodDetails, #productDetails_feature_div, .prodDetTable, "
    "#technicalSpecifications_feature_div, #detailBullets_feature_div, #detail-bullets, #detail_bullets_id, "
    "#richProductInformation_feature_div"
)
"""All places in one selector: the page is walked once."""
DETAILS: Final = "details"
# What each place holds, by how its id begins; without one of these, by its class, else delivery.
PLACES: Final = {
    "prodDetails": DETAILS,
    "productDetails": DETAILS,
    "technicalSpec": DETAILS,
    "detail": DETAILS,
    "richProduct": DETAILS,
    "couponText": PriceName.COUPON,
    "vpcButton": PriceName.COUPON,
    "sns": PriceName.SUBSCRIPTION,
    "primeExclusive": PriceName.CLUB,
    "aod-offer": PriceName.SELLER,
}
PLACE: Final = re.compile("|".join([*PLACES, "price-shipping", "ourprice_", "DEXUnified"]))
"""How the ids begin of places that stand in a line with others."""
DESTINATION: Final = "#contextualIngressPtLabel_deliveryShortLine"
PLACES_BY_CLASS: Final = {
    "mbc-offer-row": PriceName.SELLER,
    "a-price": PriceName.SUBSCRIPTION,
    "prodDetTable": DETAILS,
}
DETAIL_ROWS: Final = "tr, li, .rpi-attribute-content"

SELLER_NAMES: Final = ".mbcMerchantName, #aod-offer-soldBy a, #aod-offer-soldBy .a-col-right .a-size-small"
SELLER_PRICES: Final = "[id^='mbc-price'], .a-color-price, .a-price:not(.a-text-price)"
SELLER_CONDITIONS: Final = "#aod-offer-heading, [id^='mbc-condition']"
SELLER_KIND: Final = re.compile(r"[?&;]c=(\w{1,20})")
NEW_WORDS: Final = _words(
    "new nuevo nuevos neu neuf nuovo nieuw novo nowy nowe ny nytt yeni 新品 全新 جديد", "condition brand estado zustand"
)

TERMS: Final = _words(
    "terms details conditions shop items condiciones detalles términos ver productos bedingungen nutzungsbedingungen "
    "artikel détails voir termini dettagli condizioni voorwaarden detalhes termos warunki szczegóły villkor detaljer "
    "koşullar şartlar ayr\u0131nt\u0131lar 規約 詳細"
)
LINKS: Final = TERMS | _words("maggiori informazioni learn more meer informatie mais informações saiba")
"""What stands behind a line of delivery and leads on."""
COUPON_NAMES: Final = _words(
    "coupon coupons voucher cupón cupom cupão kupon kuponu kuponunu kupong kortingsbon",
    "offクーポンの適用 クーポンの適用 クーポン",
)
COUPON_WORDS: Final = (
    _words(
        "apply save with off clip the a an of",
        "aplicar aplica ahorra con de el un descuento",
        "aktivieren anwenden einlösen sparen rabatt mit über von wert im",
        "appliquer utiliser économisez avec le la un réduction",
        "applica risparmia con il da sconto di",
        "toepassen pas toe van korting met",
        "aplique economize com do desconto poupe usar",
        "zastosuj zniżki använd på uygula indirim",
    )
    | COUPON_NAMES
    | TERMS
)

DELIVERY_WORDS: Final = (
    _words(
        "delivery shipping free for by the of and in uk us",
        "entrega envío gratis gratuito gratuita por el la los de en españa",
        "lieferung versand versandkosten kostenlose kostenloser kostenlos für am nach innerhalb deutschlands",
        "livraison expédition gratuite à pour le la en d france métropolitaine",
        "consegna spedizione gratuita senza costi aggiuntivi a per il in italia",
        "bezorging verzending gratis voor op in nederland",
        "frete grátis entrega por para o brasil",
        "darmowa dostawa za fri frakt leverans för kargo bedava ücretsiz teslimat 配送料 無料 配送 توصيل مجاني شحن",
    )
    | LINKS
)
FREE_WORDS: Final = _words(
    "free gratis gratuito gratuita gratuite grátis kostenlose kostenloser kostenlos darmowa fri bedava ücretsiz 無料 "
    "مجاني",
    "aggiuntivi",
)
# Of a basket: the condition is met where the price alone reaches the amount.
THRESHOLD_WORDS: Final = _words(
    "on orders over shipped amazon qualifying",
    "pedidos pedido superiores superior si es tu desde enviados",
    "bei ab bestellungen ihrer bestellung bestellwert durch",
    "dès achats achat commande sur",
    "su ordini superiori ordine",
    "vanaf bij bestellingen boven",
    "em pedidos acima partir",
)
ALTERNATIVES: Final = _words("or o ou oder oppure of lub eller veya")
"""What the first word is of another way to send the goods, behind the first."""
PRIME: Final = _words("prime")
MEMBERS_WORDS: Final = _words(
    "join prime to buy this item at for price members member with",
    "únete a prime para comprar este producto por compra con precio miembros hazte",
    "bei prime anmelden um diesen artikel für zu kaufen jetzt melde dich an werde mitglied preis mitglieder",
    "s inscrire à prime pour acheter cet article inscrivez vous rejoignez prix membres",
    "iscriviti a prime per acquistare questo articolo prezzo membri",
    "word lid van prime om dit artikel te kopen voor prijs leden",
    "assine adira ao prime para comprar este item produto por preço membros",
    "dołącz do prime aby kupić ten produkt za cena",
    "gå med i prime för att köpa den här artikeln pris",
    "bu ürünü fiyat\u0131na sat\u0131n almak için prime a kat\u0131l\u0131n fiyat",
)
SUBSCRIPTION_WORDS: Final = TERMS | _words(
    "subscribe save subscription price suscríbete y ahorra suscripción precio sparabo spar abo preis",
    "prévoyez économisez prix iscriviti e risparmia prezzo abonneren en besparen bespaar abonneer prijs",
    "programe poupe economize assine preço subskrybuj oszczędzaj prenumerera spara abone ol tasarruf et",
    "de los la les a met with con avec mit 定期おトク便 通常価格",
)
NUMBERED: Final = re.compile(
    r"(?:(?:ean|gtin|upc|jan|isbn)[ -]?(?:8|12|13|14)?(?:[ -]?(?:code|nummer|kod))?|codigo (?:de barras|ean|upc)"
    r"|global trade (?:identification|item) number(?: \(gtin\))?|universal product code|codigo universal de producto"
    r")(?![a-z\d])\W*"
)
"""The label of a row of details, folded, that names the number of the goods."""
