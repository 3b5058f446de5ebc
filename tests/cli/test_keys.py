"""`almazara keys`: each command does what it says, and says what went wrong."""

import json
import re

import pytest

from almazara.keys import KeyFolder, fingerprint


@pytest.fixture
def keys(run):
    return lambda *words: run("keys", *words)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    return KeyFolder(tmp_path / "home" / "keys")


def test_a_key_is_printed_alone_and_its_hash_for_the_settings_beside_it(keys, folder):
    code, out, err = keys("add", "ana")
    assert code == 0
    [kept] = folder.named()
    assert fingerprint(out.strip()) == kept.sha256
    assert f"sha256:{kept.sha256}" in err


def test_who_holds_a_key_is_listed_without_it(keys, folder, monkeypatch):
    assert keys("list")[1] == "Nobody.\n"
    key = keys("add", "ana")[1].strip()
    monkeypatch.setenv("ALMAZARA_API_KEYS", "a-key-of-nobody")
    told = keys("list")[1]
    assert re.fullmatch(r"setting-1  of the settings\nana  since \d{4}-\d\d-\d\d \d\d:\d\d UTC\n", told)
    listed = keys("list", "--json")[1]
    assert [one["name"] for one in json.loads(listed)] == ["setting-1", "ana"]
    assert key not in listed
    assert "a-key-of-nobody" not in listed


def test_a_key_is_taken_back_by_its_name(keys, folder):
    keys("add", "ana")
    assert keys("revoke", "ana")[:2] == (0, "The key of ana counts no longer.\n")
    assert folder.named() == []
    code, out, err = keys("revoke", "ana")
    assert (code, out, "no key of 'ana'" in err) == (1, "", True)


def test_the_key_of_this_machine_is_shown_to_programs_that_run_on_it(keys, folder):
    shown = keys("show")[1].strip()
    assert shown == folder.own() == keys("show")[1].strip()


def test_an_address_that_lets_a_browser_in_is_another_each_time(keys, folder, monkeypatch):
    monkeypatch.setenv("ALMAZARA_PORT", "8123")
    first, second = keys("link")[1].strip(), keys("link", "--url", "http://localhost:9000/")[1].strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8123/entrar\?ficha=[\w-]{43}", first)
    assert re.fullmatch(r"http://localhost:9000/entrar\?ficha=[\w-]{43}", second)
    assert first.partition("=")[2] != second.partition("=")[2]
