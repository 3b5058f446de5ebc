"""The function that answers requests, put together before the first of them comes."""

from almazara.aws_lambda.serving import Serving
from almazara.aws_lambda.started import started

handler = Serving(started())
