"""The web pages and the API as a browser meets them, without one."""

from __future__ import annotations

import re
from dataclasses import replace

from office_kit import CUSTOMER, filed, note
from web_kit import PASSWORD, csrf

from dms.desk.accounts.signing_in import Doorkeeper
from dms.desk.acts import gate
from dms.faces.web.view import ASSETS


def test_nobody_comes_in_without_the_door(counter):
    stranger = counter()
    for path in ("/", "/search?q=折让", "/inbox", "/volumes", "/r/HG01E2026000001", "/r/HG01E2026000001/pages/1.jpg"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    assert stranger.get("/api/v1/search").status_code == 401
    assert stranger.get("/health").json() == {"ok": True}
    wrong = stranger.post("/sign-in", data={"login": "zhs", "password": "guess"})
    nobody = stranger.post("/sign-in", data={"login": "nobody", "password": "guess"})
    assert (wrong.status_code, nobody.status_code) == (403, 403)
    assert wrong.text.replace("zhs", "") == nobody.text.replace("nobody", "")
    for _ in range(6):
        stranger.post("/sign-in", data={"login": "zhs", "password": "guess"})
    assert "尝试次数过多" in stranger.post("/sign-in", data={"login": "zhs", "password": PASSWORD}).text


def test_sessions_are_cookies_nobody_reads_and_end(counter):
    visitor = counter()
    answer = visitor.post("/sign-in", data={"login": "zhs", "password": PASSWORD, "to": "//evil.example"})
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    page = visitor.get("/")
    assert page.status_code == 200 and "ZHS" in page.text
    assert visitor.post("/sign-out", data={"csrf": "wrong"}).status_code == 403
    token = visitor.cookies["dms_session"]
    visitor.post("/sign-out", data={"csrf": csrf(page)})
    visitor.cookies.set("dms_session", token)
    assert visitor.get("/").status_code == 303
    # A new password ends what was open; whoever left the office's list is out as well.
    other = counter("lmy")
    Doorkeeper(counter.world.passwords()).set_password(counter.world, "lmy", "another long password")
    assert other.get("/").status_code == 303


def test_forms_from_elsewhere_are_refused(counter):
    visitor = counter("zhs")
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "", "Referer": "http://evil.example/x"},
    ):
        assert visitor.post("/inbox", headers=headers, files={"files": ("a.txt", b"x")}).status_code == 403
    assert visitor.post("/inbox", data={"csrf": "0" * 32}, files={"files": ("a.txt", b"x")}).status_code == 403


def test_headers_are_strict_and_pages_carry_no_script(counter):
    visitor = counter("zhs")
    code = note(counter.office, name="<b>x<b>.txt", text="<script>alert(1)</script> 客户投诉折让")
    for path in (
        "/",
        "/search?q=" + "折让",
        f"/r/{code}",
        "/inbox",
        "/volumes",
        "/sign-in",
        f"/static/{ASSETS}/style.css",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<script>alert" not in answer.text and "<b>x<b>" not in answer.text, path
        if "html" in answer.headers["content-type"]:
            assert answer.headers["cache-control"] == "no-store"
            assert re.findall(r"<script(?! type=\"module\" src=\"/static/)", answer.text) == []
            assert re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.text) == []
            assert " style=" not in answer.text and " onclick" not in answer.text


def test_everybody_sees_his_own_and_no_more(counter):
    code, number = filed(counter.office)
    mine, other, keeper = counter("zhs"), counter("lmy"), counter("ad")
    assert f"/r/{code}" in mine.get("/search?q=折让").text
    assert mine.get(f"/r/{number}").status_code == 200
    assert mine.get("/api/v1/search?q=折让").json()["total"] == 1
    assert mine.get(f"/api/v1/records/{code}").json()["customer"] == CUSTOMER
    for visitor in (other, keeper):
        page = visitor.get("/search?q=折让")
        assert code not in page.text and CUSTOMER not in page.text and "共 0 件" in page.text
        hidden, absent = visitor.get(f"/r/{code}"), visitor.get("/r/HG01E2026999999")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.text.replace(code, "") == absent.text.replace("HG01E2026999999", "")
        assert visitor.get(f"/r/{code}/pages/1.jpg").status_code == 404
        assert visitor.get(f"/api/v1/records/{code}").status_code == 404
        assert visitor.get(f"/volumes/{number.rpartition('-')[0]}").status_code == 404
        assert visitor.get("/api/v1/search?q=折让").json() == {
            "total": 0,
            "hits": [],
            "facets": {},
            "next": "",
            "alike": False,
        }


