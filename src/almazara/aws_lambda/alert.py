"""The function that alerts, an hour after prices were begun to be read."""

from contextlib import closing
from typing import Any

from almazara.app.prices import open_prices, send_alerts
from almazara.artifacts import open_artifacts
from almazara.aws_lambda.remote import without_bucket
from almazara.aws_lambda.started import started
from almazara.mirror import pull_current
from almazara.prices.publishing import FORECASTS


def handler(_event: Any, _context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's own objects
    """Tell those whom the settings name of what has come true; what was told before is not told again.

    Raises:
        UnavailableError: when the store or the bucket does not answer; Lambda calls again.
    """
    settings, bucket = without_bucket(started())
    if bucket is not None:
        pull_current(open_artifacts(settings), bucket, FORECASTS, tables=False)
    with closing(open_prices(settings, serving=False)) as prices:
        prices.forecasts.refresh()
        found, delivered = send_alerts(settings, prices.service)
    return {"found": found, "sent": delivered.sent}
