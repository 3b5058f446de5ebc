import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from almazara.cli.output import read_settings
from almazara.errors import InputError
from almazara.settings import Settings, env_example, settings_page

ROOT = Path(__file__).resolve().parents[1]


def test_the_defaults_need_no_environment(monkeypatch):
    monkeypatch.delenv("ALMAZARA_HOME")
    settings = Settings(_env_file=None)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.home_path == Path.home() / ".almazara"


def test_a_variable_of_the_environment_wins_over_the_default_and_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("ALMAZARA_PORT=1\nALMAZARA_MIN_VOTES=7\n", encoding="utf-8")
    monkeypatch.setenv("ALMAZARA_PORT", "2")
    settings = Settings(_env_file=tmp_path / ".env")
    assert (settings.port, settings.min_votes) == (2, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "abc"),
        ("KEEP_VERSIONS", "0"),
        ("RELOAD_SECONDS", "0"),
        ("MAX_LOSS_SHARE", "1.5"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("MIN_VOTES", "-1"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://films.example/"),
        ("CORS_ORIGINS", "https://films.example, films.example"),
        ("TIMEZONE", "Mars/X"),
        ("TIMEZONE", "../etc/passwd"),
        ("DELAY_SECONDS", "inf"),
        ("DELAY_SECONDS", "nan"),
        ("RELOAD_SECONDS", "inf"),
        ("SNAPSHOT_DAYS", "99999999"),
        ("MIN_VOTES", "1" + "0" * 30),
        ("HOME", "~nobody-of-this-name/home"),
        ("LSTM_MODEL", "~nobody-of-this-name"),
        ("HOST", "127.0.0.1\n"),
        ("CONTACT_URL", "a\x7fb"),
        ("USER_AGENT", "Aceites España"),
        ("USER_AGENT", "a\r\nCookie: b"),
        ("PROXIES", "host:3128"),
        ("PROXIES", "ftp://host"),
        ("PROXIES", "http://"),
        ("PROXIES", "http://host:99999"),
        ("PROXIES", "http://[::1"),
        ("NOTIFY_URLS", "me@mail.example"),
        ("TIMEZONE", "Europe/Madrid\t"),
    ],
)
def test_a_value_out_of_range_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"ALMAZARA_{name}", value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)


NUMBERS = [name for name, field in Settings.model_fields.items() if field.annotation in {int, float}]


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e400", "-1", "", " ", "1_0x", "9" * 5000])
@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_infinite_negative_or_none(monkeypatch, name, value):
    monkeypatch.setenv(f"ALMAZARA_{name.upper()}", value)
    if not value:  # as if it were not set
        assert Settings(_env_file=None) == Settings(_env_file=None, **{name: Settings.model_fields[name].default})
        return
    with pytest.raises(ValidationError):
        Settings(_env_file=None)


def test_what_is_wrong_with_a_secret_is_said_without_it(monkeypatch, run):
    monkeypatch.setenv("ALMAZARA_PROXIES", "ftp://me:hunter2@host")
    code, _, told = run("movies", "versions")
    assert code == 1
    assert "ALMAZARA_PROXIES" in told
    assert "hunter2" not in told


def test_settings_cannot_be_changed_once_read():
    with pytest.raises(ValidationError):
        Settings(_env_file=None).port = 1


def test_secrets_are_not_shown_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("ALMAZARA_API_KEYS", "first-secret, second-secret")
    settings = Settings(_env_file=None)
    assert [key.get_secret_value() for key in settings.api_keys] == ["first-secret", "second-secret"]
    assert "first-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (f"sha256:{hashlib.sha256(b'').hexdigest()}", "the hash of nothing"),
        ("a-long-key-of-ana,sha256:", "64 digits"),
        ("sha256:XYZ-not-a-hash", "64 digits"),
        ("x", "fewer than 8 characters"),
    ],
)
def test_a_key_that_anyone_has_or_guesses_is_refused_without_being_told(monkeypatch, keys, why):
    monkeypatch.setenv("ALMAZARA_API_KEYS", keys)
    with pytest.raises(InputError, match="ALMAZARA_API_KEYS") as refused:
        read_settings()
    assert why in str(refused.value)
    assert keys == "x" or keys not in str(refused.value)


def test_bytes_that_are_no_text_are_no_setting(monkeypatch):
    monkeypatch.setenv("ALMAZARA_STORE_URL", "postgresql://\udcff")
    with pytest.raises(InputError, match="no UTF-8"):
        read_settings()


def test_a_comma_inside_an_address_separates_nothing(monkeypatch):
    addresses = "mailto://me:a,b@mail.example?to=ana@a.example,eva@b.example, ntfy://topic,JSON://host/x,"
    monkeypatch.setenv("ALMAZARA_NOTIFY_URLS", addresses)
    found = [one.get_secret_value() for one in Settings(_env_file=None).notify_urls]
    assert found == ["mailto://me:a,b@mail.example?to=ana@a.example,eva@b.example", "ntfy://topic", "JSON://host/x"]


def test_a_comma_inside_the_password_of_a_proxy_separates_nothing(monkeypatch):
    monkeypatch.setenv("ALMAZARA_PROXIES", "http://me:a,b@one.example:3128, socks5://two.example")
    found = [one.get_secret_value() for one in Settings(_env_file=None).proxies]
    assert found == ["http://me:a,b@one.example:3128", "socks5://two.example"]


def test_every_setting_explains_itself():
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.rstrip().endswith((".", "...")), name


def test_the_example_in_the_repository_is_the_one_that_the_settings_write():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_page_in_the_documents_is_the_one_that_the_settings_write():
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_the_example_is_read_as_the_defaults(monkeypatch, tmp_path):
    monkeypatch.delenv("ALMAZARA_HOME")
    lines = [line.removeprefix("# ") for line in env_example().splitlines() if line.startswith("# ALMAZARA_")]
    filled = [line for line in lines if not line.endswith("=")]
    (tmp_path / ".env").write_text("\n".join(filled), encoding="utf-8")
    assert Settings(_env_file=tmp_path / ".env") == Settings(_env_file=None)
