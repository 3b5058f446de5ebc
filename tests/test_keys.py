"""Keys are kept as hashes where only their owner looks, are taken back by name, and let a browser in once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.errors import ConflictError, InputError, NotFoundError, UnavailableError
from almazara.keys import OWN, SESSION_LASTS, TICKET_LASTS, KeyFolder, fingerprint, given_out, signature
from price_shop import settings_over

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path):
    return KeyFolder(tmp_path / "home" / "keys")


def test_a_key_is_kept_as_its_hash_with_its_name_and_moment(keys):
    key = keys.add("ana", NOW)
    [kept] = keys.named()
    assert (kept.name, kept.sha256, kept.made) == ("ana", fingerprint(key), NOW)
    assert len(key) >= 43  # 256 bits
    assert all(key not in file.read_text() for file in keys.folder.iterdir())


def test_all_that_is_kept_is_for_its_owner_alone(keys):
    keys.add("ana", NOW)
    keys.new_ticket(NOW)
    folders = [keys.folder, keys.folder / "tickets"]
    files = [keys.folder / "named.json", keys.folder / OWN, *(keys.folder / "tickets").iterdir()]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700}
    assert len(files) == 3
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}


def test_one_that_is_taken_back_is_gone_and_the_others_stay(keys):
    for name in ("ana", "eva"):
        keys.add(name, NOW)
    keys.revoke("ana")
    assert [one.name for one in keys.named()] == ["eva"]
    with pytest.raises(NotFoundError, match="no key of 'ana'") as raised:
        keys.revoke("ana")
    assert raised.value.suggestions == ["eva"]


def test_a_name_has_one_key(keys):
    keys.add("ana", NOW)
    with pytest.raises(ConflictError, match="almazara keys revoke ana"):
        keys.add("ana", NOW)


@pytest.mark.parametrize("name", ["", "Ana", "a b", "-a", "a" * 41, "ñ", "own", "setting-1", "a\n", "../a"])
def test_a_name_that_is_none_is_refused(keys, name):
    with pytest.raises(InputError, match="no name of a key"):
        keys.add(name, NOW)


def test_keys_that_are_made_at_once_are_all_kept(keys):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keys.add(f"robot-{number}", NOW), range(24)))
    assert len(keys.named()) == 24


def test_the_key_of_this_machine_is_made_once(keys):
    assert keys.own() is None
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: keys.made_own(), range(8))) == {keys.own()}


def test_a_file_of_keys_that_is_damaged_is_said(keys):
    keys.add("ana", NOW)
    (keys.folder / "named.json").write_bytes(b"\xff{")
    with pytest.raises(UnavailableError, match="keys of this home cannot be read") as named:
        keys.named()
    keys.made_own()
    (keys.folder / OWN).write_bytes(b"\xff")
    with pytest.raises(UnavailableError, match="key of this machine") as own:
        keys.own()
    for raised in (named.value, own.value):  # where they lie is told to the owner alone
        assert str(keys.folder) in raised.for_owner
        assert str(keys.folder) not in str(raised)


def test_a_folder_that_cannot_be_written_is_said(keys):
    keys.folder.parent.mkdir()
    keys.folder.write_text("")
    with pytest.raises(UnavailableError, match="cannot be kept"):
        keys.made_own()


def test_of_many_that_bring_one_ticket_one_gets_in(keys):
    ticket = keys.new_ticket(NOW)
    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda _: keys.use_ticket(ticket, NOW), range(16)))
    assert [keys.is_session(one, NOW) for one in sessions if one is not None] == [True]


def test_a_ticket_that_is_too_old_lets_nobody_in_and_is_thrown_away(keys):
    ticket, late = keys.new_ticket(NOW), NOW + TICKET_LASTS
    assert keys.use_ticket(ticket, late) is None
    keys.new_ticket(NOW)
    keys.new_ticket(late)
    assert len(list((keys.folder / "tickets").iterdir())) == 1


def test_several_tickets_wait_side_by_side(keys):
    tickets = [keys.new_ticket(NOW) for _ in range(3)]
    assert all(keys.use_ticket(one, NOW) for one in tickets)


def test_a_session_ends_in_time_and_cannot_be_prolonged(keys):
    session = keys.use_ticket(keys.new_ticket(NOW), NOW)
    assert keys.is_session(session, NOW + SESSION_LASTS - timedelta(seconds=1))
    assert not keys.is_session(session, NOW + SESSION_LASTS)
    until, _, signed = session.partition(".")
    assert not keys.is_session(f"{int(until) + 1}.{signed}", NOW)


@given(st.text() | st.from_regex(r"[0-9]{10,12}\.[0-9a-f]{64}", fullmatch=True))
@example("9999999999." + "0" * 64)
@example("٩٩٩٩٩٩٩٩٩٩." + "0" * 64)
def test_what_nobody_signed_is_no_session(tmp_path_factory, text):
    keys = KeyFolder(tmp_path_factory.getbasetemp() / "forged")
    keys.made_own()
    assert not keys.is_session(text, NOW)


def test_a_signature_is_of_one_text_and_one_key():
    one, other = fingerprint("one"), fingerprint("other")
    assert len({signature(one, "a"), signature(one, "b"), signature(other, "a"), one}) == 4


def test_keys_of_the_settings_and_of_the_home_are_given_out_and_that_of_the_machine_is_not(tmp_path):
    settings = settings_over(tmp_path, api_keys=f"plain-key,sha256:{fingerprint('hashed')}")
    keys = KeyFolder(tmp_path / "keys")
    keys.made_own()
    keys.add("ana", NOW)
    found = {one.name: one.sha256 for one in given_out(settings)}
    assert list(found) == ["setting-1", "setting-2", "ana"]
    assert [found["setting-1"], found["setting-2"]] == [fingerprint("plain-key"), fingerprint("hashed")]
