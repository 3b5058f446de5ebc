"""The sample that the package brings with it."""

import pytest

from almazara.movies.sample import SAMPLE_NOTICE, sample_files
from sample import make_sample


@pytest.mark.training
def test_the_archive_holds_exactly_what_the_tool_makes():
    assert sample_files() == make_sample()


def test_the_notice_says_in_both_languages_that_it_is_invented():
    assert "inventada" in SAMPLE_NOTICE
    assert "invented" in SAMPLE_NOTICE
