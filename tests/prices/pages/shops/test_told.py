"""What shops tell in words of the state of their goods, and of auctions, in the marketplaces' languages."""

import json

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Condition, Offer, Unavailable, Unreadable
from almazara.prices.pages.shops.told import State, state_of

SHOP = "https://www.shop.example/p/7"
NEW = [
    None, "https://schema.org/NewCondition", "schema:NewCondition", "new_condition", "Brand-new", "New with box",
    "Condition: New", "Never used", "Nuevo con caja", "Precintado", "Neuware", "Neu, originalverpackt",
    "Neu - unbenutzt",     "Neuf sous blister", "Produit neuf", "Nuovo con scatola", "Nieuw in doos", "Fabrycznie nowy",
    "Novo na caixa", "S\u0131f\u0131r, kutusunda", "Nytt med etikett", "New (other)",
]  # fmt: skip
USED = [
    "https://schema.org/UsedCondition", "DamagedCondition", "OpenBox", "Very good", "Muy bueno", "Sehr gut", "Bon état",
    "Ottimo", "Goed", "Dobry", "Bom", "Kaum gebraucht", "De segunda mano", "Occasion", "Usato", "Tweedehands",
    "Używany", "İkinci el", "Begagnad", "Like new", "Wie neu", "Comme neuf", "Como nuevo", "Come nuovo", "Als nieuw",
    "Jak nowy", "Yeni gibi", "Ausstellungsstück", "Showroommodel", "Teşhir ürünü", "Seminovo", "B-stock", "Grade B",
    "Neu mit Fehlern", "Neuf avec défauts", "Not new", "For parts or not working", "Caja dañada",
]  # fmt: skip
REFURBISHED = ["Seller refurbished", "Reacondicionado - muy bueno", "Generalüberholt", "Remis à neuf", "Odnowiony"]
UNKNOWN = ["Új", "not specified", "no especificado", "niet opgegeven", "OfferItemCondition", "Vintage"]


@pytest.mark.parametrize(
    ("state", "written"),
    [(State.NEW, one) for one in NEW]
    + [(State.USED, one) for one in USED]
    + [(State.REFURBISHED, one) for one in REFURBISHED]
    + [(State.UNKNOWN, one) for one in UNKNOWN],
)
def test_goods_are_new_only_where_every_word_of_their_state_is_known_for_new(state, written):
    assert state_of(written) is state


@pytest.mark.parametrize(
    ("written", "note", "state"),
    [
        ("-- not told", "New, in its capsule", State.NEW),
        ("–", "Sin usar", State.NEW),  # noqa: RUF001 - the dash that pages print
        ("--", "Nice coin", State.NEW),
        ("--", "New battery, works great", State.USED),
        ("--", "As good as new", State.USED),
        ("--", "Lichte gebruikssporen", State.USED),
        ("--", "Pantalla rota", State.USED),
        ("Neuf : autre", "Dans son emballage", State.NEW),
        ("New (other)", "The box has a dent", State.USED),
        ("not specified", "Nice coin", State.UNKNOWN),
        ("not specified", "Nur einmal benutzt", State.USED),
        ("New", "Used by smiths since 1870", State.NEW),
    ],
)
def test_a_state_that_is_not_told_is_that_of_the_sellers_own_words(written, note, state):
    assert state_of(written, note) is state


def page(shown="", name="Hacha Roble", **offer):
    offered = {"@type": "Offer", "price": "21.40", "priceCurrency": "EUR"} | offer
    product = {"@type": "Product", "name": name, "offers": offered}
    script = f"<script type='application/ld+json'>{json.dumps(product)}</script>"
    return f"<!doctype html><title>{name}</title><h1>{name}</h1>{shown}<p>21,40 €</p>{script}"


def outcome_of(html):
    return pages.read(html, url=SHOP)


def test_an_unknown_state_is_refused_a_used_one_is_no_offer_and_a_refurbished_one_is_said():
    assert isinstance(outcome_of(page(itemCondition="Új")), Unreadable)
    assert isinstance(outcome_of(page(itemCondition=["NewCondition", "UsedCondition"])), Unavailable)
    assert outcome_of(page(itemCondition="Odnowiony")).condition is Condition.REFURBISHED
    assert outcome_of(page(itemCondition={"name": "New"})).condition is Condition.NEW


