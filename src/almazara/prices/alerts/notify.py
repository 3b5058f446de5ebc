"""Messages out through Apprise: mail, Telegram, ntfy, webhooks and what else it knows.

The addresses hold passwords and tokens, so they are never logged and stand in no error: a target is known by its number
and kind (`1-mailto`). They come from the owner's settings or command line alone, never from a request: an address may
point anywhere, also into the owner's own network, so whoever may choose one could make the server call any host.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import apprise

from almazara.errors import InputError

# Apprise logs the addresses that it cannot use, and answers of services, at levels up to ERROR.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class AppriseNotifier:
    """Sends to each of the owner's addresses (https://github.com/caronc/apprise/wiki); what is none is refused."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._services: Mapping[str, apprise.Apprise] = dict(
            _service(number, address) for number, address in enumerate(addresses, start=1)
        )

    def __repr__(self) -> str:
        return f"AppriseNotifier({', '.join(self.targets)})"

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets: place in the list and kind of address."""
        return tuple(self._services)

    def send(self, target: str, title: str, body: str) -> str | None:
        """Send a message; None when the service took it, else why not, without the address."""
        try:
            taken = self._services[target].notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - one of a hundred plugins; its message may hold the address
            return f"The service {target} failed with {type(error).__name__}."
        return None if taken else f"The service {target} did not take the message."


def _service(number: int, address: str) -> tuple[str, apprise.Apprise]:
    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    try:
        # The first address makes Apprise import all its plugins, one of which imports a deprecated module.
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            understood = service.add(address)
    except Exception:  # noqa: BLE001 - as above; the cause is dropped because it may show the address
        understood = False
    if not understood:
        raise InputError(
            f"The notification address number {number} (ALMAZARA_NOTIFY_URLS) is not understood: "
            "see https://github.com/caronc/apprise/wiki for its form."
        ) from None
    return f"{number}-{urlsplit(address).scheme.lower()}", service
