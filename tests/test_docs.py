"""What can be set, called or printed is written down, or this fails."""

from pathlib import Path

import pytest

from dms import errors
from dms.desk.shelf.sheets import sheets_as_markdown
from dms.errors import DmsError
from dms.faces.cli.main import COMMANDS
from dms.settings import Settings, documentation, load
from dms.sheets.label import LAYOUTS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def test_settings_are_documented_as_they_are():
    assert documentation() in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_commands_sheets_and_error_codes_are_documented():
    told = (DOCS / "commands.md").read_text(encoding="utf-8")
    kinds = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, DmsError)]
    for name in [*(f"`dms {c}`" for c in COMMANDS), *(f"`{x}`" for x in LAYOUTS)]:
        assert name in told, name
    assert sheets_as_markdown() in told
    for kind in kinds:
        assert f"`{kind.code}`" in told, kind.code


def test_links_lead_somewhere():
    import re

    for page in [ROOT / "README.md", *DOCS.rglob("*.md"), ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_order_of_settings(tmp_path):
    (tmp_path / "dms.toml").write_text('ocr = "tesseract"\nsettle_seconds = 2\n', encoding="utf-8")
    assert load(tmp_path, environ={}).ocr == "tesseract"
    assert load(tmp_path, environ={"DMS_OCR": "none"}).ocr == "none"
    assert load(tmp_path, environ={"DMS_OCR": "none"}, flags={"ocr": "auto"}).ocr == "auto"
    assert load(tmp_path, environ={"DMS_INBOXES": "/a:/b"}).inboxes == ("/a", "/b")
    assert load(tmp_path, environ={}).settle_seconds == 2.0


@pytest.mark.parametrize(
    "text", ["nonsense = 1", "ocr = 3", "children = -1", "children = 1.5", "inboxes = 'x'", "settle_seconds = true"]
)
def test_wrong_settings_are_named(tmp_path, text):
    (tmp_path / "dms.toml").write_text(text, encoding="utf-8")
    with pytest.raises(errors.Usage) as told:
        load(tmp_path, environ={})
    assert text.split()[0] in told.value.message and "settings.md" in told.value.hint


def test_paths_stand_in_the_home():
    settings = Settings(home=Path("/archive"))
    assert settings.expand(settings.vault) == "file:///archive/archive/vault"
    assert settings.folders() == ((Path("/archive/inbox"), False),)
