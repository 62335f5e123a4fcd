"""What TARGET names: a folder on this machine, a bucket, another machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nashra.errors import Problem
from nashra.publish.releases import Releases

if TYPE_CHECKING:
    from nashra.publish.remote import Remote, Store

_BUCKET = re.compile(r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,254})(?:/(?P<prefix>[^\x00-\x1f\x7f]*))?")
_HOST = r"(?:[A-Za-z0-9_][\w.-]*@)?(?:[A-Za-z0-9_][\w.-]*|\[[0-9A-Fa-f:.]+\])"
_DAEMON = re.compile(rf"rsync://{_HOST}(?::\d+)?/[^/\x00-\x1f\x7f][^\x00-\x1f\x7f]*", re.ASCII)
_SSH = re.compile(rf"{_HOST}:[^:\x00-\x1f\x7f-][^\x00-\x1f\x7f]*", re.ASCII)
# What no folder is called: a scheme, or a host before the first slash.
_ELSEWHERE = re.compile(r"[^/]*:")


def is_elsewhere(target: str) -> bool:
    """Tell whether a target is no folder of this machine."""
    return _ELSEWHERE.match(target) is not None


def remote(target: str, releases: Releases) -> Remote:
    """Return the place elsewhere that ``target`` names; what is built beside ``releases`` is sent there.

    Raises Problem where it is none, or what it needs is not installed.
    """
    # Every build asks whether a target is elsewhere; what it takes to publish there is loaded for those that do.
    from nashra.publish.remote import Remote  # noqa: PLC0415

    return Remote(_store(target, releases), releases)


def _store(target: str, releases: Releases) -> Store:
    if bucket := _BUCKET.fullmatch(target):
        prefix = (bucket["prefix"] or "").strip("/")
        if any(part in ("", ".", "..") for part in prefix.split("/")) and prefix:
            raise Problem(
                "its prefix holds an empty part or dots", "name another: TARGET=s3://bucket/prefix", path=target
            )
        try:
            from nashra.publish.s3 import S3  # noqa: PLC0415 - an extra's SDK
        except ImportError:
            raise Problem("boto3 is not installed", "pip install nashra[s3]", path=target) from None
        return S3(bucket["bucket"], prefix)
    if _DAEMON.fullmatch(target) or ("://" not in target and _SSH.fullmatch(target)):
        from nashra.publish.rsync import Rsync  # noqa: PLC0415

        return Rsync(target, releases.folder / ".sending")
    remedy = "give a folder, s3://bucket/prefix, rsync://host/module/path or user@host:/path"
    # Not shown: somebody may have written a password into it.
    raise Problem("it is no place to publish to", remedy, path="TARGET")
