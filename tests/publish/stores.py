"""Real object stores and a real rsync on loopback, what stands between a publisher and them, and publishers to kill."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import boto3
import pytest

from conftest import ROOT
from harness import Loaded

SECRET = "s3cr3t-k3y-n0b0dy-may-s33"
BUCKET = "news"
_PUBLISHER = Path(__file__).with_name("publisher.py")
_UNPACKED = ROOT / ".venv" / "servers"


def free_ports(number: int) -> list[int]:
    """Return ports that nobody uses, nor the ones 10,000 above, which SeaweedFS takes beside each."""
    found: list[int] = []
    while len(found) < number:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port < 55_000 and port not in found:
                with suppress(OSError):
                    other.bind(("127.0.0.1", port + 10_000))
                    found.append(port)
    return found


@contextmanager
def running(command: list[str], port: int, home: Path, **environ: str) -> Iterator[None]:
    """Run a server until it takes connections, and end it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=home, stdout=said, stderr=said, env=os.environ | environ)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (home / "said").read_text("utf-8", "replace")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def moto(home: Path) -> Iterator[int]:
    """Run moto's S3; yield its port."""
    [port] = free_ports(1)
    program = str(Path(sys.executable).with_name("moto_server"))
    with running([program, "-H", "127.0.0.1", "-p", str(port)], port, home):
        yield port


