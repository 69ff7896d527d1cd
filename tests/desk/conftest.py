"""Lets the desk's tests share their office."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_kit import desk


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A fresh archive with people of every role."""
    monkeypatch.setenv("DMS_OCR", "none")
    monkeypatch.setenv("DMS_CHILDREN", "1")
    with desk(tmp_path / "home") as world:
        yield world
