"""Writes advice policies into the folder of the forecasts and reads them again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from almazara.prices.advice_policy import AdvicePolicies

_POLICIES = "advice.json"


def write(folder: Path, policies: AdvicePolicies) -> None:
    """Write the policies as JSON."""
    (folder / _POLICIES).write_bytes(msgspec.json.encode(policies))


def read(folder: Path) -> AdvicePolicies:
    """The policies of a folder; none where it was written before there were any."""
    path = folder / _POLICIES
    return msgspec.json.decode(path.read_bytes(), type=AdvicePolicies) if path.exists() else AdvicePolicies()