def test_pages_are_pictures_with_the_lookers_name(counter):
    code = note(counter.office)
    picture = counter("zhs").get(f"/r/{code}/pages/1.jpg")
    assert picture.status_code == 200 and picture.content.startswith(b"\xff\xd8")
    assert picture.content != counter("tester").get(f"/r/{code}/pages/1.jpg").content
    assert counter("zhs").get(f"/r/{code}/pages/99.jpg").status_code == 404
    acts = counter.office.dms("audit", "list", code, user="au")["acts"]
    assert {(a["user"], a["data"].get("page")) for a in acts if a["act"] == "look"} >= {("ZHS", 1), ("TESTER", 1)}


def test_declare_approve_and_file_from_the_record_page(counter):
    path = counter.office.home / "m.txt"
    path.write_text("本周例会纪要，讨论促销方案。", encoding="utf-8")
    options = ("--class", "99", "--manager", "ZHS", "--title", "纪要", "--carrier", "paper")
    (item,) = counter.office.dms("ingest", path, *options, user="zhs")["items"]
    code = note(counter.office)
    handler, supervisor, stranger = counter("zhs"), counter("dm1"), counter("lmy")
    page = handler.get(f"/r/{code}")
    assert "formaction=" in page.text
    refused = handler.post(f"/r/{code}/approve", data={"csrf": csrf(page)})
    assert refused.status_code == 403 and "您没有此项权限" in refused.text
    assert handler.post(f"/r/{code}/declare", data={"csrf": csrf(page)}).status_code == 303
    seen = supervisor.get(f"/r/{code}")
    assert supervisor.post(f"/r/{code}/approve", data={"csrf": csrf(seen), "reason": "同意"}).status_code == 303
    waiting = supervisor.post(f"/r/{code}/file", data={"csrf": csrf(seen)})
    assert waiting.status_code == 403 and "客户签字" in waiting.text
    assert stranger.post(f"/r/{code}/declare", data={"csrf": csrf(stranger.get("/"))}).status_code == 404
    own = handler.get(f"/r/{item['code']}")
    assert handler.post(f"/r/{item['code']}/file", data={"csrf": csrf(own)}).status_code == 303
    assert "已归档" in handler.get(f"/r/{item['code']}").text
    assert handler.post(f"/r/{code}/destroy", data={"csrf": csrf(page)}).status_code == 404


def test_files_are_added_in_the_name_of_who_added_them(counter):
    visitor = counter("zhs")
    page = visitor.get("/inbox")
    files = [
        ("files", ("../../etc/passwd.txt", "客户投诉折让上传".encode())),
        ("files", ("b\x00<i>.md", "# 会议纪要".encode())),
    ]
    assert visitor.post("/inbox", data={"csrf": csrf(page)}, files=files).status_code == 303
    with counter.world.catalogue.look() as tx:
        ids = [i.id for i in tx.items() if i.user == "ZHS"]
    ended = counter.workshop.finish(ids)
    assert [i.state.value for i in ended] == ["registered", "registered"]
    assert {i.name for i in ended} >= {"passwd.txt"}
    told = visitor.get("/inbox").text
    assert "passwd.txt" in told and "<i>" not in told
    assert "passwd.txt" not in counter("lmy").get("/inbox").text
    assert visitor.post("/inbox", data={"csrf": csrf(page)}, files=[("files", ("", b""))]).status_code in (400, 422)
    small = replace(counter.world, settings=replace(counter.world.settings, max_bytes=10))
    counter.app.state.world = small
    answer = visitor.post("/inbox", data={"csrf": csrf(page)}, files=[("files", ("big.txt", b"x" * 100))])
    assert answer.status_code == 413


