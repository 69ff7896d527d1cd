"""What is shipped keeps its own schemas: it is not checked again at each start."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from dms.errors import Usage
from dms.settings import Settings
from dms.shipped import load_profiles, load_scheme, schema_text, schemas


@pytest.mark.parametrize(
    ("path", "schema"),
    [(schemas() / "scheme.toml", "scheme.schema.json")]
    + [(path, "form.schema.json") for path in sorted((schemas() / "forms").glob("*.toml"))],
    ids=lambda value: Path(value).name,
)
def test_a_shipped_file_is_what_its_schema_asks_for(path: Path, schema: str) -> None:
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), json.loads(schema_text(schema)))


def test_an_own_profile_that_breaks_the_schema_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "own.toml").write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(Usage, match=r"own\.toml"):
        load_profiles(Settings(home=tmp_path))


def test_an_own_scheme_that_breaks_the_schema_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(Usage, match=r"scheme\.toml"):
        load_scheme(Settings(home=tmp_path))


def test_a_search_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    """The schema checker alone took a tenth of every search."""
    heavy = ("jsonschema", "cv2", "numpy", "PIL", "openvino", "pikepdf", "reportlab")
    script = (
        "import sys\nfrom dms.faces.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        f"print(code, [m for m in {heavy!r} if m in sys.modules])"
    )
    dms = [sys.executable, "-c", script, "--home", str(tmp_path)]
    subprocess.run([*dms, "init"], check=True, capture_output=True)
    told = subprocess.run([*dms, "search", "客户"], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines()[-1] == "0 []"
