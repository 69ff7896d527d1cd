"""A real browser (Debian's Chromium by Playwright): the office's stories, every page for everybody, desk and phone."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from office_kit import CUSTOMER, filed, note
from web_kit import LOGINS, PASSWORD

from dms.assembly import open_world
from dms.ports.accounts import Account

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: apt install chromium"),
]


@pytest.fixture
def served(office):
    """The office served on a free port by a process of its own."""
    dms = [sys.executable, "-m", "dms.faces.cli.main", "--home", str(office.home)]
    with open_world(office.home, user="tester") as world:
        secret = world.passwords().hash(PASSWORD)
        with world.catalogue.begin() as tx:
            for login in LOGINS:
                tx.save_account(Account(login.upper(), secret, world.now()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*dms, "serve", "--port", str(port)], env={**os.environ, "DMS_USER": "tester"}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{base}/ready") as answer:  # noqa: S310 our own server
                    assert json.load(answer) == {"ready": True}
                    break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        assert server.wait(60) in (0, -15)


class Desk:
    """A browser with a window for each person; what went wrong in any of them."""

    def __init__(self, browser, base):
        self.browser, self.base = browser, base
        self.errors, self.foreign = [], []

    def sign_in(self, login, *, width=1440, locale="zh-CN", to="/"):
        page = self.browser.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
        page.on("console", lambda m: self.errors.append((page.url, m.text)) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append((page.url, str(e))))
        page.on("request", lambda r: self.foreign.append(r.url) if not r.url.startswith((self.base, "data:")) else None)
        page.goto(self.base + to)
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.click("form.door button")
        page.wait_for_url(self.base + to)
        return page


@contextmanager
def desk(base):
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        made = Desk(browser, base)
        yield made
        browser.close()
    assert made.errors == [] and made.foreign == []


def until(page, script):
    """Wait for a script to say yes; the page's own policy lets no browser tool wait inside it."""
    for _ in range(600):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(script)


@pytest.fixture
def daily_files(office):
    """The office keeps its daily papers as files only: one that was never on paper can be filed."""
    scheme = office.home / "scheme.toml"
    before, daily = scheme.read_text(encoding="utf-8").split('code = "99"')
    scheme.write_text(f'{before}code = "99"{daily.replace("dual", "electronic", 1)}', encoding="utf-8")


@pytest.mark.usefixtures("daily_files")
@pytest.mark.parametrize(
    ("width", "locale", "word"), [(1440, "zh-CN", "归档"), (390, "en-GB", "File"), (390, "zh-TW", "歸檔")]
)
def test_from_the_door_to_the_shelf(served, office, tmp_path, width, locale, word):
    path = tmp_path / "纪要.txt"
    path.write_text("部门例会纪要\n讨论了秋季促销方案和客户回访安排。", encoding="utf-8")
    with desk(served) as people:
        page = people.sign_in("zhs", width=width, locale=locale, to="/inbox")
        page.set_input_files("input[type=file]", str(path))
        page.click("#add > button")
        # The list tells it by itself: nobody reloads.
        page.wait_for_selector("#items td a[href^='/r/']", timeout=30_000)
        page.click("h1")
        page.keyboard.press("/")
        page.wait_for_url(f"{served}/search*")
        # An answer comes while one types.
        page.fill("#find input[name=q]", "秋季促销")
        page.wait_for_selector("ol.hits mark")
        assert page.locator("ol.hits mark").first.inner_text() == "秋季促销" and "q=" in page.url
        page.click("a.hit")
        page.wait_for_url("**/r/*")
        until(page, "document.querySelector('figure img').naturalWidth > 200")
        mark = page.locator(".marks rect").first.bounding_box()
        sheet = page.locator(".sheet img").first.bounding_box()
        assert sheet["x"] <= mark["x"] and mark["x"] + mark["width"] <= sheet["x"] + sheet["width"]
        page.click("[data-zoom='1']")
        assert page.locator(".sheet img").first.bounding_box()["width"] > sheet["width"] * 1.3
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        code = page.url.rpartition("/")[2].partition("?")[0]
        office.dms("describe", code, "--class", "99", "--manager", "ZHS", "--title", "例会纪要", "--date", "2026-11-02")
        page.reload()
        page.click(f"#sign button:text-is('{word}')")
        page.wait_for_url(f"{served}/r/*done=file")
        assert "HG01-KH·99·2026" in page.locator("main").inner_text()
        with page.expect_download() as told:
            page.locator("a[href*='/print/cover/']").click()
        assert told.value.suggested_filename == f"cover-{code}.pdf"


