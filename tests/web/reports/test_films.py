from selectolax.lexbor import LexborHTMLParser

from almazara.artifacts import open_artifacts
from almazara.movies.artifact import MOVIES
from almazara.movies.similar.attributes import NO_FILTERS
from almazara.web.reports.films import film_report
from almazara.words.numbers import Language
from sample_catalog import Made, publish_made, settings_for
from waiting import no_progress

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_the_title_of_a_film_is_text_wherever_a_report_names_it(tmp_path):
    money = [{"budget": str(10**6 + n * 10**5), "revenue": str(2 * 10**6), "vote_count": "90"} for n in range(40)]
    made = [Made(f"{HOSTILE} {number}", one) for number, one in enumerate(money)]
    films = publish_made(tmp_path, made)
    artifact = open_artifacts(settings_for(tmp_path)).current(MOVIES)
    report = film_report(films, artifact, NO_FILTERS, Language.ES, no_progress)
    page = LexborHTMLParser(report.html)
    assert page.css("script, img, [onerror]") == []
    assert HOSTILE in page.text()
    assert all("<script" not in one.svg for one in report.figures)
