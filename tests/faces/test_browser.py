"""A real browser (Debian's Chromium by Playwright): sign in, add a file, find it, open it, file it; phone and desk."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: apt install chromium"),
]
PASSWORD = "correct horse battery"


@pytest.fixture
def served(office):
    """The office served on a free port by a process of its own."""
    dms = [sys.executable, "-m", "dms.faces.cli.main", "--home", str(office.home)]
    told = {**os.environ, "DMS_USER": "tester"}
    subprocess.run(
        [*dms, "people", "password", "zhs"], input=f"{PASSWORD}\n", text=True, env=told, check=True, capture_output=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*dms, "serve", "--port", str(port)], env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{base}/health") as answer:  # noqa: S310 our own server
                    assert json.load(answer) == {"ok": True}
                    break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        assert server.wait(60) in (0, -15)


@pytest.mark.parametrize(
    ("width", "locale", "words"), [(1440, "zh-CN", ("登录", "归档")), (390, "en-GB", ("Sign in", "File"))]
)
def test_from_the_door_to_the_shelf(served, office, tmp_path, width, locale, words):
    path = tmp_path / "纪要.txt"
    path.write_text("部门例会纪要\n讨论了秋季促销方案和客户回访安排。", encoding="utf-8")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
        errors, foreign = [], []
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((served, "data:")) else None)
        page.goto(f"{served}/inbox")
        page.fill("input[name=login]", "zhs")
        page.fill("input[name=password]", PASSWORD)
        page.click(f"form.door button:has-text('{words[0]}')")
        page.wait_for_url(f"{served}/inbox")
        page.set_input_files("input[type=file]", str(path))
        page.click("form.card button")
        for _ in range(100):
            if page.locator("td a[href^='/r/']").count():
                break
            page.wait_for_timeout(200)
            page.reload()
        page.keyboard.press("/")
        page.wait_for_url(f"{served}/search*")
        assert page.locator("input[type=search]").count(), page.locator("body").inner_text()
        page.fill("input[type=search]", "秋季促销")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=*")
        assert page.locator("ol.hits mark").count(), page.locator("main").inner_text()
        assert page.locator("ol.hits mark").first.inner_text() == "秋季促销"
        page.click("a.hit")
        page.wait_for_load_state("networkidle")
        picture = page.locator("figure img").first
        picture.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('figure img').naturalWidth > 200")
        # Nothing hangs out of a phone's screen.
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        code = page.url.rpartition("/")[2].partition("#")[0]
        office.dms("describe", code, "--class", "99", "--manager", "ZHS", "--title", "例会纪要", "--date", "2026-11-02")
        page.reload()
        page.click(f"button:text-is('{words[1]}')")
        page.wait_for_url(f"{served}/r/*")
        assert "HG01-KH·99·2026" in page.locator("main").inner_text()
        browser.close()
    assert errors == [] and foreign == []