def test_files_dropped_anywhere_are_added(served, office):
    with desk(served) as people:
        page = people.sign_in("zhs", to="/inbox")
        page.evaluate("""() => {
            const bag = new DataTransfer();
            bag.items.add(new File(["客户投诉折让，拖进来的文件。"], "拖放.txt", {type: "text/plain"}));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer: bag, bubbles: true, cancelable: true}));
        }""")
        page.wait_for_selector("#items td a[href^='/r/']", timeout=30_000)
        assert "拖放.txt" in page.locator("#items").inner_text()


def test_signed_refused_and_approved(served, office):
    code = note(office)
    with desk(served) as people:
        handler, supervisor = people.sign_in("zhs"), people.sign_in("dm1")
        handler.goto(f"{served}/approvals")
        handler.click("tbody a")
        handler.click("#sign button:text-is('声明属实')")
        handler.wait_for_url("**done=declare")
        assert "不能审批自己声明的文件" not in handler.locator("#sign").inner_text()
        supervisor.goto(f"{served}/")
        supervisor.click(f"a[href='/r/{code}']")
        supervisor.fill("#sign input[name=reason]", "金额与合同不符")
        supervisor.click("#sign button:text-is('退回')")
        supervisor.wait_for_url("**done=reject")
        handler.goto(f"{served}/triage?at=1")
        assert "金额与合同不符" in handler.locator("main").inner_text()
        handler.goto(f"{served}/r/{code}")
        handler.click("#sign button:text-is('声明属实')")
        handler.wait_for_url("**done=declare")
        supervisor.goto(f"{served}/r/{code}")
        supervisor.click("#sign button:text-is('审批')")
        supervisor.wait_for_url("**done=approve")
        assert "电子签批" in supervisor.locator("#sign").inner_text()
        # Why it cannot be filed yet stands there.
        assert "归档: 签字、载体或答复不全" in supervisor.locator(".why").inner_text()


def test_access_is_asked_and_granted(served, office):
    code, _ = filed(office)
    with desk(served) as people:
        other, decider = people.sign_in("lmy", to="/requests"), people.sign_in("sm", to="/requests")
        other.fill("input[name=target]", code)
        other.locator("form[action='/requests'] input[name=reason]").fill("核对折让")
        other.click("form[action='/requests'] button")
        other.wait_for_url("**done=asked")
        decider.reload()
        decider.locator("article button").first.click()
        decider.wait_for_url("**done=decided")
        other.goto(f"{served}/r/{code}")
        assert CUSTOMER in other.locator("main").inner_text()


def test_borrowed_and_returned(served, office):
    _, number = filed(office)
    volume = number.rpartition("-")[0]
    with desk(served) as people:
        keeper = people.sign_in("ar", to="/shelf")
        form = keeper.locator("form[action='/shelf/lend']")
        form.locator("[name=target]").fill(volume)
        form.locator("[name=borrower]").fill("李美玉")
        form.locator("[name=purpose]").fill("核对合同")
        form.locator("[name=due]").fill("2099-01-01")
        form.locator("button[formaction='/shelf/ask']").click()
        keeper.wait_for_url("**done=asked")
        manager = people.sign_in("sm", to="/requests")
        manager.locator("article", has_text="李美玉").locator("button").first.click()
        manager.wait_for_url("**done=decided")
        keeper.goto(f"{served}/shelf")
        keeper.locator("table form[action='/shelf/lend'] button").click()
        keeper.wait_for_url("**done=lent")
        assert volume in keeper.locator("table").first.inner_text()
        keeper.locator("form[action='/shelf/back'] button").click()
        keeper.wait_for_url("**done=returned")
        count = keeper.locator("form[action='/shelf/stocktake']")
        count.locator("[name=place]").fill("档案室")
        count.locator("[name=scanned]").fill(number)
        count.locator("button").click()
        assert "应放在别处" in keeper.locator("main").inner_text()


