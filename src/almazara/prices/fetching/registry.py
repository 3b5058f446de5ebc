"""The page source that the settings name; its library is imported only then."""

from __future__ import annotations

from typing import Final

from almazara.prices.fetching.protocol import PageSource
from almazara.settings import Settings

_DEMO_DELAY_SECONDS: Final = 0.0


def page_source(
    settings: Settings, *, loopback_ports: frozenset[int] = frozenset(), patient: bool = True
) -> PageSource:
    """The page source that the settings name.

    Args:
        settings: The settings.
        loopback_ports: Ports on this machine that may be fetched from, beside those of the settings.
        patient: Whether the pauses of the settings are kept; the demo shop needs none.
    """
    from almazara.prices.fetching.addresses import AddressPolicy
    from almazara.prices.fetching.config import HttpConfig
    from almazara.prices.fetching.host_states import FileHostStates, MemoryHostStates
    from almazara.prices.fetching.politeness import Politeness

    politeness = Politeness(
        delay_seconds=settings.delay_seconds, daily_budget=settings.daily_budget, robots=settings.obey_robots
    )
    if not patient:
        politeness = Politeness(delay_seconds=_DEMO_DELAY_SECONDS, jitter=0, daily_budget=10**9, cool_off_seconds=5)
    config = HttpConfig(
        contact_url=settings.contact_url,
        user_agent=settings.user_agent,
        proxies=tuple(proxy.get_secret_value() for proxy in settings.proxies),
        politeness=politeness,
        addresses=AddressPolicy(loopback_ports=loopback_ports | frozenset(settings.loopback_ports)),
    )
    states = FileHostStates(settings.home_path / "hosts") if patient else MemoryHostStates()
    if settings.page_source == "scrapy" and patient:
        from almazara.prices.fetching.scrapy_source import ScrapySource

        return ScrapySource(config, states)
    from almazara.prices.fetching.http import HttpSource

    return HttpSource(config, states)
