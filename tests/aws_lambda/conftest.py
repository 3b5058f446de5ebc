"""An account of AWS on loopback: a table on dynalite, a queue and a bucket on moto, and functions that know them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import store_at
from aws_template import allowed
from lambda_package import LEFT_OUT
from lambda_runtime import Function, function

RECORDING = Path(__file__).resolve().parents[1] / "recording"
_REGION = "eu-west-1"
RIGHT_OF = {"sqs:SendMessageBatch": "sqs:SendMessage", "s3:HeadObject": "s3:GetObject"}
"""Calls that are allowed by a right of another name."""


@dataclass
class Account:
    """What the template makes, here."""

    store: ObservationStore
    sqs: Any
    s3: Any
    queue_url: str
    bucket: str
    environment: dict[str, str]

    @contextmanager
    def function(self, handler: str, **settings: str) -> Iterator[Function]:
        """A function of the template; what it does in AWS must be what the template lets it do."""
        calls = Path(self.environment["ALMAZARA_HOME"]) / f"{handler}.calls"
        with function(handler, {**self.environment, **settings, "AWS_CALLS": str(calls)}) as started:
            yield started
        done = {RIGHT_OF.get(call, call) for call in calls.read_text().split()}
        assert done <= set(allowed(handler.capitalize())), done - set(allowed(handler.capitalize()))

    def received(self) -> dict[str, Any] | None:
        """One message as an event of the queue's; None where there is none to be had."""
        answer = self.sqs.receive_message(QueueUrl=self.queue_url, AttributeNames=["All"], WaitTimeSeconds=0)
        return next((as_record(message) for message in answer.get("Messages", [])), None)

    def deleted(self, record: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=record["receiptHandle"])


def as_record(message: dict[str, Any]) -> dict[str, Any]:
    """A message of SQS as Lambda hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "eventSource": "aws:sqs",
    }


@pytest.fixture
def account(aws, moto, dynalite, tmp_path) -> Iterator[Account]:
    from boto3.session import Session

    name = f"almazara-{uuid.uuid4().hex}"
    store_url = f"dynamodb://{name}?region={_REGION}&endpoint={dynalite}"
    sqs, s3 = (Session().client(service, region_name=_REGION, endpoint_url=moto) for service in ("sqs", "s3"))
    queue = sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": _REGION})
    store = store_at(store_url)
    home = tmp_path / "function"
    home.mkdir()
    environment = {
        "ALMAZARA_HOME": str(home),
        "ALMAZARA_STORE_URL": store_url,
        "ALMAZARA_QUEUE_URL": queue,
        "ALMAZARA_DEMO": "false",
        "ABSENT": ",".join(LEFT_OUT),
        "PYTHONPATH": os.pathsep.join([str(RECORDING), os.environ.get("PYTHONPATH", "")]),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ENDPOINT_URL": moto,
    }
    yield Account(store, sqs, s3, queue, name, environment)
    store.close()