@contextmanager
def weed(home: Path) -> Iterator[int]:
    """Run SeaweedFS; yield the port of its S3."""
    master, volume, filer, s3 = free_ports(4)
    options = {
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "dir": str(home),
        "master.port": master,
        "master.volumeSizeLimitMB": 64,
        "volume.port": volume,
        "filer.port": filer,
        "s3.port": s3,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }
    program = str(Path(sys.executable).with_name("weed"))
    command = [program, "server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]
    with running(command, s3, home):
        for _ in range(120):
            with suppress(OSError):
                asked(s3, "PUT", f"/{BUCKET}-is-it-up")
                if asked(s3, "PUT", f"/{BUCKET}-is-it-up/x", b"x")[0] == 200:
                    break
            time.sleep(0.25)
        yield s3


def asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask a server on loopback; return status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, quote(path), body or None, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data


@dataclass
class Asked:
    """What somebody asked a store for, through the proxy."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Proxy:
    """What stands between a publisher and a store: sees every request, and does what ``meddle`` says of its number:
    "" to hand it on, "503", "hang", "cut" (it is done, and the answer is lost), "bare" (handed on without its
    conditions), "nameless" (the answer has no ETag), "endless" (an answer that never ends)."""

    behind: int
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    meddle: Callable[[int, Asked], str] = lambda _number, _asked: ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def puts(self) -> list[str]:
        """Return the paths of what was put, without the bucket."""
        return [one.path.partition(f"/{BUCKET}/")[2] for one in self.asked if one.method == "PUT"]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def proxy(behind: int) -> Iterator[Proxy]:
    """Run a proxy before the store at this port."""
    between = Proxy(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            one = Asked(self.command, unquote(self.path), dict(self.headers), body)
            with between.lock:
                between.asked.append(one)
                number = len(between.asked)
            way = between.meddle(number, one)
            if way == "hang":
                time.sleep(30)
            if way in ("hang", "gone"):
                self.close_connection = True
                return
            if way == "other":
                self._answer(200, {"Content-Type": "text/html"}, b"<h1>Welcome to the hotel</h1>")
                return
            if way == "endless":
                self.close_connection = True
                self.send_response_only(200)
                self.send_header("ETag", '"x"')
                self.end_headers()
                with suppress(OSError):
                    while True:
                        self.wfile.write(b" " * 2**20)
                return
            if way == "503":
                told = b"<Error><Code>SlowDown</Code><Message>" + SECRET.encode() + b"</Message></Error>"
                self._answer(503, {"Content-Type": "application/xml"}, told)
                return
            headers = {name: value for name, value in one.headers.items() if name.lower() != "expect"}
            if way == "bare":
                headers = {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
            connection = http.client.HTTPConnection("127.0.0.1", between.behind, timeout=30)
            try:
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            finally:
                connection.close()
            if way == "cut":
                self.close_connection = True
                return
            told = {name: value for name, value in answer.getheaders() if way != "nameless" or name.lower() != "etag"}
            self._answer(answer.status, told, data)

        def _answer(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "connection", *(("content-length",) if data else ())):
                    self.send_header(name, value)
            if data:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _handle

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            del request, client_address

    httpd = Server(("127.0.0.1", 0), Handler)
    between.port = httpd.server_port
    thread = threading.Thread(target=partial(httpd.serve_forever, 0.02), daemon=True)
    thread.start()
    try:
        yield between
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@cache
def _client(port: int) -> Any:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", **keys)


def make_bucket(port: int) -> None:
    """Make the bucket, which everybody may read."""
    _client(port).create_bucket(Bucket=BUCKET)
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    _client(port).put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def put(port: int, key: str, data: bytes | None) -> None:
    """Put an object into the bucket, or remove it where ``data`` is None."""
    if data is None:
        _client(port).delete_object(Bucket=BUCKET, Key=key)
    else:
        _client(port).put_object(Bucket=BUCKET, Key=key, Body=data)


def objects(port: int, prefix: str = "") -> dict[str, bytes]:
    """Return all objects of the bucket below ``prefix``, by their keys without it."""
    client = _client(port)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
    return {key.removeprefix(prefix): client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def with_rsync() -> dict[str, str]:
    """Return the environment in which rsync is found: the system's own, else what tools/servers unpacked.

    Where Debian's packages can be had, tests without it fail.
    """
    if shutil.which("rsync"):
        return {"PATH": os.environ["PATH"]}
    unpacked = _UNPACKED / "usr" / "bin"
    if not shutil.which("rsync", path=str(unpacked)) and not shutil.which("apt-get"):
        pytest.skip("there is no rsync here")
    assert (unpacked / "rsync").is_file(), "there is no rsync: run tools/servers .venv/servers, or install it"
    libraries = ":".join(map(str, _UNPACKED.glob("usr/lib/*-linux-gnu")))
    return {"PATH": f"{os.environ['PATH']}:{unpacked}", "LD_LIBRARY_PATH": libraries}


@contextmanager
def rsyncd(folder: Path, home: Path) -> Iterator[str]:
    """Run rsync's daemon over a folder; yield the address of its module."""
    [port] = free_ports(1)
    home.mkdir(parents=True, exist_ok=True)
    owner = f"uid = {os.getuid()}\ngid = {os.getgid()}\n"
    said = f"use chroot = no\nreverse lookup = no\n{owner}[public]\npath = {folder}\nread only = no\n"
    (home / "conf").write_text(said, "utf-8")
    ways = with_rsync()
    program = shutil.which("rsync", path=ways["PATH"]) or "rsync"
    command = [program, "--daemon", "--no-detach", "--address=127.0.0.1", f"--port={port}", f"--config={home}/conf"]
    with running(command, port, home, **ways):
        yield f"rsync://127.0.0.1:{port}/public"


@dataclass(frozen=True)
class Ended:
    """How a publisher ended: its exit status, below zero the signal that killed it, and what it said."""

    status: int
    said: str


class Publishers(Loaded):
    """Publishers in processes of their own, forked off one that is loaded; see publisher.py."""

    def __init__(self) -> None:
        super().__init__(_PUBLISHER)

    def start(self, target: str, public: Path, environ: Mapping[str, str], **options: Any) -> int:
        """Begin to publish what is built beside ``public``; return the process."""
        self.tell({"target": target, "public": str(public), "environ": dict(environ), "options": options})
        return int(self.told())

    def end(self, process: int) -> Ended:
        """Wait for a process to end."""
        self.tell({"wait": process})
        return Ended(*self.told())

    def publish(self, target: str, public: Path, environ: Mapping[str, str], **options: Any) -> Ended:
        """Publish, and return how that ended."""
        return self.end(self.start(target, public, environ, **options))


def kill(process: int) -> None:
    """Kill a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


@cache
def publishers() -> Publishers:
    """Return the one for all tests."""
    return Publishers()