@pytest.mark.parametrize(
    "name",
    [
        "Hacha Roble - Como nueva", "Beil Eiche neuwertig", "Hache Chêne, comme neuve", "Hache Chêne - très bon état",
        "Axe Oak ex-demo", "Axe Oak B-stock", "Beil Eiche Rückläufer", "Beil Eiche Ausstellungsstück",
        "Bijl Eik showmodel", "Siekiera Dąb poleasingowa", "Balta Meşe teşhir ürünü", "Machado Carvalho seminovo",
        "Machado Carvalho vitrine", "Hacha Roble usada", "Hache Chêne occasion",
    ],
)  # fmt: skip
def test_a_title_of_goods_that_are_not_new_is_no_offer(name):
    assert isinstance(outcome_of(page("<p>Estado: nuevo</p>", name)), Unavailable)


@pytest.mark.parametrize(
    "name", ["Wie neu geboren", "Vitrine en verre", "Meuble bas vitrine", "Robe pour occasion spéciale", "Display 5 in"]
)
def test_goods_whose_name_sounds_like_a_used_one_are_read(name):
    assert isinstance(outcome_of(page(name=name)), Offer)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Estado: Muy bueno</p>", "<dl><dt>Zustand</dt><dd>sehr gut</dd></dl>", "<p>État du produit : très bon</p>",
        "<p><b>Condition:</b> <i>Like new</i></p>", "<table><tr><th>Condizioni<td>ottime</table>",
        "<p>Conditie: goed</p>", "<p>Stan: bardzo dobry</p>", "<p>Condição: seminovo</p>", "<p>Grade: B</p>",
        "<p>Stato: usato</p>",
    ],
)  # fmt: skip
def test_a_state_that_the_page_shows_is_that_of_its_goods(shown):
    assert isinstance(outcome_of(page(shown)), Unavailable)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Estado: Nuevo</p>", "<p>Estado: En stock</p>", "<p>Para el buen estado del filo</p>",
        "<p>È stato usato legno di rovere dei nostri boschi</p>", "<p>Condition: Good for dry wood</p>",
    ],
)  # fmt: skip
def test_words_that_are_no_state_of_the_goods_leave_them_new(shown):
    assert isinstance(outcome_of(page(shown)), Offer)


BIDDING = [
    "<p>Startpreis</p>", "<p>Höchstgebot</p>", "<button>Gebot abgeben</button>", "<button>Bieten</button>",
    "<button>Place your bid</button>", "<p>[ 4 bids ]</p>", "<p>Reserve not met</p>", "<p>9 pujas</p>",
    "<button>Pujar</button>", "<button>Enchérir</button>", "<p>Mise à prix</p>", "<button>Fai un'offerta</button>",
    "<p>Hoogste bod</p>", "<button>Plaats bod</button>", "<button>Licytuj</button>", "<p>Cena wywoławcza</p>",
    "<button>Dar lance</button>", "<button>Teklif ver</button>", "<p>Auction ends in 2 h</p>", "<h2>Subasta</h2>",
]  # fmt: skip


@pytest.mark.parametrize("shown", BIDDING)
def test_what_was_bid_is_no_price_to_pay_now(shown):
    assert isinstance(outcome_of(page(shown)), Unreadable)


@pytest.mark.parametrize("at_once", ["Buy it now", "Sofort-Kaufen", "¡Cómpralo ya!", "Achat immédiat", "Kup teraz"])
def test_an_auction_that_sells_at_once_too_has_that_price_and_no_other(at_once):
    assert isinstance(outcome_of(page(f"<p>Current bid: 9,10 €</p><p>{at_once}</p>")), Offer)
    bid = page(f"<p>Mise à prix : 21,40 €</p><p>{at_once} 40,00 €</p>")
    assert isinstance(outcome_of(bid), Unreadable)


def test_words_of_sentences_are_no_bids():
    for shown in ("<p>Wir bieten Ihnen gute Beile</p>", "<p>Oferta</p>", "<p>Mango terminado en aceite</p>"):
        assert isinstance(outcome_of(page(shown)), Offer)


@pytest.mark.parametrize(
    "shown", ["Beendet: 3. März", "Ended 3 Mar", "Ended", "Finalizado el 3 de mayo", "Terminé le 3 mars", "Beëindigd"]
)
def test_an_offer_that_is_over_is_no_offer(shown):
    assert isinstance(outcome_of(page(f"<p>{shown}</p>")), Unavailable)