def test_requests_are_asked_and_decided_in_the_browser(counter):
    code, _ = filed(counter.office)
    other, decider, handler = counter("lmy"), counter("sm"), counter("zhs")
    page = other.get("/requests")
    assert other.post("/requests", data={"csrf": csrf(page), "target": code, "reason": "核对折让"}).status_code == 303
    assert "核对折让" in other.get("/requests").text and "formaction" not in other.get("/requests").text
    assert "核对折让" not in counter("ar").get("/requests").text
    seen = decider.get("/requests")
    assert "/requests/1/agree" in seen.text
    refused = other.post("/requests/1/agree", data={"csrf": csrf(page), "kind": "access"})
    assert refused.status_code == 403
    assert decider.post("/requests/1/agree", data={"csrf": csrf(seen), "kind": "access"}).status_code == 303
    assert other.get(f"/r/{code}").status_code == 200
    own = handler.get(f"/r/{code}")
    asked = {"csrf": csrf(own), "kind": "deletion", "target": code, "reason": "重复"}
    assert handler.post("/requests", data=asked).status_code == 303
    assert decider.post("/requests/2/refuse", data={"csrf": csrf(seen), "kind": "deletion"}).status_code == 400
    assert decider.post("/requests/2/agree", data={"csrf": csrf(seen), "kind": "deletion"}).status_code == 303
    told = decider.get("/bin").text
    assert "待销毁" in told and code in told
    assert handler.get("/search?q=折让").text.count("/r/HG01") == 0
    back = decider.post(f"/bin/{code}/restore", data={"csrf": csrf(seen), "reason": "误删"})
    assert back.headers["location"] == f"/r/{code}?done=restored"
    assert decider.post("/requests/1/erase", data={"csrf": csrf(seen), "kind": "access"}).status_code == 404


def test_sheets_are_downloads_for_those_who_may(counter):
    code, number = filed(counter.office)
    volume = number.rpartition("-")[0]
    mine, other = counter("zhs"), counter("lmy")
    for sheet, target in (
        ("copy", code),
        ("label", code),
        ("cover", code),
        ("volume-list", volume),
        ("closing", volume),
        ("spine", volume),
    ):
        answer = mine.get(f"/print/{sheet}/{target}.pdf")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), sheet
        assert answer.content.startswith(b"%PDF-") and "attachment" in answer.headers["content-disposition"]
        assert other.get(f"/print/{sheet}/{target}.pdf").status_code == 404, sheet
    assert mine.get(f"/print/secrets/{code}.pdf").status_code == 404
    assert list((counter.office.home / "archive" / "work").glob("print-*")) == []


def test_both_languages(counter):
    visitor = counter("zhs")
    assert "检索" in visitor.get("/search").text
    assert "Search" in visitor.get("/search", headers={"Accept-Language": "en-GB,en"}).text
    visitor.get("/search?lang=en")
    assert "Volumes" in visitor.get("/volumes").text and 'lang="en"' in visitor.get("/volumes").text


def test_every_word_is_there_in_both_languages():
    from pathlib import Path

    from dms.faces.words import LANGUAGES, Speaker, words

    folder = Path(__file__).parents[2] / "dms" / "faces" / "web" / "templates"
    used = {
        w for f in folder.rglob("*.html") for w in re.findall(r"say\('([\w.-]+)'[,)]", f.read_text(encoding="utf-8"))
    }
    zh, tw, en = words("zh"), words("zh-TW"), words("en")
    assert zh.keys() == en.keys() == tw.keys()
    assert used - zh.keys() == set()
    assert all(all(v) if isinstance(v, tuple) else v for each in (zh, tw, en) for v in each.values())
    names = re.compile(r"\{(\w+)\}")
    for key, text in zh.items():
        told, other = (" ".join(v) if isinstance(v, tuple) else v for v in (text, en[key]))
        assert set(names.findall(told)) == set(names.findall(other)), key
    assert (Speaker("en")("found", n=1), Speaker("en")("found", n=1200)) == ("1 record found", "1,200 records found")
    assert Speaker("zh")("found", n=1) == "共 1 件" and "雙軌" in Speaker("zh-TW")("title")
    assert list(LANGUAGES) == ["zh", "zh-TW", "en"]


