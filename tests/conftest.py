"""What tests share: an archive in a temporary home, called as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from hypothesis import HealthCheck, settings

from dms.faces.cli.main import main

# How quickly inputs are made says how busy the machine is, nothing about dms.
settings.register_profile("dms", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dms")


class Archive:
    """An archive home and its command line, run in this process."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], kept: Path | None = None) -> None:
        self.home = home
        self.inbox = home / "inbox"
        self.exit = 0
        self._capsys = capsys
        self._kept = kept

    def once(self, name: str, make: Callable[[], None]) -> None:
        """Bring the home into a state that is made once for each worker of the tests, and copied from then on.

        Nobody may have the home open meanwhile: a fixture that calls this stands before the counter in a test's list.
        An archive with parts outside its home (a database, a bucket) is made anew each time.
        """
        kept = self._kept / name if self._kept else None
        if kept is None or {key for key in os.environ if key.startswith("DMS_")} != _USUAL:
            make()
        elif kept.exists():
            # The folder itself stays: a test may stand in it.
            for old in self.home.iterdir() if self.home.exists() else ():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            shutil.copytree(kept, self.home, dirs_exist_ok=True)
        else:
            make()
            shutil.copytree(self.home, kept)

    def dms(self, *arguments: object, user: str = "") -> Any:
        """Run a command with --json; return what it printed, its exit code is in ``exit``."""
        self._capsys.readouterr()
        start = ["--home", str(self.home), *(["--as", user] if user else [])]
        self.exit = main([*start, *map(str, arguments), "--json"])
        out = self._capsys.readouterr().out
        return json.loads(out)

    def text(self, *arguments: object) -> str:
        """Run a command as a person; return its stdout."""
        self._capsys.readouterr()
        self.exit = main(["--home", str(self.home), *map(str, arguments)])
        return self._capsys.readouterr().out

    def errors(self, *arguments: object) -> str:
        """Run a command as a person; return its stderr."""
        self._capsys.readouterr()
        self.exit = main(["--home", str(self.home), *map(str, arguments)])
        return self._capsys.readouterr().err


_USUAL = {"DMS_OCR", "DMS_SETTLE_SECONDS", "DMS_PATIENCE_SECONDS", "DMS_CHILDREN", "DMS_USER"}


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """Where homes that many tests begin with are kept."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def archive(tmp_path, capsys, monkeypatch, kept) -> Archive:
    """An empty archive without OCR, whose drop folder settles quickly."""
    for key, value in {"OCR": "none", "SETTLE_SECONDS": "0.2", "PATIENCE_SECONDS": "0.4", "CHILDREN": "1"}.items():
        monkeypatch.setenv(f"DMS_{key}", value)
    monkeypatch.delenv("DMS_HOME", raising=False)
    monkeypatch.setenv("DMS_USER", "tester")
    # Whoever runs the tests: commands speak English unless a test says otherwise.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    made = Archive(tmp_path / "home", capsys, kept)

    def make() -> None:
        made.dms("init")
        made.dms("people", "add", "ZHS", "张华生", "--login", "zhs")
        made.dms("people", "add", "LMY", "李美玉", "--login", "lmy")
        made.dms("customers", "add", "杭州新辰酒店有限公司", "--manager", "ZHS")

    made.once("archive", make)
    return made


@pytest.fixture
def reading_archive(archive, monkeypatch) -> Archive:
    """The same with the OCR engine an office would get."""
    monkeypatch.setenv("DMS_OCR", "auto")
    monkeypatch.setenv("DMS_CHILDREN", "2")
    return archive


@pytest.fixture(scope="session")
def cluster() -> Iterator[servers.Postgres]:
    """A PostgreSQL of this test process."""
    if servers.postgres_programs() is None:
        pytest.skip("no PostgreSQL on this machine (apt install postgresql): what needs it is left out")
    with servers.postgres() as server:
        yield server


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh PostgreSQL database; DMS_TEST_POSTGRES names another server's (empty) one."""
    given = os.environ.get("DMS_TEST_POSTGRES")
    if given:
        yield given
        return
    cluster = request.getfixturevalue("cluster")
    name = f"t{uuid.uuid4().hex[:12]}"
    yield cluster.database(name)
    cluster.drop(name)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """An S3 server (moto) of this test process; its endpoint. DMS_TEST_S3 names another one."""
    if os.environ.get("DMS_TEST_S3"):
        yield os.environ["DMS_TEST_S3"]
        return
    pytest.importorskip("moto.server", reason="no moto: what needs an S3 server is left out")
    with servers.s3() as endpoint:
        yield endpoint


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh bucket's URL as a vault."""
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    bucket = f"b{uuid.uuid4().hex[:12]}"
    servers.make_bucket(s3_server, bucket)
    return f"s3://{bucket}/vault?endpoint={s3_server}"


@pytest.fixture
def on_servers(monkeypatch: pytest.MonkeyPatch, postgres_url: str, s3_url: str) -> None:
    """Let every archive made from here on live on PostgreSQL and S3."""
    bucket, _, query = s3_url.rpartition("/vault?")
    told = {"CATALOGUE": postgres_url, "SEARCH": postgres_url, "VAULT": s3_url, "PARCELS": f"{bucket}/parcels?{query}"}
    for key, value in told.items():
        monkeypatch.setenv(f"DMS_{key}", value)
