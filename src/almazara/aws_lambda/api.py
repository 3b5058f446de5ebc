"""The function that answers requests: `almazara.aws_lambda.api.handler`, put together before the first of them comes."""

from almazara.aws_lambda.serving import Serving
from almazara.aws_lambda.started import started

handler = Serving(started())
