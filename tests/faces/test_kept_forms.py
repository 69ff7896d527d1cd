"""Forms that come too late: another tab was faster, or the session ended. Told in the page's language, nothing lost."""

from __future__ import annotations

import html
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from office_kit import note
from web_kit import PASSWORD, csrf

from dms.faces.web.kept import Row, Typed, inside, rows, unpacked


def fields(page, action):
    """Return the fields of a form of a page, as a browser sends them."""
    form = re.search(rf'<form(?:(?!<form).)*?action="{re.escape(action)}".*?</form>', page.text, re.S)[0]
    told = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r"value=(?:\"([^\"]*)\"|'([^']*)')", tag)
        if name and "checkbox" not in tag:
            told[name[1]] = html.unescape((value[1] or value[2] or "") if value else "")
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        told[name] = chosen[1] if chosen else ""
    return told


def test_the_second_of_two_tabs_is_told_and_loses_nothing(counter):
    code = note(counter.office)
    me, other = counter("zhs"), counter("gm")
    mine, theirs = me.get(f"/r/{code}"), other.get(f"/r/{code}")
    describe = f"/r/{code}/describe"
    first = other.post(describe, data=fields(theirs, describe) | {"title": "标题甲"})
    assert first.status_code == 303
    late = me.post(describe, data=fields(mine, describe) | {"date": "2026-05-02"})
    assert late.status_code == 409 and "内容刚被改动" in late.text and "孙总" in late.text
    again = fields(late, describe)
    # What I left alone takes what stands there now; what I typed is still mine.
    assert (again["title"], again["date"]) == ("标题甲", "2026-05-02")
    assert "<ins>标题甲</ins>" in late.text and "折让审批 a.txt" in late.text
    assert me.get(f"/api/v1/records/{code}").json()["title"] == "标题甲"
    assert me.post(describe, data=again).status_code == 303
    record = me.get(f"/api/v1/records/{code}").json()
    assert (record["title"], record["date"]) == ("标题甲", "2026-05-02")
    # Every form of the page that changes the record is drawn from what was seen, signatures too.
    page = me.get(f"/r/{code}").text
    forms = re.findall(r'<form(?:(?!<form).)*?method="post".*?</form>', page.partition("<main")[2], re.S)
    assert len(forms) >= 3 and all('name="seen"' in form for form in forms)
    stale = csrf(mine)
    refused = me.post(
        f"/r/{code}/declare", data={"csrf": stale, "seen": fields(mine, describe)["seen"], "reason": "属实"}
    )
    assert refused.status_code == 409 and 'value="属实"' in refused.text
    assert me.get(f"/api/v1/records/{code}").json()["gate"]["signatures"] == []
    english = me.post(describe, data=fields(mine, describe), headers={"Accept-Language": "en-GB"})
    assert english.status_code == 409 and "This has just been changed" in english.text


def test_of_forms_sent_at_once_one_counts(counter):
    code = note(counter.office)
    describe = f"/r/{code}/describe"
    visitors = [counter("zhs") for _ in range(4)]
    drawn = [fields(v.get(f"/r/{code}"), describe) for v in visitors]
    start = threading.Barrier(len(visitors))

    def send(n):
        start.wait()
        return visitors[n].post(describe, data=drawn[n] | {"title": f"标题{n}"}).status_code

    with ThreadPoolExecutor(len(visitors)) as pool:
        told = list(pool.map(send, range(len(visitors))))
    assert sorted(told) == [303, 409, 409, 409]
    assert visitors[0].get(f"/api/v1/records/{code}").json()["title"] == f"标题{told.index(303)}"


def test_a_form_after_the_session_ended_comes_back_filled_in(counter):
    keeper = counter("ar")
    shelf = keeper.get("/shelf")
    typed = {"csrf": csrf(shelf), "target": "HG01-KH·01·2026-Y-ZHS-001", "borrower": "<b>李美玉", "due": "2099-01-01",
             "purpose": "核对"}  # fmt: skip
    keeper.cookies.clear()
    origin = {"Referer": "http://testserver/shelf?page=1"}
    door = keeper.post("/shelf/lend", data=typed, headers=origin)
    assert door.status_code == 401 and "登录已过期" in door.text and "<b>李美玉" not in door.text
    hidden = fields(door, "/sign-in")
    assert hidden["to"] == "/shelf?page=1"
    wrong = keeper.post("/sign-in", data=hidden | {"login": "ar", "password": "guess"})
    assert wrong.status_code == 403 and fields(wrong, "/sign-in")["kept"] == hidden["kept"]
    page = keeper.post("/sign-in", data=hidden | {"login": "ar", "password": PASSWORD})
    assert page.status_code == 200 and "您填写的内容还在" in page.text
    again = fields(page, "/shelf/lend")
    assert {k: again[k] for k in ("target", "borrower", "due", "purpose")} == {
        k: typed[k] for k in ("target", "borrower", "due", "purpose")
    }
    # It is sent in the new session and reaches the desk: there is no such volume.
    assert keeper.post("/shelf/lend", data=again).status_code == 404
    # Signed in again in another tab: the old form is shown again with the new token, and nothing was done.
    late = keeper.post("/shelf/lend", data=typed)
    assert late.status_code == 403 and fields(late, "/shelf/lend")["borrower"] == "<b>李美玉"
    # Secrets are never written into a page; signing out twice needs no form.
    keeper.cookies.clear()
    secret = keeper.post("/settings/password", data={"old": "geheim-1", "new": "geheim-2"})
    assert secret.status_code == 401 and "geheim" not in secret.text
    assert keeper.post("/sign-out", data={}).status_code == 303
    assert keeper.post("/api/v1/records", json={}).status_code == 401


def test_only_places_and_fields_of_ours_are_kept():
    with pytest.raises(ValueError, match="Expecting"):
        json.loads("nonsense")
    assert unpacked("nonsense") is None and unpacked('{"action": 1}') is None and unpacked("[]") is None
    told = Typed("/shelf/lend", (("target", "x"), ("target", "y")), "/shelf", ("photos",))
    assert unpacked(told.packed()) == told and told.values("target") == ["x", "y"]
    evil = json.dumps({"action": "//evil", "fields": [["csrf", "1"], ["a", "2"]], "back": "https://evil", "files": []})
    assert unpacked(evil) == Typed("/", (("a", "2"),), "/")
    assert [inside(to) for to in ("/x?y", "//x", "/\\x", "x", "/a\nb")] == ["/x?y", "/", "/", "/", "/"]
    both = Typed("/a", (("title", "mine"), ("date", "old")), "/", (), {"title": "old", "date": "old"})
    assert rows(both, {"title": "theirs", "date": "new"}) == [
        Row("title", "mine", "theirs", "mine", theirs=True), Row("date", "new", "new", "old", theirs=True),
    ]  # fmt: skip
