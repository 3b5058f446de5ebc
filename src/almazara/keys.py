"""Who may write: keys that are known by their hashes alone and taken back by name, and the key of this machine."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from almazara.errors import ConflictError, InputError, NotFoundError, UnavailableError
from almazara.files import file_lock, keep_private, make_folder, make_private, replace_file
from almazara.settings import KEY_HASH, Settings
from almazara.words.said import said

OWN: Final = "own"
"""The name of the key of this machine."""
TICKET_LASTS: Final = timedelta(hours=1)
SESSION_LASTS: Final = timedelta(days=30)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SESSION: Final = re.compile(r"([0-9]{10,12})\.([0-9a-f]{64})")


class Key(msgspec.Struct, frozen=True):
    """A key that may write, as it is kept.

    Attributes:
        name: Who holds it; how often it writes is counted by this.
        sha256: Its hash, in hexadecimal. Keys are long and random: a slow hash would add nothing.
        made: When it was made (UTC); None for one of the settings.
    """

    name: str
    sha256: str
    made: datetime | None = None


def fingerprint(key: str) -> str:
    """The hash of a key, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def signature(sha256: str, text: str) -> str:
    """What shows that a holder of the key with this hash wrote a text; from it nobody learns either."""
    return hmac.new(bytes.fromhex(sha256), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The keys of a home, in a folder that only its owner may look into.

    Everything is read anew each time: a key that is taken back is refused at once, by all processes.
    """

    folder: Path

    def named(self) -> list[Key]:
        """The keys that were given out.

        Raises:
            UnavailableError: when they cannot be read.
        """
        try:
            found = msgspec.json.decode(self._named.read_bytes(), type=list[Key])
            _require_keys(found)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise UnavailableError(said("kept.keys.unreadable"), f"{self._named}: {error}") from error
        return found

    def add(self, name: str, now: datetime) -> str:
        """Make a key for somebody; it is returned once, and only its hash is kept.

        Raises:
            InputError: for a name that is none.
            ConflictError: when somebody of that name has one.
        """
        if not _NAME.fullmatch(name) or name == OWN or name.startswith("setting-"):
            raise InputError(
                f"{name[:40]!r} is no name of a key: give up to 40 small letters, digits, dots and hyphens, neither "
                f"`{OWN}` nor `setting-...`."
            )
        key = secrets.token_urlsafe(32)
        with self._changing():
            known = self.named()
            if any(one.name == name for one in known):
                raise ConflictError(f"There is a key of {name} already: `almazara keys revoke {name}` takes it back.")
            replace_file(
                self._named, msgspec.json.encode([*known, Key(name, fingerprint(key), now)]), durable=True, private=True
            )
        return key

    def revoke(self, name: str) -> None:
        """Take a key back; that of this machine with all browsers that it has signed in.

        Raises:
            NotFoundError: when nobody of that name has one.
        """
        with self._changing():
            known = self.named()
            kept = [one for one in known if one.name != name]
            if name == OWN and self._own.exists():
                self._own.unlink()
            elif len(kept) < len(known):
                replace_file(self._named, msgspec.json.encode(kept), durable=True, private=True)
            else:
                raise NotFoundError(f"There is no key of {name[:40]!r} in this home.", [one.name for one in known])

    def own(self) -> str | None:
        """The key of this machine, where one was made.

        Raises:
            UnavailableError: when it cannot be read.
        """
        try:
            return self._own.read_text(encoding="ascii") or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise UnavailableError(said("kept.keys.unreadable_own"), f"{self._own}: {error}") from error

    def made_own(self) -> str:
        """The key of this machine, which is made where there is none."""
        with self._changing():
            key = self.own()
            if key is None:
                key = secrets.token_urlsafe(32)
                replace_file(self._own, key.encode(), durable=True, private=True)
        return key

    def new_ticket(self, now: datetime) -> str:
        """What signs one browser in, once, within TICKET_LASTS; it needs the key of this machine, which is made."""
        self.made_own()
        ticket, until = secrets.token_urlsafe(32), int((now + TICKET_LASTS).timestamp())
        with self._changing():
            make_folder(self._tickets)
            for old in self._tickets.iterdir():
                if not _is_fresh(old, now):
                    old.unlink(missing_ok=True)
            make_private(self._tickets / f"{fingerprint(ticket)}.{until}")
        return ticket

    def use_ticket(self, ticket: str, now: datetime) -> str | None:
        """The session of the browser that brings a ticket; None for one that was used, is too old, or is none."""
        own = self.own()
        for file in self._tickets.glob(f"{fingerprint(ticket)}.*"):
            with suppress(FileNotFoundError):
                file.unlink()  # of several at once, one removes it
                if own is not None and _is_fresh(file, now):
                    until = str(int((now + SESSION_LASTS).timestamp()))
                    return f"{until}.{_session_signature(own, until)}"
        return None

    def is_session(self, text: str, now: datetime) -> bool:
        """Whether this is a session that has not ended, made with the key of this machine as it is now."""
        parts, own = _SESSION.fullmatch(text), self.own()
        if parts is None or own is None:
            return False
        is_ours = hmac.compare_digest(parts[2], _session_signature(own, parts[1]))
        return is_ours and now.timestamp() < int(parts[1])

    @property
    def _named(self) -> Path:
        return self.folder / "named.json"

    @property
    def _own(self) -> Path:
        return self.folder / OWN

    @property
    def _tickets(self) -> Path:
        return self.folder / "tickets"

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            make_folder(self.folder)
            keep_private(self.folder)
            with file_lock(self.folder / ".lock"):
                yield
        except OSError as error:
            raise UnavailableError("The keys of this home cannot be kept.", f"{self.folder}: {error}") from error


def key_folder(settings: Settings) -> KeyFolder:
    """Where the keys of a home are."""
    return KeyFolder(settings.home_path / "keys")


def given_out(settings: Settings) -> list[Key]:
    """All keys but that of this machine: those that the settings hold, and those that were made in the home.

    In the settings each stands itself, or `sha256:` and its hash.

    Raises:
        UnavailableError: when those of the home cannot be read.
    """
    texts = [key.get_secret_value() for key in settings.api_keys]
    hashes = [known[1] if (known := KEY_HASH.fullmatch(text)) else fingerprint(text) for text in texts]
    held = [Key(f"setting-{number}", sha256) for number, sha256 in enumerate(hashes, start=1)]
    return [*held, *key_folder(settings).named()]


def _require_keys(found: Sequence[Key]) -> None:
    """Refuse what was never given out so: the hash of a key that is none would be no key's, and fail each that asks."""
    for number, key in enumerate(found, start=1):
        if not _NAME.fullmatch(key.name) or not _HASH.fullmatch(key.sha256):
            raise ValueError(f"the key {number} has no name of a key, or a sha256 that is no 64 digits (0-9, a-f)")


def _is_fresh(ticket: Path, now: datetime) -> bool:
    until = ticket.suffix[1:]
    return until.isdecimal() and now.timestamp() < int(until)


def _session_signature(own: str, until: str) -> str:
    return signature(fingerprint(own), f"session until {until}")