def test_templates_are_read_without_scrolling():
    from pathlib import Path

    folder = Path(__file__).parents[2] / "dms" / "faces" / "web" / "templates"
    files = list(folder.rglob("*.html"))
    lines = [(f.name, n, line) for f in files for n, line in enumerate(f.read_text(encoding="utf-8").split("\n"), 1)]
    assert len(files) > 30 and [one for one in lines if len(one[2]) > 160] == []


def test_the_header_and_the_keys_are_made_of_one_list(counter):
    from dms.faces.web.view import PLACES

    page = counter("gm").get("/").text
    tabs, _, keys = page.partition("<main")
    for place in PLACES:
        assert (f'<a href="{place.path}"' in tabs) == place.tab, place
        assert not place.letter or f'<a href="{place.path}" data-go="{place.letter}">' in keys, place
    letters = [p.letter for p in PLACES if p.letter]
    assert len(set(letters)) == len(letters)
    # Who signed in can leave again, and sees as whom he is here; a stranger sees neither keys nor a way out.
    assert "退出 GM" in page and 'action="/sign-out"' in page and 'id="keys"' in page
    door = counter().get("/sign-in").text
    assert 'action="/sign-out"' not in door and 'id="keys"' not in door
    # No link and no key to what one may never do.
    other = counter("zhs").get("/").text
    assert 'href="/log"' not in other and 'data-go="i"' in other and 'data-go="s"' not in other


def test_a_phone_that_reads_a_label_comes_to_the_record(counter):
    from urllib.parse import urlsplit

    from dms.desk.records.viewing import label_text

    code, _ = filed(counter.office)
    settings = replace(counter.world.settings, base_url="http://archive:8080")
    asked = replace(gate.enter(counter.world, "zhs"), settings=settings)
    address = urlsplit(label_text(asked, code))
    assert address.path.startswith("/DMS1:" + code)
    mine = counter("zhs")
    assert mine.get(address.path).headers["location"] == f"/r/{code}"
    forged = address.path[:-1] + ("A" if address.path[-1] != "A" else "B")
    assert mine.get(forged).status_code == 404
    assert counter("lmy").get(mine.get(address.path).headers["location"]).status_code == 404
    stranger = counter().get(address.path)
    assert stranger.status_code == 303 and stranger.headers["location"].startswith("/sign-in?to=%2FDMS1")
    assert mine.get(f"/r/{code}/qr.svg").headers["content-type"] == "image/svg+xml"


def test_a_page_says_only_words_of_ours(counter):
    page = counter("zhs").get("/requests?done=请打这个电话", headers={"Accept-Language": "zh-CN"})
    assert "请打这个电话" not in page.text.replace('href="?done=', "").split("<main")[1]
    assert "申请已提交" in counter("zhs").get("/requests?done=asked").text