def test_removed_and_restored(served, office):
    code, _ = filed(office)
    with desk(served) as people:
        handler, decider = people.sign_in("zhs", to=f"/r/{code}"), people.sign_in("sm")
        handler.click("summary:text-is('申请删除')")
        handler.locator("form:has(input[value=deletion]) [name=reason]").fill("重复")
        handler.click("form:has(input[value=deletion]) button")
        handler.wait_for_url("**/requests?done=asked")
        decider.goto(f"{served}/requests")
        decider.locator("article button").first.click()
        decider.wait_for_url("**done=decided")
        decider.goto(f"{served}/bin")
        assert code in decider.locator("main").inner_text() and "天" in decider.locator("tbody").inner_text()
        decider.click("summary:text-is('恢复')")
        decider.locator("form[action$='/restore'] [name=reason]").fill("误删")
        decider.click("form[action$='/restore'] button")
        decider.wait_for_url(f"**/r/{code}?done=restored")
        handler.goto(f"{served}/r/{code}")
        assert "已归档" in handler.locator("main").inner_text()


def test_hands_that_stay_on_the_keyboard(served, office):
    note(office)
    with desk(served) as people:
        page = people.sign_in("gm")
        page.keyboard.press("?")
        assert page.locator("dialog[open]").count() == 1
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("q")
        page.wait_for_url("**/triage")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"


PAGES = ("/", "/search", "/search?q=折让&look=table", "/search?look=pictures", "/inbox", "/triage", "/approvals?everything=1",
         "/requests", "/bin", "/volumes", "/shelf", "/customers", "/print", "/reviews?kind=month", "/grades", "/appraisal",
         "/log", "/settings", "/settings/people", "/settings/scheme", "/settings/health")  # fmt: skip


@pytest.mark.parametrize(("width", "locale"), [(1440, "zh-CN"), (390, "en-GB")])
def test_every_page_is_for_everybody(served, office, width, locale):
    """Axe finds nothing serious on any page, and nothing hangs out of the screen."""
    axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")
    code, number = filed(office)
    waiting = note(office, "很长的名字" * 12 + ".txt", "客户投诉折让审批单，内容另一份。", manager="")
    office.dms("change", code, "--title", "题" * 300, "--reason", "长" * 300)
    own = (f"/r/{code}?q=折让", f"/r/{waiting}", f"/volumes/{quote(number.rpartition('-')[0])}",
           f"/customers/{quote(CUSTOMER)}", f"/r/{code}/versions", f"/r/{code}/pages", f"/r/{waiting}/pages")  # fmt: skip
    found = []
    with desk(served) as people:
        page = people.sign_in("tester", width=width, locale=locale)
        axe = axe_module.Axe()
        for address in (*PAGES, *own):
            page.goto(served + address)
            told = axe.run(page).response
            found += [
                (address, v["id"], v["impact"], v["nodes"][0]["html"][:160])
                for v in told["violations"]
                if v["impact"] in ("serious", "critical")
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append((address, "hangs out", wide))
        page.goto(f"{served}/sign-in")
    assert found == []


def test_a_form_is_taught_by_marking_one_scan(served, office):
    """Marked with the mouse, tried on that very page, kept; the next paper of the kind is recognised."""
    text = "空调维修服务单\n送修单位：上海大华公司\n送修日期：2026-03-05\n维修费用：1,200.00元\n"
    code = note(office, name="单.txt", text=text, customer="")
    with desk(served) as people:
        page = people.sign_in("gm", to=f"/r/{code}/teach")
        page.fill("input[name=name]", "空调维修服务单")
        page.fill("input[name=key]", "repair")
        page.locator("input[name=title]").first.check()
        for row, what in enumerate(("customer", "date", "amount")):
            page.locator(".picks rect").nth(row + 1).click()
            page.locator("select[name=what]").nth(row).select_option(what)
        page.click("button[value=try]")
        found = page.locator("section[role=status] dd").all_inner_texts()
        assert [t.strip() for t in found] == ["上海大华公司", "2026-03-05", "1200.00"]
        assert page.locator(".picks rect.now").count() == 4, "what is marked is shown on the page"
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440
        page.click("button[value=save]")
        page.wait_for_url("**/settings/forms*")
        assert page.locator("td", has_text="repair").count() == 1
    path = office.home / "下一份.txt"
    path.write_text(text.replace("上海大华公司", "杭州西湖山庄"), encoding="utf-8")
    (item,) = office.dms("ingest", path)["items"]
    told = office.dms("show", item["code"])
    assert (told["form"], told["customer"], told["fields"]["amount"]) == ("repair", "杭州西湖山庄", "1200.00")
