"""The page of a record's pages: a form of one row a page, without scripts."""

from __future__ import annotations

from office_kit import CUSTOMER, filed, refused
from web_kit import csrf

from dms.faces.web.pages.arranging import typed


def scan(office, name, *texts):
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(office.home / name), pagesize=(420, 595))
    for text in texts:
        if text:
            canvas.drawString(60, 500, text)
        canvas.showPage()
    canvas.save()
    told = ("--class", "04", "--customer", CUSTOMER, "--manager", "ZHS", "--title", name)
    (item,) = office.dms("ingest", office.home / name, *told, "--carrier", "paper")["items"]
    assert item["state"] == "registered", item
    return item["code"]


def sources(office, code):
    return [page["source"] for page in office.dms("pages", code)["pages"]]


def form(page, **more):
    import re

    count = page.text.count('name="order"')
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    return {"csrf": csrf(page), "version": version, "order": list(range(1, count + 1)), "turn": ["0"] * count,
            "crop": [""] * count, "reason": "次序", **more}  # fmt: skip


def test_what_is_typed_beside_each_page():
    assert typed([1, 2, 1], ["0", "90", "0"], ["", "", "5,0,5,0"], (), ()).order == "3,1,2"
    wish = typed([1, 2, 3], ["0", "90", "180"], ["", "", ""], (2,), (2, 3))
    assert (wish.order, wish.drop, wish.turn, wish.straighten) == ("", "2", ("3:180",), ("3",))
    assert typed([2.5, 2, 3], ["0"] * 3, [""] * 3, (), ()).order == "2,1,3"


def test_pages_are_arranged_split_and_joined_at_the_counter(counter):
    office = counter.office
    code, more = (
        scan(office, "a.pdf", "alpha invoice", "bravo contract", "charlie receipt"),
        scan(office, "b.pdf", "delta protocol"),
    )
    page = counter("zhs").get(f"/r/{code}/pages")
    assert page.status_code == 200 and page.text.count("<li ") >= 3
    client = counter("zhs")
    answer = client.post(
        f"/r/{code}/pages", data=form(client.get(f"/r/{code}/pages"), order=[1, 2, 1], turn=["0", "90", "0"])
    )
    assert answer.status_code == 303 and answer.headers["location"].endswith("done=arrange")
    assert sources(office, code) == ["3", "1", "2"]
    # From an older tab: its numbers mean other pages.
    late = client.post(f"/r/{code}/pages", data=form(client.get(f"/r/{code}/pages"), version="1", out=["1"]))
    assert late.status_code == 409 and sources(office, code) == ["3", "1", "2"]
    data = form(client.get(f"/r/{code}/pages"))
    answer = client.post(f"/r/{code}/bring", data={"csrf": data["csrf"], "other": more, "reason": "后续页"})
    assert answer.status_code == 303 and sources(office, code) == [f"{code}:3", f"{code}:1", f"{code}:2", f"{more}:1"]
    answer = client.post(f"/r/{code}/split", data={"csrf": data["csrf"], "at": 4, "reason": "另一份"})
    new = answer.headers["location"].split("/r/")[1].partition("?")[0]
    assert sources(office, new) == [f"{more}:1"] and len(sources(office, code)) == 3
    shown = client.get(f"/r/{new}")
    assert shown.status_code == 200 and code in shown.text
    # What was wrong is told on a page, and nothing happened.
    wrong = client.post(f"/r/{code}/pages", data=form(client.get(f"/r/{code}/pages"), out=["1", "2", "3"]))
    assert wrong.status_code == 400 and "一页不剩" in wrong.text
    assert counter("lmy").get(f"/r/{code}/pages").status_code == 404


def test_a_filed_record_asks_and_the_request_says_what(counter):
    office = counter.office
    code = scan(office, "a.pdf", "alpha invoice", "", "charlie receipt")
    office.dms("file", code, "--by-hand", "--reason", "已核对", user="gm")
    client = counter("zhs")
    answer = client.post(
        f"/r/{code}/pages", data=form(client.get(f"/r/{code}/pages"), do="drop-blank", reason="空白页")
    )
    assert answer.headers["location"].startswith("/requests") and sources(office, code) == ["1", "2", "3"]
    page = counter("sm").get("/requests")
    assert "抽出：2" in page.text and f"/r/{code}/pages" in page.text
    (one,) = office.dms("change", "--list", user="sm")["requests"]
    office.dms("change", "--approve", one["id"], user="sm")
    assert sources(office, code) == ["1", "3"]


def test_on_the_command_line_and_by_program(counter):
    office = counter.office
    code = scan(office, "a.pdf", "alpha invoice", "bravo contract")
    done = office.dms("pages", code, "--order", "2,1", "--turn", "2:180", "--reason", "次序", user="zhs")
    assert done["record"]["code"] == code and [p["turn"] for p in office.dms("pages", code)["pages"]] == [180, 0]
    assert "page 9" in refused(office, "pages", code, "--drop", "9", "--reason", "r", exit_code=2)["message"]
    made = office.dms("split", code, "--at", "2", "--reason", "另一份", user="zhs")
    assert made["new"]["part_of"] == code
    office.dms("join", made["new"]["code"], "--to", code, "--reason", "一份", user="zhs")
    client = counter("zhs")
    token = client.get("/api/v1/me").json()["csrf"]
    answer = client.post(
        f"/api/v1/records/{code}/arrange",
        json={"also": "as-scanned", "reason": "还原"},
        headers={"X-CSRF-Token": token},
    )
    assert answer.status_code == 200 and sources(office, code) == ["1", "2"], answer.text
    old, _ = filed(office, name="old.txt", text="已归档的文件内容，金额1860.00元。")
    refused(office, "split", old, "--at", "2", "--reason", "r", exit_code=5)
