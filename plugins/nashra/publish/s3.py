"""An S3-compatible object store: AWS, Cloudflare R2, SeaweedFS, MinIO and whoever speaks the same.

Address, region and credentials come from the SDK's usual places (``AWS_ENDPOINT_URL_S3``, ``AWS_PROFILE``,
``~/.aws/config`` …), and none of them is ever printed. The store must know conditional writes (``If-Match`` and
``If-None-Match`` of PutObject).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import boto3
from botocore import exceptions as errors
from botocore.config import Config
from botocore.parsers import ResponseParserError

from nashra.errors import Problem
from nashra.publish.remote import AGAIN, Item, Overtaken

_AT_ONCE = 16
# Seconds to be connected, and between two bytes of an answer.
_CONNECT, _ANSWER = 10, 60
_TRIES = 8
# Larger files, in bytes, are read while they are sent.
_IN_MEMORY = 8 * 2**20
# In bytes: a key, and what is read there.
_LONGEST_KEY, _LONGEST_LIST = 1024, 64 * 2**20
_SAID = {"Content-Type": "ContentType", "Cache-Control": "CacheControl", "Content-Encoding": "ContentEncoding"}
_PRIVATE = {"ContentType": "application/json; charset=utf-8", "CacheControl": "no-store"}
_CHANGED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_ABSENT = ("NoSuchKey", "404")
_UNKNOWN = (errors.NoCredentialsError, errors.PartialCredentialsError, errors.CredentialRetrievalError)
_SILENT = (errors.HTTPClientError, errors.ConnectionError, errors.IncompleteReadError, ResponseParserError)


class _Missing(Exception):
    """There is no such object."""


class S3:
    """The objects of a ``bucket`` whose keys begin with ``prefix`` and a slash, all where it is none."""

    beat = 5.0

    def __init__(self, bucket: str, prefix: str) -> None:
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        with self._told():
            self._client: Any = boto3.session.Session().client("s3", config=Config(**_ways()))

    def read(self, key: str) -> tuple[bytes, str] | None:
        """See ``Store``."""
        try:
            with self._told(_Missing):
                told = self._client.get_object(Bucket=self._bucket, Key=self._key(key))
                with told["Body"] as body:
                    data = bytes(body.read(_LONGEST_LIST + 1))
        except _Missing:
            return None
        if "ETag" not in told or len(data) > _LONGEST_LIST:
            raise self._problem("the store failed (what it returns is no list)", AGAIN)
        return data, str(told["ETag"])

    def write(self, key: str, data: bytes, version: str) -> str:
        """See ``Store``."""
        condition = {"IfMatch": version} if version else {"IfNoneMatch": "*"}
        try:
            with self._told(_Missing, Overtaken):
                return self._put(key, data, _PRIVATE | condition)
        except _Missing:
            raise Overtaken from None

    def send(self, names: Sequence[str], items: Callable[[str], Iterable[Item]], sent: Callable[[int], None]) -> None:
        """See ``Store``."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            working = [pool.submit(self._send, items(name), sent) for name in names]
            try:
                for one in working:
                    one.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _send(self, items: Iterable[Item], sent: Callable[[int], None]) -> None:
        size = 0
        for item in items:
            said: dict[str, Any] = {_SAID[name]: value for name, value in item.headers.items()}
            if item.gone:
                # For a CDN that can say 410 (docs/operations.md).
                said["Metadata"] = {"gone": "1"}
            if item.data is None:
                with self._told():
                    self._client.delete_object(Bucket=self._bucket, Key=self._key(item.key))
            elif isinstance(item.data, bytes):
                size += self._sent(item.key, item.data, said)
            elif item.data.stat().st_size <= _IN_MEMORY:
                size += self._sent(item.key, item.data.read_bytes(), said)
            else:
                size += item.data.stat().st_size
                with item.data.open("rb") as file, self._told():
                    self._client.put_object(Bucket=self._bucket, Key=self._key(item.key), Body=file, **said)
        sent(size)

    def _sent(self, key: str, data: bytes, said: dict[str, Any]) -> int:
        with self._told():
            self._put(key, data, said)
        return len(data)

    def _put(self, key: str, data: bytes, said: dict[str, Any]) -> str:
        # The store sees that it holds what was sent.
        md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        told = self._client.put_object(Bucket=self._bucket, Key=self._key(key), Body=data, ContentMD5=md5, **said)
        if "ETag" not in told:
            raise self._problem("the store failed (it says nothing of what it took)", AGAIN)
        return str(told["ETag"])

    def _key(self, key: str) -> str:
        whole = self._prefix + key
        if len(whole.encode()) > _LONGEST_KEY:
            wrong = f"the address {key[:80]}… is longer than a bucket takes"
            raise self._problem(wrong, "give it a shorter one")
        return whole

    @contextmanager
    def _told(self, *expected: type[Exception]) -> Iterator[None]:
        """Say in a line what the store or the SDK refuses: nothing of what they say themselves, which may hold what is
        secret, but the code. Raises Problem, and where they are expected _Missing, when there is no such object, and
        Overtaken, when it changed."""
        try:
            yield
        except errors.ClientError as error:
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            code = str(error.response.get("Error", {}).get("Code", ""))
            code = code if re.fullmatch(r"[A-Za-z0-9]{1,40}", code) else str(status)
            for kind, codes in ((Overtaken, _CHANGED), (_Missing, _ABSENT)):
                if kind in expected and code in codes:
                    raise kind from None
            raise self._refused(code, status) from None
        except _UNKNOWN:
            remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials"
            raise self._problem("there are no credentials for it", remedy) from None
        except _SILENT as error:
            raise self._problem(f"the store does not answer ({type(error).__name__})", AGAIN) from None
        except (errors.BotoCoreError, ValueError) as error:
            wrong = f"the SDK's settings cannot be used ({type(error).__name__})"
            remedy = "look at AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_PROFILE and ~/.aws/config"
            raise self._problem(wrong, remedy) from None

    def _refused(self, code: str, status: int) -> Problem:
        if code == "NoSuchBucket":
            return self._problem("there is no such bucket", "make it, or name another with TARGET=s3://bucket/prefix")
        if status == 501:
            return self._problem("the store knows no conditional writes", "publish to one that does, or by rsync")
        if status in (401, 403):
            return self._problem(f"the store refuses it ({code})", "see what these credentials may do there")
        return self._problem(f"the store failed ({code})", AGAIN)

    def _problem(self, wrong: str, remedy: str) -> Problem:
        return Problem(wrong, remedy, path=self.name)


def _ways() -> dict[str, Any]:
    """Return how the store is spoken with; what the SDK's own variables say of trying again goes before it."""
    ways: dict[str, Any] = {
        "connect_timeout": _CONNECT,
        "read_timeout": _ANSWER,
        "max_pool_connections": _AT_ONCE + 2,
        # Content-MD5 is known everywhere, the newer sums are not.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    if not os.environ.keys() & {"AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"}:
        # Each wait is longer than the last, up to 20 s. («adaptive» is ten times slower once it was told to slow down.)
        ways["retries"] = {"mode": "standard", "total_max_attempts": _TRIES}
    return ways
