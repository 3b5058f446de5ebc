"""What the functions ask of AWS: a queue to send to, and a bucket to copy from."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from almazara.errors import InputError, MissingExtraError, UnavailableError
from almazara.mirror import AT_ONCE
from almazara.settings import Settings

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ModuleNotFoundError as error:
    raise MissingExtraError("aws", "AWS Lambda") from error

_SENT_AT_ONCE: Final = 10  # the limit of SendMessageBatch


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a FIFO queue: a `group` is worked on one by one, a `name` is taken once in five minutes."""

    name: str
    group: str
    body: str


def send(queue_url: str, messages: Sequence[Message]) -> None:
    """Put messages into a FIFO queue.

    Raises:
        UnavailableError: when some could not be sent; sending all again does no harm.
    """
    with _translated(f"the queue {queue_url}"):
        client: Any = boto3.session.Session().client("sqs")
        for start in range(0, len(messages), _SENT_AT_ONCE):
            batch = messages[start : start + _SENT_AT_ONCE]
            answer = client.send_message_batch(QueueUrl=queue_url, Entries=[_entry(*one) for one in enumerate(batch)])
            if failed := answer.get("Failed"):
                raise UnavailableError(f"{len(failed)} messages were not sent to {queue_url}: {failed[0]['Code']}.")


def _entry(number: int, message: Message) -> dict[str, str]:
    return {
        "Id": str(number),
        "MessageBody": message.body,
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.name,
    }


class Bucket:
    """The files below `s3://bucket/prefix`; threads may share it.

    Raises:
        UnavailableError: from every method, when S3 does not answer or refuses.
    """

    def __init__(self, url: str) -> None:
        self._name, _, self._prefix = url.removeprefix("s3://").partition("/")
        with _translated(url):
            self._client: Any = boto3.session.Session().client("s3", config=Config(max_pool_connections=AT_ONCE))

    def get(self, path: str) -> bytes | None:
        """A file's bytes, or None where there is none."""
        with self._body(path) as body:
            return None if body is None else bytes(body.read())

    def copy(self, path: str, target: Path) -> None:
        """Write a file here, piece by piece."""
        with self._body(path) as body, target.open("wb") as file:
            if body is None:
                raise UnavailableError(f"{self._address(path)} is not there.")
            shutil.copyfileobj(body, file)

    @contextmanager
    def _body(self, path: str) -> Iterator[Any]:
        """What a file's bytes are read from; None where there is none."""
        with _translated(self._address(path)):
            try:
                body = self._client.get_object(Bucket=self._name, Key=self._key(path))["Body"]
            except self._client.exceptions.NoSuchKey:
                yield None
                return
            with closing(body):
                yield body

    def _address(self, path: str) -> str:
        return f"s3://{self._name}/{self._key(path)}"

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}" if self._prefix else path


def without_bucket(settings: Settings) -> tuple[Settings, Bucket | None]:
    """The bucket that holds published artifacts, if any, and the settings for those who are not to open it again.

    Raises:
        InputError: when the settings name another kind of place.
    """
    if settings.artifacts_url is None:
        return settings, None
    url = settings.artifacts_url.get_secret_value()
    if not url.startswith("s3://"):
        raise InputError("On AWS Lambda ALMAZARA_ARTIFACTS_URL is s3://bucket/prefix.")
    return settings.model_copy(update={"artifacts_url": None}), Bucket(url)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"AWS did not do what was asked of {what}: {error}") from error
