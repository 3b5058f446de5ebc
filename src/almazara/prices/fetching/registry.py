"""The page source that the settings name; its library is imported only then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from almazara.prices.fetching.protocol import PageSource
from almazara.prices.fetching.proxies import Proxies
from almazara.settings import Settings

if TYPE_CHECKING:
    from almazara.prices.fetching.host_states import Documents
    from almazara.prices.fetching.scrapy_source import ScrapyProcess

SHOPS_AT_ONCE: Final = {"http": 8, "scrapy": 32}
"""How many shops a run reads side by side, by page source."""


def scrapy_process(settings: Settings) -> ScrapyProcess | None:
    """What the page sources of one product share when the settings name Scrapy; nothing is started yet."""
    if settings.page_source != "scrapy":
        return None
    from almazara.prices.fetching.scrapy_source import ScrapyProcess

    return ScrapyProcess()


def open_proxies(settings: Settings) -> Proxies:
    """The proxies of the settings; who is set aside is known to all processes of this machine."""
    addresses = [proxy.get_secret_value() for proxy in settings.proxies]
    return Proxies(addresses, lambda: datetime.now(UTC), settings.home_path / "hosts" / "proxies.json")


def page_source(
    settings: Settings,
    *,
    scrapy: ScrapyProcess | None = None,
    loopback_ports: frozenset[int] = frozenset(),
    patient: bool = True,
    documents: Documents | None = None,
) -> PageSource:
    """The page source that the settings name.

    Args:
        settings: The settings.
        scrapy: The process that Scrapy's sources share; one of its own when None.
        loopback_ports: Ports on this machine that may be fetched from, beside those of the settings.
        patient: Whether the pauses and proxies of the settings are kept; the demo shop, on this machine, needs none.
        documents: Where pauses, budgets and stops of hosts are kept for all machines; on this one alone when None.
    """
    from almazara.prices.fetching.addresses import AddressPolicy
    from almazara.prices.fetching.config import HttpConfig
    from almazara.prices.fetching.host_states import FileHostStates, HostStates, MemoryHostStates, StoredHostStates
    from almazara.prices.fetching.politeness import Politeness

    politeness = Politeness(
        delay_seconds=settings.delay_seconds, daily_budget=settings.daily_budget, robots=settings.obey_robots
    )
    if not patient:
        politeness = Politeness(delay_seconds=0.0, jitter=0, daily_budget=10**9, cool_off_seconds=5)
    proxies = open_proxies(settings) if patient else None
    config = HttpConfig(
        contact_url=settings.contact_url,
        user_agent=settings.user_agent,
        proxies=tuple(proxies.addresses) if proxies else (),
        politeness=politeness,
        addresses=AddressPolicy(loopback_ports=loopback_ports | frozenset(settings.loopback_ports)),
    )
    states: HostStates = MemoryHostStates()
    if patient:
        states = StoredHostStates(documents) if documents else FileHostStates(settings.home_path / "hosts")
    if settings.page_source == "scrapy" and patient:
        from almazara.prices.fetching.scrapy_source import ScrapySource

        return ScrapySource(config, states, scrapy, proxies=proxies)
    from almazara.prices.fetching.http import HttpSource

    return HttpSource(config, states, proxies=proxies)
