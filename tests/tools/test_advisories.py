"""The stored list of advisories answers for the releases that it names, and no others."""

import pytest

from advisories import is_affected

RANGES = [
    {"type": "GIT", "events": [{"introduced": "0"}]},
    {
        "type": "ECOSYSTEM",
        "events": [{"introduced": "0"}, {"fixed": "1.10"}, {"introduced": "2"}, {"last_affected": "2.5"}],
    },
]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.1", True),
        ("1.9", True),
        ("1.10rc1", True),
        ("1.10", False),
        ("1.11", False),
        ("2", True),
        ("2.5", True),
        ("2.5.1", False),
    ],
)
def test_a_release_is_affected_from_what_introduced_a_fault_to_what_mended_it(version, expected):
    assert is_affected(version, {"ranges": RANGES}) is expected


def test_a_release_that_is_named_is_affected_whatever_the_ranges_say():
    assert is_affected("3", {"ranges": RANGES, "versions": ["3"]})
    assert not is_affected("3.1", {"ranges": RANGES, "versions": ["3"]})
