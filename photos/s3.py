"""Photos in an S3 bucket. Import this module only when one is configured: boto3 is heavy."""

from collections.abc import Generator
from contextlib import contextmanager

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from photos.storage import PhotoMissingError, StoreUnavailableError, checked_key

_MISSING_CODES = frozenset({"404", "NoSuchKey", "NotFound"})
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    s3={"addressing_style": "path"},
    # Servers other than Amazon's own often refuse the newer default checksums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class S3Store:
    """A PhotoStore in one bucket, below `prefix`. Credentials come from the AWS environment."""

    def __init__(
        self, bucket: str, prefix: str = "", *, endpoint: str | None = None, region: str | None
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        # An own session: the shared default one is not safe to set up from two threads.
        self._client = boto3.Session().client(
            "s3", endpoint_url=endpoint, region_name=region, config=_CONFIG
        )

    def put(self, key: str, data: bytes, media_type: str) -> None:
        name = self._name(key)
        with _translated(key):
            self._client.put_object(
                Bucket=self._bucket, Key=name, Body=data, ContentType=media_type
            )

    def get(self, key: str) -> bytes:
        name = self._name(key)
        with _translated(key):
            return self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()

    def exists(self, key: str) -> bool:
        name = self._name(key)
        try:
            with _translated(key):
                self._client.head_object(Bucket=self._bucket, Key=name)
        except PhotoMissingError:
            return False
        return True

    def delete(self, key: str) -> None:
        name = self._name(key)
        with _translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def ready(self) -> bool:
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError):
            return False
        return True

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)


@contextmanager
def _translated(key: str) -> Generator[None, None, None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING_CODES:
            raise PhotoMissingError(key) from error
        raise StoreUnavailableError(code) from error
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from error
