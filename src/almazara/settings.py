"""The settings of Almazara: the only reader of the environment (`ALMAZARA_...` variables and `.env`)."""

import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

_PREFIX: Final = "ALMAZARA_"
_ARGUMENTS: Final = frozenset({"ALMAZARA_MIGRATE_TO"})  # of a command, which may stand in the environment
# Beyond these, moments leave the calendar.
_DAY_SECONDS: Final = 86_400
_MOST_DAYS: Final = 36_500
_MOST_VOTES: Final = 1_000_000_000  # beyond, no array of counts compares with it
_PROXY_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]")  # the last: bytes that are no UTF-8
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BETWEEN_ADDRESSES: Final = re.compile(r",\s*(?=[a-z][a-z0-9+.-]*://|$)", re.IGNORECASE)


KEY_HASH: Final = re.compile(r"sha256:([0-9a-f]{64})")
_HASH_OF_NOTHING: Final = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_SHORTEST_KEY: Final = 8


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _split_addresses(value: object) -> object:
    """A comma parts two addresses only where the next one begins: an address may hold some itself."""
    return [one.strip() for one in _BETWEEN_ADDRESSES.split(value) if one.strip()] if isinstance(value, str) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name[:40]!r} is no time zone: give an IANA name such as Europe/Madrid") from error
    return name


def _reachable(folder: Path) -> Path:
    try:
        folder.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{str(folder)[:60]!r} begins with a user whom this machine does not know") from error
    return folder


def _proxy(address: SecretStr) -> SecretStr:
    """What is wrong is said without the address, which may hold a password."""
    try:
        parts = urlsplit(address.get_secret_value())
        is_proxy = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_proxy = False
    if not is_proxy:
        raise ValueError(f"it is no address of a proxy, such as http://host:3128 ({', '.join(_PROXY_SCHEMES)})")
    return address


def _key(text: SecretStr) -> SecretStr:
    """What is wrong is said without the key."""
    key = text.get_secret_value()
    if key == _HASH_OF_NOTHING:
        raise ValueError("it is the hash of nothing, which anyone has: the key that it was to be made of was empty")
    if key.startswith("sha256:") and not KEY_HASH.fullmatch(key):
        raise ValueError("behind sha256: come the 64 digits (0-9, a-f) of a key's hash")
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"a key of fewer than {_SHORTEST_KEY} characters is guessed: `almazara keys add NAME`")
    return text


def _with_scheme(address: SecretStr) -> SecretStr:
    if not _SCHEME.match(address.get_secret_value()):
        raise ValueError("it has no scheme, such as that of mailto://user:password@host")
    return address


def _model(name: str) -> str:
    if not re.fullmatch("[a-z_]{1,40}", name):
        raise ValueError(f"{name[:40]!r} is no name of a model, such as ets: small letters, commas between two")
    return name


CommaSeparatedKeys = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_key)], ...], NoDecode, BeforeValidator(_split)
]
"""Keys in one variable; they show as stars wherever the settings are printed."""
CommaSeparatedOrigins = Annotated[
    tuple[Annotated[str, Field(pattern=r"^https?://[a-z0-9.\-\[\]:]+$")], ...], NoDecode, BeforeValidator(_split)
]
CommaSeparatedAddresses = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_with_scheme)], ...], NoDecode, BeforeValidator(_split_addresses)
]
"""Addresses in one variable, each with its scheme; secrets, because they may hold passwords."""
CommaSeparatedProxies = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_proxy)], ...], NoDecode, BeforeValidator(_split_addresses)
]
HeaderText = Annotated[str, Field(pattern="^[ -~]{0,400}$")]
"""What a header of a request may hold."""
CommaSeparatedPorts = Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], NoDecode, BeforeValidator(_split)]


CommaSeparatedModels = Annotated[tuple[Annotated[str, AfterValidator(_model)], ...], NoDecode, BeforeValidator(_split)]
CommaSeparatedHours = Annotated[tuple[Annotated[int, Field(ge=0, le=23)], ...], NoDecode, BeforeValidator(_split)]
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEVER: Final = "never"


