"""A form marked on one scan: tried on it, kept by an act, read from the next paper on; nothing marked is trusted."""

import tomllib
from datetime import date

import pytest
from desk_kit import as_, put

from dms.desk.intake.teaching import forget, forms, page_to_mark, teach, try_form
from dms.domain.describing.deciding import describe
from dms.domain.describing.teaching import Row, TaughtField, TaughtForm, marked, profile_text
from dms.domain.hantext import page_text
from dms.domain.item import Hints
from dms.domain.pages import Box, Page, Word
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.flow.work import page_files
from dms.operating.health import probes
from dms.shipped import taught_forms

LINES = (
    "空调维修服务单",
    "送修单位：上海大华公司",
    "送修日期：2026-03-05",
    "维修费用：1,200.00元",
    "故障描述：不制冷",
    "王小明",
)


def page(*lines):
    words = tuple(Word(t, Box(50, 50 + 30 * n, 50 + 12 * len(t), 62 + 30 * n)) for n, t in enumerate(lines))
    return Page(1, 595, 842, words, page_text(words), "ocr")


ROWS = (Row(1, "customer"), Row(2, "date"), Row(3, "amount"), Row(4, "text", "fault"))


def taught(rows=ROWS, key="repair", name="空调维修服务单", titles=(0,)):
    return profile_text(marked(page(*LINES), key, name, "99", titles, rows))


def read(world, *lines):
    found = describe(
        [page(*lines)], Hints(), world.scheme, tuple(world.profiles), [], [], world.fold, received=date(2026, 11, 23)
    )
    return found


def test_what_is_marked_is_read_from_that_page_and_then_from_the_next_paper(office):
    _, trial = try_form(office, page(*LINES), taught())
    assert trial.recognised and trial.same == ()
    assert {k: r.text for k, r in trial.values.items()} == {
        "customer": "上海大华公司", "date": "2026-03-05", "amount": "1200.00", "fault": "不制冷",
    }  # fmt: skip
    assert read(office, *LINES).form == "", "trying keeps nothing"
    teach(as_(office, "AD"), taught())
    found = read(office, "空调维修服务单", "送修单位：杭州西湖山庄", "送修日期：2026-04-01", "维修费用：80.00元")
    assert (found.form, found.class_code, found.customer) == ("repair", "99", "杭州西湖山庄")
    assert found.title == "空调维修服务单 — 杭州西湖山庄" and found.fields["amount"] == "80.00"
    with office.catalogue.look() as tx:
        last = next(a for a in tx.acts() if a.act == "teach-form")
    assert (last.user, last.target) == ("AD", "repair")
    forget(office, "repair", reason="教错了")
    assert read(office, *LINES).form == ""


def test_what_is_read_by_its_place_alone_is_asked_about(office):
    teach(office, taught((Row(5, "customer", placed=True), Row(2, "date"))))
    found = read(office, *LINES)
    assert (
        found.customer == "王小明" and "customer" in found.uncertain and "without a label" in found.reasons["customer"]
    )
    assert "date" not in found.uncertain
    with pytest.raises(Usage, match="place alone"):
        taught((Row(5, "amount", placed=True),))


def test_two_forms_of_one_heading_are_asked_about(office):
    teach(office, taught())
    _, trial = try_form(office, page(*LINES), taught(key="repair-two", name="另一张维修单"))
    assert trial.same == ("空调维修服务单",)
    teach(office, taught(key="repair-two", name="另一张维修单"))
    found = read(office, *LINES)
    assert "class" in found.uncertain and "several forms have this heading" in found.reasons["class"]


def test_a_key_that_is_taken_is_refused(office):
    for key in ("order", "complaint"):
        with pytest.raises(Conflict, match="already"):
            teach(office, taught(key=key))
    teach(office, taught())
    with pytest.raises(Conflict):
        teach(office, taught())
    with pytest.raises(NotFound):
        forget(office, "order")
    assert not (office.settings.archive / "forms" / "order.toml").exists()


@pytest.mark.parametrize("key", ["../../dms", "A", "", "a/b", "x" * 80, "con x"])
def test_a_key_is_no_way_out_of_the_folder(office, key):
    with pytest.raises(Usage):
        teach(office, taught(key=key))
    with pytest.raises(NotFound):
        forget(office, key)
    assert not taught_forms(office.settings).exists() and (office.settings.home / "dms.toml").exists()


@pytest.mark.parametrize(
    "label",
    [
        'a"]\n[form]\nkey="order"',
        "<script>alert(1)</script>",
        "反斜\\杠",
        "制表\t符",
        "删\x7f除",
        "半\ud800字",
        "'''",
        "{x}",
    ],
)
def test_no_label_breaks_out_of_its_string(label):
    text = profile_text(TaughtForm("x", label, "", (label,), (TaughtField("number", "number", label),)))
    told = tomllib.loads(text)
    assert set(told) == {"form", "field"} and len(told["field"]) == 1 and told["form"]["key"] == "x"
    clean = label.encode("utf-8", "replace").decode()
    assert told["field"][0]["labels"] == [clean] == told["form"]["titles"]


@pytest.mark.parametrize(
    ("lines", "rows", "titles"),
    [
        (("单", "——："), (Row(1, "customer"),), (0,)), (("单",), (Row(9, "customer"),), (0,)),
        (("单",), (Row(0, "nonsense"),), (0,)), (("单",), (), ()), (("——",), (), (0,)), (("单",), (), (-1,)),
    ],
)  # fmt: skip
def test_what_is_no_label_or_heading_is_refused(lines, rows, titles):
    with pytest.raises(Usage):
        marked(page(*lines), "x", "x", "", titles, rows)


def test_who_does_not_care_for_the_archive_teaches_nothing(office):
    for code in ("ZHS", "SM", "CO"):
        with pytest.raises(NotPermitted):
            teach(as_(office, code), taught())
        with pytest.raises(NotPermitted):
            forget(as_(office, code), "repair")
    record = put(office)
    office.vault.write(record, dict(page_files([page(*LINES)])), message="read", user="GM", at=office.now())
    assert page_to_mark(office, record)[1].words[0].text == LINES[0]
    with pytest.raises(NotFound):
        page_to_mark(as_(office, "AD"), record)
    with pytest.raises(NotPermitted):
        page_to_mark(as_(office, "ZHS"), record)


def test_a_damaged_taught_form_is_a_line_of_the_doctor_and_stops_nothing(office):
    teach(office, taught())
    folder = taught_forms(office.settings)
    (folder / "broken.toml").write_bytes(b"[form\xff")
    (folder / "twice.toml").write_text(taught(key="order"), encoding="utf-8")
    (folder / "wrong.toml").write_text('[form]\nkey = "w"\nname = "w"\ntitles = []\n', encoding="utf-8")
    assert read(office, *LINES).form == "repair"
    assert [f.key for f, own in forms(office) if own] == ["repair"]
    wrong = [p for p in probes(office.settings) if not p.ok and "taught form" in str(p.name)]
    assert sorted(str(p.name).split()[-1] for p in wrong) == ["broken.toml", "twice.toml", "wrong.toml"]
    forget(office, "broken")
    assert len([p for p in probes(office.settings) if not p.ok and "taught form" in str(p.name)]) == 2
