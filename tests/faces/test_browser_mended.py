"""In a real browser: pages turned and enlarged, a session that ends, a connection that is lost, two tabs."""

from __future__ import annotations

from office_kit import note
from test_browser import desk, playwright, pytestmark, served, until
from web_kit import PASSWORD

__all__ = ["playwright", "pytestmark", "served"]
SLACK = 2


def expected(people, *words):
    """Take the browser's own complaints about a lost connection or session off the list; any other stays."""
    people.errors[:] = [one for one in people.errors if not any(word in one[1] for word in words)]


def ends(page, *, login):
    """Let a session end on the server's side, as after a night."""
    page.context.clear_cookies()
    assert login


def test_a_page_turned_or_enlarged_is_reached_whole_with_its_tools_in_sight(served, office):
    code = note(office, text="客户投诉折让审批单\n" + "金额1860.00元，请领导批示。\n" * 150)
    with desk(served) as people:
        page = people.sign_in("zhs", to=f"/r/{code}")
        until(page, "document.querySelector('.sheet img').naturalWidth > 200")
        sheet, frame, tools = (page.locator(f".viewer {one}").first for one in (".sheet img", ".pages", ".tools"))
        upright = sheet.bounding_box()
        page.click("button[data-turn]")
        lying, around = sheet.bounding_box(), frame.bounding_box()
        # As wide as before, nothing to the left of what can be scrolled to, as high as it was wide by its shape.
        assert abs(lying["width"] - upright["width"]) < SLACK and lying["x"] >= around["x"] - SLACK
        assert abs(lying["height"] - upright["width"] ** 2 / upright["height"]) < SLACK
        assert (
            page.evaluate("document.querySelector('.pages').scrollWidth - document.querySelector('.pages').clientWidth")
            <= SLACK
        )
        for _ in range(3):
            page.click("button[data-turn]")
        for _ in range(3):
            page.click("button[data-zoom='1']")
        assert sheet.bounding_box()["width"] > upright["width"] * 3
        # Enlarged, it comes with more pixels than the screen's own picture has.
        until(page, "document.querySelector('.sheet img').naturalWidth > 2000")
        page.evaluate("scrollTo(0, 1500)")
        until(page, "scrollY > 1000")
        assert 0 <= tools.bounding_box()["y"] <= SLACK
        # All of it can be scrolled to, from its left edge to its right.
        page.evaluate("document.querySelector('.pages').scrollLeft = 1e6")
        right = sheet.bounding_box()
        assert abs(right["x"] + right["width"] - around["x"] - around["width"]) < 2 * SLACK


def test_a_form_sent_after_the_session_ended_is_filled_in_on_its_page(served, office):
    with desk(served) as people:
        page = people.sign_in("ar", to="/shelf")
        form = page.locator("form[action='/shelf/lend']")
        for name, value in (("target", "HG01"), ("borrower", "李美玉"), ("purpose", "核对"), ("due", "2099-01-01")):
            form.locator(f"[name={name}]").fill(value)
        form.locator("[name=answers]").select_option("SM")
        ends(page, login="ar")
        form.locator("button").first.click()
        page.wait_for_selector("form.door")
        assert "您填写的内容已保留" in page.locator("main").inner_text()
        page.fill("input[name=login]", "ar")
        page.fill("input[name=password]", PASSWORD)
        page.click("form.door button")
        page.wait_for_url(f"{served}/shelf")
        page.wait_for_selector("form[action='/shelf/lend'] .done")
        kept = {name: form.locator(f"[name={name}]").input_value() for name in ("target", "borrower", "due", "answers")}
        assert kept == {"target": "HG01", "borrower": "李美玉", "due": "2099-01-01", "answers": "SM"}
        expected(people, "401")


def test_search_and_upload_say_when_nobody_hears_them(served, office):
    note(office)
    with desk(served) as people:
        page = people.sign_in("zhs", to="/search")
        page.fill("#find input[name=q]", "折让")
        page.wait_for_selector("ol.hits a.hit")
        page.context.set_offline(True)
        page.fill("#find input[name=q]", "别的")
        page.wait_for_selector("#old:not([hidden])")
        assert "连接中断" in page.locator("#old").inner_text() and not page.locator("ol.hits").is_visible()
        page.context.set_offline(False)
        page.fill("#find input[name=q]", "折让审批")
        page.wait_for_selector("ol.hits a.hit")
        assert not page.locator("#old").is_visible()
        cookies = page.context.cookies()
        ends(page, login="zhs")
        page.fill("#find input[name=q]", "折让")
        page.wait_for_selector("#old:not([hidden]) a")
        assert "您已退出登录" in page.locator("#old").inner_text() and not page.locator("ol.hits").is_visible()
        page.context.add_cookies(cookies)
        page.goto(f"{served}/inbox")
        page.context.set_offline(True)
        file = {"name": "离线.txt", "mimeType": "text/plain", "buffer": "离线时的文件，客户投诉。".encode()}
        page.set_input_files("#add input[type=file]", files=[file])
        page.click("#add > button:not(#again)")
        page.wait_for_selector("#again:not([hidden])")
        assert "未能上传" in page.locator("#sending").inner_text()
        page.context.set_offline(False)
        page.click("#again")
        page.wait_for_selector("#items td a[href^='/r/']", timeout=60_000)
        assert "离线.txt" in page.locator("#items").inner_text() and not page.locator("#again").is_visible()
        # The live row is written as the page writes it.
        assert "年" in page.locator("#items td.when").first.inner_text()
        expected(people, "ERR_INTERNET_DISCONNECTED", "401")


def test_two_tabs_of_one_record(served, office):
    code = note(office)
    with desk(served) as people:
        one = people.sign_in("zhs", to=f"/r/{code}")
        two = one.context.new_page()
        two.goto(f"{served}/r/{code}")
        form = "form[action$='/describe'] "
        for page, field, value in ((one, "title", "标题甲"), (two, "date", "2026-05-02")):
            page.click("summary:text-is('著录')")
            page.fill(f"{form}input[name={field}]", value)
            page.click(f"{form}button")
            page.wait_for_load_state()
        assert "内容刚被改动" in two.locator("h1").inner_text()
        assert "标题甲" in two.locator("label.uncertain").inner_text()
        two.click("form.kept button")
        two.wait_for_url("**done=described")
        assert two.locator("h1").inner_text() == "标题甲" and "2026年5月2日" in two.locator("main").inner_text()
        expected(people, "409")