class Settings(BaseSettings):
    """Everything that can be configured; each field is the variable ALMAZARA_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        use_attribute_docstrings=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _without_control_characters(cls, value: object) -> object:
        """None is meant, and what reads such a value, as a path or an address, may fail long after the start."""
        if isinstance(value, str) and _CONTROL.search(value):
            raise ValueError("it holds a control character, or bytes that are no UTF-8")
        return value

    home: Annotated[Path, AfterValidator(_reachable)] = Path("~/.almazara")
    """Folder where everything that Almazara builds and keeps lives."""
    host: str = "127.0.0.1"
    """Address on which the server listens; 0.0.0.0 in a container."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port on which the server listens; 0 takes a free one."""
    max_connections: Annotated[int, Field(ge=10)] = 500
    """Connections that a server, or each of its workers, holds, at most half of the files that it may open. One more
    takes the place of that whose client was waited for longest; where requests are under way in nine of ten, others are
    answered 503."""
    client_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """How long a client may take to send the head of a request, then its body, and to read on in an answer."""
    log_level: Annotated[str, Field(pattern="^(?i:debug|info|warning|error)$")] = "INFO"
    """Least level that is logged: debug, info, warning or error."""
    log_format: Annotated[str, Field(pattern="^(text|json)$")] = "text"
    """How events are logged: text, or json, an object a line."""
    otlp_endpoint: Annotated[
        str, Field(validation_alias=AliasChoices("ALMAZARA_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"))
    ] = ""
    """Collector of OpenTelemetry to which traces are sent by HTTP, as http://127.0.0.1:4318 (an extra); none without
    one. OTEL_EXPORTER_OTLP_ENDPOINT says so too."""
    keep_versions: Annotated[int, Field(ge=1)] = 3
    """How many versions of an artifact stay, so that one can go back."""
    reload_seconds: Annotated[float, Field(gt=0, le=_DAY_SECONDS)] = 1.0
    """How often the running server looks for a newly published artifact."""
    min_votes: Annotated[int, Field(ge=0, le=_MOST_VOTES)] = 2000
    """A film's vote average is answered only with more votes than this."""
    max_loss_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """A build that loses more than this share of the film rows publishes nothing."""
    reading_mb: Annotated[int, Field(ge=200)] | None = None
    """Memory in MB that reading a file which others made may take: a file that needs more is refused, as one that was
    made to fill a machine. Without it 800, and for raw films twenty times their bytes where that is more."""
    champion_margin: Annotated[float, Field(ge=0, le=1)] = 0.01
    """What is retrained is published unless its NDCG@10 is below the published one's by more than this share."""
    wait_saves: Annotated[float, Field(ge=0, le=1_000_000)] = 0.1
    """A wait for a lower price is advised where it is expected to save this much money at least, for all that is to be
    bought; from the next retraining on, as the next one."""
    wait_saves_percent: Annotated[float, Field(ge=0, le=100)] = 1.0
    """The same in percent of the price."""

    store_url: SecretStr | None = None
    """Where prices, and what users do with films, are kept: sqlite:///file, postgresql://user:password@host/name,
    dynamodb://table?region=... (prices alone); by default SQLite files in the home folder."""
    artifacts_url: SecretStr | None = None
    """Where several machines share what is published, films and forecasts: s3://bucket/path, or any URL that fsspec
    opens (an extra). Without one, those that share a store share the forecasts through it."""
    queue_url: str = ""
    """Queue of SQS over which the functions of AWS Lambda share what is to be read."""
    api_keys: CommaSeparatedKeys = ()
    """Keys that may write, separated by commas; in place of one `sha256:` and its hash. `almazara keys add NAME` makes
    others. Without any, this machine alone may, with a key of its own (`almazara keys link`)."""
    open_writes: bool = False
    """Whether anyone may write while there is no key: only behind something that lets in none but those who may."""
    media_token: SecretStr | None = None
    """Token of a Plex or Jellyfin server, for `almazara movies events fetch`, which asks for it where it is not set."""
    writes_per_minute: Annotated[int, Field(ge=1)] = 30
    """How many writing requests a key, or an address without one, may make in a minute; a key at all servers that share
    a store together."""
    cors_origins: CommaSeparatedOrigins = ()
    """Sites whose pages may ask from a browser (CORS), separated by commas, as https://films.example or
    http://localhost:5173; none by default. Writing takes a key from there too."""
    frame_origins: CommaSeparatedOrigins = ()
    """Sites whose pages may show ours in a frame, separated by commas, as https://huggingface.co where a Space is shown
    so; none by default."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Madrid"
    """IANA name of the zone whose calendar days count in price series."""
    page_source: Annotated[str, Field(pattern="^(http|scrapy)$")] = "http"
    """How pages are fetched: http, or scrapy (many shops at once; an extra)."""
    page_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Processor time that reading one page may take; a page that takes more is unreadable."""
    contact_url: HeaderText = ""
    """Page or mail address that the user agent names, so that a shop can ask who reads it."""
    user_agent: HeaderText = ""
    """Replaces the whole user agent; empty is the honest default, Almazara and its version."""
    proxies: CommaSeparatedProxies = ()
    """Proxy addresses (http, https, socks5), separated by commas, used in turn; one that is dead is set aside."""
    delay_seconds: Annotated[float, Field(ge=0, le=_DAY_SECONDS)] = 5.0
    """Shortest pause between two requests to a shop; robots.txt may ask for more."""
    daily_budget: Annotated[int, Field(ge=1)] = 500
    """Requests a shop gets in a day, repetitions included."""
    obey_robots: bool = True
    """Whether robots.txt is obeyed."""
    loopback_ports: CommaSeparatedPorts = ()
    """Ports on this machine from which pages may be fetched, for shops in tests; none by default."""
    snapshot_days: Annotated[int, Field(ge=0, le=_MOST_DAYS)] = 90
    """How many days fetched pages are kept, so that they can be read again when a rule is mended."""
    notify_urls: CommaSeparatedAddresses = ()
    """Where alerts go, as Apprise writes them: mailto://, tgram://, ntfy://, json:// ...; a comma before the next one's
    scheme separates them, any other belongs to its address."""
    language: Annotated[str | None, Field(pattern="^(es|en)$")] = None
    """Language of alerts, and of what the command line says of prices: es or en; by default alerts and advice are in
    Spanish, and how the price reader and the forecasts do is said in English."""
    challengers: CommaSeparatedModels = ()
    """Models that a retraining tries beside `ensemble` and the naive ones, on at most 100 products: names of
    docs/prices-models.md, separated by commas, or all that are installed: all. They take minutes."""
    lstm_model: Annotated[Path, AfterValidator(_reachable)] | None = None
    """Folder of an LSTM that `almazara prices train-lstm` or its notebook trained, which is tried then (an extra);
    without one, a retraining that names it trains one of its own."""
    schedule: bool = False
    """Whether the server reads prices, alerts, forecasts and renews films by itself; `up --schedule` says so too."""
    scrape_hours: CommaSeparatedHours = (7, 19)
    """Hours of the day, in the time zone, at which the schedule reads prices, separated by commas."""
    films_renewed_on: Annotated[str, Field(pattern=f"^({'|'.join([*WEEKDAYS, NEVER])})$")] = "sunday"
    """Day of the week on which the schedule trains films anew, or never."""
    films_renewed_at: Annotated[int, Field(ge=0, le=23)] = 4
    """Hour of that day."""
    schedule_jitter_minutes: Annotated[float, Field(ge=0, le=240)] = 10.0
    """Each hour of the schedule comes later by a random part of so many minutes, or of half the time to the next."""
    demo: bool = True
    """Whether `up` follows the demo shop while nothing else is followed."""

    @property
    def home_path(self) -> Path:
        """The home folder with `~` expanded."""
        return self.home.expanduser()


