"""The API as programs use it: tokens, repeated calls, tags, cursors, digests, errors; and the first administrator."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from office_kit import CUSTOMER, Later, filed, note
from web_kit import PASSWORD, csrf

from dms.assembly import open_world
from dms.desk.accounts.signing_in import make_token
from dms.desk.acts import gate
from dms.errors import Unavailable
from dms.faces.web.app import create_app
from dms.said import Said

V1 = "/api/v1"


def program(counter, login, scope="write", days=90):
    """A client that sends a token and no origin, as programs do."""
    token = make_token(gate.enter(counter.world, login), f"test of {login}", scope=scope, days=days)
    return TestClient(counter.app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)


def test_tokens_act_for_their_person_within_their_scope_and_end(counter):
    code = note(counter.office)
    reads, writes = program(counter, "zhs", "read"), program(counter, "zhs")
    assert reads.get(f"{V1}/me").json()["code"] == "ZHS"
    assert reads.get(f"{V1}/records/{code}").json()["customer"] == CUSTOMER
    refused = reads.patch(f"{V1}/records/{code}", json={"title": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not-permitted")
    assert writes.patch(f"{V1}/records/{code}", json={"title": "新题名"}).json()["title"] == "新题名"
    for wrong in ("", "dms_nothing", "x" * 5000, "dms_\u00e9"):
        client = TestClient(counter.app, headers={"Authorization": b"Bearer " + wrong.encode()}, follow_redirects=False)
        assert client.get(f"{V1}/me").status_code == 401
    client = counter("zhs")
    page = client.get("/settings")
    shown = client.post("/settings/tokens", data={"csrf": csrf(page), "name": "扫描仪", "days": "3"})
    value = next(w for w in shown.text.replace("<", " ").replace(">", " ").split() if w.startswith("dms_"))
    user = TestClient(counter.app, headers={"Authorization": f"Bearer {value}"})
    assert user.get(f"{V1}/me").status_code == 200 and value not in client.get("/settings").text
    with counter.world.catalogue.look() as tx:
        kept = tx.tokens("ZHS")
    assert all(value not in str(t) for t in kept)
    mine = next(t for t in kept if t.name == "扫描仪")
    assert counter("lmy").post(f"/settings/tokens/{mine.digest}/end", data={"csrf": "x"}).status_code == 403
    client.post(f"/settings/tokens/{mine.digest}/end", data={"csrf": csrf(page)})
    assert user.get(f"{V1}/me").status_code == 401
    counter.app.state.world = replace(counter.world, clock=Later(91))
    assert reads.get(f"{V1}/me").status_code == 401
    for body in ({"name": " "}, {"name": "x", "scope": "all"}, {"name": "x", "days": "5000"}):
        assert client.post("/settings/tokens", data={"csrf": csrf(page), **body}).status_code in (303, 400, 401)


def test_cookies_change_nothing_without_the_sessions_token(counter):
    code = note(counter.office)
    client = counter("zhs")
    assert client.patch(f"{V1}/records/{code}", json={"title": "x"}).status_code == 403
    token = client.get(f"{V1}/me").json()["csrf"]
    told = client.patch(f"{V1}/records/{code}", json={"title": "x"}, headers={"X-CSRF-Token": token})
    assert told.status_code == 200
    foreign = {"X-CSRF-Token": token, "Origin": "http://evil.example"}
    assert client.patch(f"{V1}/records/{code}", json={"title": "y"}, headers=foreign).status_code == 403


def test_a_repeated_call_is_done_once(counter):
    client = program(counter, "ar")
    body = {"count": 2, "class_code": "04", "manager": "ZHS"}
    first = client.post(f"{V1}/records", json=body, headers={"Idempotency-Key": "a-1"})
    again = client.post(f"{V1}/records", json=body, headers={"Idempotency-Key": "a-1"})
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    codes = [r["code"] for r in first.json()["records"]]
    assert len(codes) == 2 and first.headers["location"].endswith(codes[0])
    other = client.post(f"{V1}/records", json={"count": 1}, headers={"Idempotency-Key": "a-1"})
    assert other.status_code == 400 and "another call" in other.json()["title"]
    # Another person's key is another key; a refusal is not kept.
    assert (
        program(counter, "gm").post(f"{V1}/records", json=body, headers={"Idempotency-Key": "a-1"}).json()
        != first.json()
    )
    refused = program(counter, "co").post(f"{V1}/records", json=body, headers={"Idempotency-Key": "b"})
    assert refused.status_code == 403
    assert client.post(f"{V1}/records", json=body, headers={"Idempotency-Key": "k" * 300}).status_code == 400


def test_tags_keep_people_from_overwriting_each_other(counter):
    code = note(counter.office)
    one, other = program(counter, "zhs"), program(counter, "dm1")
    tag = one.get(f"{V1}/records/{code}").headers["etag"]
    assert other.get(f"{V1}/records/{code}").headers["etag"] == tag  # a look changes nothing
    assert one.get(f"{V1}/records/{code}", headers={"If-None-Match": tag}).status_code == 304
    changed = one.patch(f"{V1}/records/{code}", json={"title": "甲"}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    stale = other.patch(f"{V1}/records/{code}", json={"title": "乙"}, headers={"If-Match": tag})
    assert stale.status_code == 412 and stale.headers["content-type"] == "application/problem+json"
    fresh = other.patch(f"{V1}/records/{code}", json={"title": "乙"}, headers={"If-Match": changed.headers["etag"]})
    assert fresh.json()["title"] == "乙"
    listed = one.get(f"{V1}/volumes")
    assert one.get(f"{V1}/volumes", headers={"If-None-Match": listed.headers["etag"]}).status_code == 304


def test_cursors_lead_through_a_list_once(counter):
    for n in range(7):
        note(counter.office, f"{n}.txt", f"第{n}份客户投诉折让文件，内容{n * 37}。")
    client = program(counter, "ar")
    seen, cursor = [], ""
    for _ in range(10):
        page = client.get(f"{V1}/search", params={"q": "折让", "limit": 3, "cursor": cursor, "sort": "code"}).json()
        seen += [h["code"] for h in page["hits"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == page["total"] == 7
    log, cursor = [], ""
    for _ in range(100):
        page = program(counter, "au").get(f"{V1}/log", params={"limit": 20, "cursor": cursor}).json()
        log += [a["seq"] for a in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert log == sorted(set(log), reverse=True) and log[-1] == 1
    for wrong in ("zzz", "%00", "e30", "LTE", "\u00e9"):
        assert client.get(f"{V1}/search", params={"cursor": wrong}).status_code == 400


def test_uploads_are_checked_and_followed(counter):
    client = program(counter, "zhs")
    data = "客户投诉折让上传的文件内容".encode()
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(data).digest()).decode() + ":"
    sent = {"name": "上传.txt", "class": "04", "customer": CUSTOMER}
    answer = client.post(
        f"{V1}/uploads", params=sent, content=data, headers={"Content-Digest": digest, "Idempotency-Key": "u"}
    )
    assert answer.status_code == 202, answer.text
    again = client.post(
        f"{V1}/uploads", params=sent, content=data, headers={"Content-Digest": digest, "Idempotency-Key": "u"}
    )
    assert again.json() == answer.json()
    (ended,) = counter.workshop.finish([answer.json()["id"]])
    told = client.get(answer.headers["location"]).json()
    assert (told["state"], told["code"]) == ("registered", ended.code)
    record = client.get(f"{V1}/records/{ended.code}").json()
    assert record["electronic"]["sha512"] == hashlib.sha512(data).hexdigest() and record["manager"] == "ZHS"
    wrong = client.post(f"{V1}/uploads", params=sent, content=data + b"!", headers={"Content-Digest": digest})
    assert wrong.status_code == 422 and "digest" in wrong.json()["title"]
    for header in ("md5=:xx:", "sha-256=:xx:", "sha-512=:" + "A" * 40 + ":"):
        assert (
            client.post(f"{V1}/uploads", params=sent, content=data, headers={"Content-Digest": header}).status_code
            == 400
        )
    assert program(counter, "lmy").get(answer.headers["location"]).status_code == 404
    assert list((counter.office.home / "archive" / "work" / "uploads").glob("*/*")) == []


def zipped(entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bag:
        for name, data in entries:
            bag.writestr(name, data)
    return made.getvalue()


HOSTILE = {
    "../../../etc/cron.d/x": b"* * * * * root id\n",
    "..\\..\\windows\\x.txt": "反斜杠文件的文字内容".encode(),
    "/etc/passwd": "绝对路径文件的文字内容".encode(),
    "a\x00b.pdf": b"%PDF-1.7 nothing more",
    "x" * 250 + ".txt": "名字太长的文件的文字内容".encode(),
    "evil.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "evil.html": b"<html><script>fetch('/api/v1/me')</script>",
    "bomb.docx": zipped([("word/document.xml", b"0" * 60_000_000), ("[Content_Types].xml", b"<x/>")]),
    "slip.docx": zipped([("../../slip.txt", b"x"), ("[Content_Types].xml", b"<x/>")]),
    "xxe.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "fake.pdf": b"MZ\x90\x00" + b"\x00" * 500,
    "empty.pdf": b"",
    "con": b"\xff\xfe\x00\x00",
}


def test_hostile_uploads_are_harmless(counter, tmp_path):
    client, page = program(counter, "zhs"), counter("zhs")
    token = csrf(page.get("/inbox"))
    ids = []
    for name, data in HOSTILE.items():
        answer = client.post(f"{V1}/uploads", params={"name": name}, content=data)
        assert answer.status_code in (202, 422), (name, answer.status_code, answer.text)
        if answer.status_code == 202:
            ids.append(answer.json()["id"])
        form = page.post("/inbox", data={"csrf": token}, files={"files": (name.replace("\x00", ""), data + b" ")})
        assert form.status_code in (303, 400, 422), (name, form.text[-300:])
    with counter.world.catalogue.look() as tx:
        ids += [i.id for i in tx.items(user="ZHS") if i.id not in ids]
    ended = counter.workshop.finish(ids)
    assert len(ended) >= len(HOSTILE) * 2 - 2
    assert {i.state.value for i in ended} <= {"registered", "quarantined", "known"}
    assert all(i.reason for i in ended if i.state.value == "quarantined")
    outside = [p for p in tmp_path.rglob("*") if p.name in ("x", "slip.txt", "passwd") and "archive" not in p.parts]
    assert outside == []
    listed = page.get("/inbox").text
    assert "<script>alert" not in listed and "<svg xmlns" not in listed
    for item in ended:
        if item.code:
            seen = page.get(f"/r/{item.code}")
            assert seen.status_code == 200 and "<script>fetch" not in seen.text and "<script>alert" not in seen.text
            assert page.get(f"/r/{item.code}/pages/1.jpg").headers["content-type"] == "image/jpeg"
    assert page.get("/search?q=折让").status_code == 200


def test_too_much_is_refused_before_it_is_read(counter):
    client = program(counter, "zhs")
    counter.app.state.world = replace(counter.world, settings=replace(counter.world.settings, max_bytes=1000))
    huge = {"Content-Length": str(2 * 1024**3), "Content-Type": "application/octet-stream"}
    assert client.post(f"{V1}/uploads", params={"name": "a"}, content=b"x", headers=huge).status_code == 413

    def stream():
        for _ in range(200):
            yield b"x" * 65536

    assert client.post(f"{V1}/uploads", params={"name": "a"}, content=stream()).status_code == 413
    parts = {"Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/inbox", content=stream(), headers=parts).status_code == 411
    assert client.post(f"{V1}/records", content=b"x", headers={"Content-Length": "99999999"}).status_code == 413
    assert client.post(f"{V1}/records", content=b"x", headers={"Content-Length": "abc"}).status_code in (400, 411)
    assert list((counter.office.home / "archive" / "work" / "uploads").glob("*")) == []


def test_errors_are_problem_details_and_never_ours(counter):
    client = program(counter, "gm")
    code, _ = filed(counter.office)
    for method, path, status in (
        ("GET", "/records/nonsense", 400), ("GET", "/records/HG01E2026999999", 404), ("GET", "/nothing", 404),
        ("DELETE", "/me", 405), ("GET", "/search?limit=9999", 422), ("GET", "/search?sort=x", 400),
        ("GET", "/reports/none", 400), ("POST", "/holds/99999999999/lift", 422),
        ("GET", f"/records/{code}/differences?first=1&second=99", 404), ("GET", "/volumes/x", 400),
    ):  # fmt: skip
        answer = client.request(method, V1 + path, json={"reason": "r"} if method == "POST" else None)
        assert answer.status_code == status, (path, answer.text)
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["status"] == status and told["title"] and told["error"]["code"] and told["instance"]
    half = client.post(f"{V1}/holds", content=b'{"target": "\\ud800", "reason": "r"}')
    assert half.status_code in (400, 422)
    extra = client.post(f"{V1}/holds", json={"target": code, "reason": "r", "resaon": "typo"})
    assert extra.status_code == 422 and extra.json()["places"] == ["resaon"]


def test_the_first_administrator_comes_by_the_console(office):
    with open_world(office.home, user="tester") as world:
        app = create_app(world)
        client = TestClient(app, headers={"Origin": "http://testserver"}, follow_redirects=False)
        assert client.get("/sign-in").headers["location"] == "/first-run"
        assert "一次性代码" in client.get("/first-run").text
        code = app.state.doorkeeper.first_code(world)
        form = {"login": "tester", "password": PASSWORD}
        assert client.post("/first-run", data={**form, "code": "0000-0000-0000-0000"}).status_code == 403
        assert client.post("/first-run", data={"login": "tester", "password": "short", "code": code}).status_code == 400
        done = client.post("/first-run", data={**form, "code": code.upper()})
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert client.get("/").status_code == 200
        assert client.post("/first-run", data={**form, "code": code}).status_code == 403
        assert client.get("/first-run").headers["location"] == "/sign-in"
        assert app.state.doorkeeper.first_code(world) == ""


def test_the_first_administrator_may_be_new(office):
    with open_world(office.home, user="tester") as world:
        app = create_app(world)
        client = TestClient(app, headers={"Origin": "http://testserver"}, follow_redirects=False)
        code = app.state.doorkeeper.first_code(world)
        form = {"login": "chen", "name": "陈主管", "person": "chen", "password": PASSWORD, "code": code}
        assert client.post("/first-run", data=form).status_code == 303
        assert client.get("/settings/people").status_code == 200


def test_ones_own_password_and_sessions(counter):
    one, other = counter("zhs"), counter("zhs")
    page = one.get("/settings")
    wrong = one.post("/settings/password", data={"csrf": csrf(page), "old": "guess", "new": "another long password"})
    assert wrong.status_code == 403
    one.post("/settings/sessions/end", data={"csrf": csrf(page)})
    assert (one.get("/").status_code, other.get("/").status_code) == (200, 303)
    done = one.post("/settings/password", data={"csrf": csrf(page), "old": PASSWORD, "new": "another long password"})
    assert done.headers["location"].startswith("/sign-in") and one.get("/").status_code == 303
    # An administrator sets nobody's password whose decisions are not his.
    keeper = counter("ad")
    form = {"csrf": csrf(keeper.get("/settings/people")), "password": "a long enough one"}
    assert keeper.post("/settings/people/GM/password", data=form).status_code == 403
    assert keeper.post("/settings/people/ZHS/password", data=form).status_code == 303


def test_saved_searches_are_ones_own(counter):
    one = counter("zhs")
    token = csrf(one.get("/search?q=折让"))
    kept = one.post("/views", data={"csrf": token, "name": "折让 <b>", "query": "q=折让&page=3&class=04"})
    assert kept.status_code == 303 and "page" not in kept.headers["location"]
    assert "折让 &lt;b&gt;" in one.get("/search").text and "折让 &lt;b&gt;" not in counter("lmy").get("/search").text
    assert one.post("/views", data={"csrf": token, "name": " ", "query": ""}).status_code == 400
    assert one.post("/views/forget", data={"csrf": token, "name": "折让 <b>"}).status_code == 303
    assert one.post("/views/forget", data={"csrf": token, "name": "折让 <b>"}).status_code == 404


def test_progress_is_told_as_it_happens(counter):
    client = counter("zhs")
    path = counter.office.home / "live.txt"
    path.write_text("实时进度的文件内容，客户投诉折让。", encoding="utf-8")
    client.post("/inbox", data={"csrf": csrf(client.get("/inbox"))}, files={"files": ("live.txt", path.read_bytes())})
    from dms.faces.web.pages import inbox

    seconds, inbox._STREAM_SECONDS = inbox._STREAM_SECONDS, 3.0
    try:
        told = client.get("/inbox/events").text
    finally:
        inbox._STREAM_SECONDS = seconds
    assert told.startswith("event: items") and "live.txt" in told
    assert "live.txt" not in counter("lmy").get("/inbox").text


def test_metrics_name_routes_and_no_records(counter):
    pytest.importorskip("prometheus_client", reason="the extra “metrics” is not installed")
    code = note(counter.office)
    client = counter("ad")
    counter("zhs").get(f"/r/{code}")
    told = client.get("/metrics").text
    assert "dms_request_seconds" in told and "/r/{named}" in told and code not in told
    assert client.get("/ready").json() == {"ready": True}


def test_while_the_catalogue_is_away_everybody_is_told_so(counter, monkeypatch):
    page, client, stranger = counter("zhs"), program(counter, "zhs"), counter()
    away = Unavailable(Said("The database does not answer."), Said("It is tried again."))

    def look(*_):
        raise away

    with monkeypatch.context() as patch:
        patch.setattr(type(counter.world.catalogue), "look", look)
        for asked in ("/", "/search?q=折让", "/records/HG01E2026000001"):
            answer = page.get(asked)
            assert (answer.status_code, "The database does not answer." in answer.text) == (503, True), answer.text
        answer = client.get(f"{V1}/me")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        answer = stranger.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": ["catalogue"]})
        assert stranger.get("/health").status_code == 200
    assert page.get("/").status_code == 200


@pytest.mark.parametrize(("part", "method"), [("vault", "head"), ("index", "empty")])
def test_not_ready_names_the_part_that_does_not_answer(counter, monkeypatch, part, method):
    owner = counter.world.vault if part == "vault" else counter.world.index()

    def away(*_):
        raise Unavailable(Said("s3://bucket?secret=x does not answer"))

    with monkeypatch.context() as patch:
        patch.setattr(type(owner), method, away)
        answer = counter().get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": [part]})
    assert counter().get("/ready").json() == {"ready": True}