def test_the_print_centre_prints_what_is_named(counter):
    code, number = filed(counter.office)
    other = note(counter.office, "b.txt", "另一份客户投诉折让文件。")
    volume = number.rpartition("-")[0]
    keeper = counter("ar")
    assert "需要重印" in keeper.get("/print").text
    for query, kind in (
        (f"sheet=label&targets={code}+{other}&layout=2x7&start=5&right=1.5&down=-2", "pdf"), ("sheet=calibration&layout=4x10", "pdf"),
        (f"sheet=volume-list&targets={volume}", "pdf"), ("sheet=electronic-list", "pdf"), ("sheet=electronic-list&form=xlsx", "xlsx"),
        ("sheet=loan-register", "pdf"), ("sheet=destruction-register", "pdf"), (f"sheet=cover&targets={code}", "pdf"),
    ):  # fmt: skip
        answer = keeper.get(f"/print/run?{query}")
        assert answer.status_code == 200, (query, answer.text[-400:])
        assert answer.content.startswith(b"%PDF-" if kind == "pdf" else b"PK"), query
    for wrong in ("sheet=label", "sheet=label&targets=x", "sheet=label&targets=" + code + "&start=99", "sheet=none",
                  "sheet=label&form=xlsx&targets=" + code, "sheet=calibration&layout=9x9", "sheet=volume-list",
                  "sheet=label&targets=" + code + "&right=500", "sheet=label&targets=" + "+".join([code] * 501)):  # fmt: skip
        assert keeper.get(f"/print/run?{wrong}").status_code in (400, 404), wrong
    token = csrf(keeper.get("/print"))
    form = {"csrf": token, "count": "3", "class_code": "04", "manager": "ZHS", "title": "待扫描"}
    assert keeper.post("/print/covers", data=form).content.startswith(b"%PDF-")
    assert keeper.get("/api/v1/search?q=待扫描").json()["total"] == 3
    assert keeper.post("/print/covers", data={**form, "count": "5000"}).status_code == 400


def test_a_shelf_is_counted_from_a_photograph(counter, tmp_path):
    import pypdfium2

    code, number = filed(counter.office)
    keeper = counter("ar")
    sheet = tmp_path / "label.pdf"
    sheet.write_bytes(keeper.get(f"/print/label/{code}.pdf").content)
    with pypdfium2.PdfDocument(sheet) as document:
        document[0].render(scale=2.5).to_pil().convert("RGB").save(tmp_path / "shelf.jpg")
    token = csrf(keeper.get("/shelf"))
    keeper.post("/shelf/move", data={"csrf": token, "target": number.rpartition("-")[0], "place": "档案室/2号柜"})
    photo = {"photos": ("shelf.jpg", (tmp_path / "shelf.jpg").read_bytes(), "image/jpeg")}
    told = keeper.post("/shelf/stocktake", data={"csrf": token, "place": "档案室"}, files=photo)
    assert told.status_code == 200 and "与应有完全一致" in told.text and number in told.text
    empty = keeper.post("/shelf/stocktake", data={"csrf": token, "place": "档案室", "scanned": "nonsense"})
    assert "应在此处，未找到" in empty.text and "无法辨认" in empty.text


def test_hints_are_in_the_language_of_the_page(counter):
    visitor, keeper = counter("zhs"), counter("ar")
    token = csrf(visitor.get("/inbox"))
    visitor.post("/inbox", data={"csrf": token}, files=[("files", ("合同.rar", b"Rar!\x1a\x07\x01\x00" + b"\0" * 64))])
    with counter.world.catalogue.look() as tx:
        ids = [i.id for i in tx.items() if i.user == "ZHS"]
    counter.workshop.finish(ids)
    said_so = {
        "zh": (
            "没有文件 HG01E2026000009。",
            "请用检索查找（“检索”）。",
            "这是 RAR 压缩包。请解压后提交其中的文件。",
        ),
        "zh-TW": ("沒有文件 HG01E2026000009。", "請用檢索查找（“檢索”）。", "請解壓後提交其中的文件。"),
        "en": (
            "There is no record HG01E2026000009.",
            "Look for it with “Search”.",
            "Unpack it and drop the files.",
        ),
    }
    for language, (message, hint, reason) in said_so.items():
        page = visitor.get(f"/r/HG01E2026000009?lang={language}")
        assert page.status_code == 404 and message in page.text and hint in page.text, page.text
        assert reason in visitor.get("/inbox").text, language
        assert all(reason in keeper.get(f"{place}?lang={language}").text for place in ("/", "/triage")), language
        door = counter().post(f"/sign-in?lang={language}", data={"login": "nobody", "password": "guess"}).text
        assert ("Ask the archive" in door) == (language == "en"), door
    assert visitor.get("/api/v1/records/HG01E2026000009").json()["error"]["hint"] == "Look for it with “dms search”."