def unknown_settings() -> dict[str, str | None]:
    """Variables of the environment and of `.env` that are named like settings, each with the nearest that is one."""
    sources = (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
    named = {name.upper() for source in sources for name in source.env_vars}
    known = [name.upper() for name in Settings.model_fields]
    unknown = sorted(name.removeprefix(_PREFIX) for name in named - _ARGUMENTS if name.startswith(_PREFIX))
    near = {name: get_close_matches(name, known, n=1) for name in unknown if name not in known}
    return {f"{_PREFIX}{name}": f"{_PREFIX}{one[0]}" if one else None for name, one in near.items()}


def plain_settings(settings: Settings) -> tuple[list[str], list[str]]:
    """The settings that are not as they are by default, as lines of a `.env`, and the names of those with secrets.

    A secret is in no line, and where the home folder is depends on the machine.
    """
    lines, secrets = [], []
    for name, field in Settings.model_fields.items():
        value, variable = getattr(settings, name), f"ALMAZARA_{name.upper()}"
        if value == field.default or name == "home":
            continue
        parts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, SecretStr) for part in parts):
            secrets.append(variable)
        else:
            lines.append(f"{variable}={','.join(map(str, parts))}")
    return lines, secrets


def env_example() -> str:
    """The text of `.env.example`: each setting with its sentence and default, commented out."""
    lines = ["# Settings of Almazara; made by `make settings` from src/almazara/settings.py.", ""]
    for variable, sentence, default in _described():
        lines += [f"# {sentence}", f"# {variable}={default}", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """The text of `docs/settings.md`: a table of the settings."""
    lines = [
        "# Settings",
        "",
        "Variables of the environment, or lines of a file `.env` in the folder where the command runs.",
        "Made by `make settings` from `src/almazara/settings.py`.",
        "",
        "| variable | default | what |",
        "|---|---|---|",
    ]
    for variable, sentence, default in _described():
        lines.append(f"| `{variable}` | {f'`{default}`' if str(default) else ''} | {sentence} |")
    return "\n".join([*lines, ""])


def _described() -> Iterator[tuple[str, str, object]]:
    """Variable, sentence and default of each setting; an empty default is left empty."""
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else field.default
        if isinstance(default, tuple):
            default = ",".join(map(str, default))
        yield f"ALMAZARA_{name.upper()}", " ".join((field.description or "").split()), default


if __name__ == "__main__":
    sys.stdout.write(settings_page() if "--page" in sys.argv else env_example())
