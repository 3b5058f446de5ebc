"""Which addresses may be asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.fetching.addresses import AddressPolicy, Forbidden, Target, check_url, refusal, resolve
from almazara.words.numbers import Language

PUBLIC = AddressPolicy()
DEMO = AddressPolicy(loopback_ports=frozenset({8321}))


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://www.Amazon.es/dp/B00EXAMPLE?th=1#reviews", "https://www.amazon.es/dp/B00EXAMPLE?th=1"),
        ("http://shop.example", "http://shop.example/"),
        ("http://shop.example:80/", "http://shop.example/"),
        ("HTTPS://shop.example.:443/a/../b/./c", "https://shop.example/b/c"),
        ("https://shop.example/a/%2e%2e/../..", "https://shop.example/"),
        ("https://shop.example//other.example/x", "https://shop.example//other.example/x"),
        ("https://aceite-ñ.example/añejo oil?q=5 l", "https://xn--aceite--b0a.example/a%C3%B1ejo%20oil?q=5%20l"),
        ("http://8.8.8.8/x", "http://8.8.8.8/x"),
        ("http://[2606:4700::1111]:443/x", "http://[2606:4700::1111]:443/x"),
    ],
)
def test_an_address_is_brought_into_one_spelling(url, normal):
    target = check_url(url, PUBLIC)
    assert isinstance(target, Target)
    assert target.url == normal
    assert check_url(target.url, PUBLIC) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/oil",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "gopher://shop.example/",
        "javascript:alert(1)",
        "http://",
        "http:///etc",
        "https://user:secret@shop.example/",
        "https://shop.example@169.254.169.254/",
        "https://shop.example\\@169.254.169.254/",
        "https://shop.example/\r\nX-Injected: 1",
        "https://shop.example/\x00",
        "https://shop.example/\x85",
        "https://shop.example/\u2028",
        "https://shop.example:22/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example:x/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://①②⑦.0.0.1.2/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://[v1.x]/",
        "http://-shop.example/",
        "http://shop..example/",
        f"http://{'a' * 64}.example/",
        "http://shop.example/\ud800",
        f"https://shop.example/{'x' * 9000}",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url):
    assert isinstance(check_url(url, PUBLIC), Forbidden)


NAMED = AddressPolicy(names_only=True, loopback_ports=frozenset({8321}))


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/",
        "http://[2606:4700::1111]/",
        "http://localhost/",
        "http://127.0.0.1/",
        "http://intranet/",
        "http://nas.local:8321/",
        "http://metadata.google.internal/",
        "http://router.home.arpa/",
        "http://shop.onion/",
    ],
)
def test_where_a_name_is_asked_for_numbers_and_local_names_are_refused(url):
    refused = check_url(url, NAMED)
    assert isinstance(refused, Forbidden)
    assert "is no public name" in refused.advice.text(Language.EN)


@pytest.mark.parametrize("url", ["https://shop.example/", "http://localhost:8321/", "http://[::1]:8321/"])
def test_public_names_and_the_loopback_ports_of_the_setting_are_names_enough(url):
    assert isinstance(check_url(url, NAMED), Target)


@pytest.mark.parametrize("port", [0, 1, 22, 81, 444, 8080, 8321, 65535])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_that_is_never_asked_is_refused_when_an_address_is_followed(scheme, port):
    refused = check_url(f"{scheme}://shop.example:{port}/aceite", NAMED)
    assert isinstance(refused, Forbidden)
    assert f"port {port} is not one of those allowed" in refused.advice.text(Language.EN)


@pytest.mark.fuzz
@given(st.text(max_size=80))
def test_any_text_gives_an_address_or_a_reason(text):
    for url in (text, f"http://{text}", f"https://shop.example/{text}"):
        checked = check_url(url, PUBLIC)
        if isinstance(checked, Target):
            assert checked.url.isascii()
            assert not set(checked.url) & set("\r\n\t \\")


PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:53aa:64c::1",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_local_and_reserved_addresses_are_refused(address):
    assert refusal(address, 443, PUBLIC)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address):
    assert refusal(address, 443, PUBLIC) is None


def test_one_forbidden_address_among_several_refuses_the_host():
    target = check_url("https://shop.example/", PUBLIC)
    assert isinstance(resolve(target, PUBLIC, lambda *_: ["8.8.8.8", "10.0.0.1"]), Forbidden)


def test_all_allowed_addresses_of_a_host_are_given_once():
    target = check_url("https://shop.example/", PUBLIC)
    assert resolve(target, PUBLIC, lambda *_: ["8.8.8.8", "8.8.4.4", "8.8.8.8"]) == ("8.8.8.8", "8.8.4.4")


def test_a_host_without_addresses_cannot_be_resolved():
    with pytest.raises(OSError, match=r"shop\.example"):
        resolve(check_url("https://shop.example/", PUBLIC), PUBLIC, lambda *_: [])


def test_only_the_loopback_ports_of_the_setting_are_allowed_on_loopback():
    assert refusal("127.0.0.1", 8321, DEMO) is None
    assert refusal("::1", 8321, DEMO) is None
    assert refusal("127.0.0.1", 80, DEMO)
    assert isinstance(check_url("http://127.0.0.1:6379/", DEMO), Forbidden)


def test_a_loopback_port_is_not_allowed_on_public_addresses():
    assert refusal("8.8.8.8", 8321, DEMO)
