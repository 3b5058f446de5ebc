"""How much property tests try: few examples by day, the same in every run; many by night, others in every run."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
NIGHTLY, QUICK = PROFILE == "nightly", PROFILE == "quick"  # `make nightly`, `make quick`

settings.register_profile(
    "default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=15)
settings.register_profile("nightly", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=1000)
settings.load_profile(PROFILE)


def by_night(*values: Any) -> list[Any]:
    """Parameters that take long, of a kind that others stand for: only `make nightly` tries them."""
    return [pytest.param(value, marks=pytest.mark.nightly) for value in values]


def examples(*, nightly: int) -> int:
    """How many to try of what takes long each time."""
    return nightly if NIGHTLY else min(nightly, 5 if QUICK else 15)
