"""The counter under load: people searching, opening and looking while scans come in; and the first paint in Chromium.

Run: ``python tests/benchmarks/bench_web.py --records 20000 --people 20 --seconds 60 --scans 30``.
The yardstick beside the pages is ``/health``, the same server doing nothing, in the same minute.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import psutil
from bench_search import PHRASES, entries

from dms import assembly
from dms.demo.forms import make_forms
from dms.demo.scanner import damage, scan_pdf
from dms.demo.story import PASSWORD, play
from dms.domain.record import Carrier, Record, RecordState

DMS = [sys.executable, "-m", "dms.faces.cli.main"]


def fill(home: Path, count: int) -> list[str]:
    """Put records beside the demo's, into the catalogue and the index; return the codes of those with pages."""
    with assembly.open_world(home, user="demo") as world:
        with world.catalogue.begin() as tx:
            real = [r.code for r in tx.records() if r.state in ("registered", "filed")]
            made = [e for e in entries(count + 1000) if int(e.code[-6:]) > 1000][:count]
            for e in made:
                tx.add_record(
                    Record(
                        e.code, title=e.title, class_code=e.class_code, customer=e.customer, manager=e.manager,
                        date=e.date, year=e.year, state=RecordState.FILED, electronic=Carrier(True, pages=2),
                        fields=e.fields,
                    )
                )  # fmt: skip
        begun = time.perf_counter()
        world.index().update(made)
        print(f"indexed {count:,} records in {time.perf_counter() - begun:.0f} s with {world.index().name}")
    return real


def click(base: str, real: list[str], ends: float, times: dict[str, list[float]], errors: list[str], seed: int) -> None:
    """One person: searches, opens a hit, looks at its page, glances at the pictures; a breath between."""
    rng = random.Random(seed)
    with httpx.Client(base_url=base, headers={"Origin": base}, timeout=60) as client:
        client.post("/sign-in", data={"login": "demo", "password": PASSWORD})

        def get(kind: str, path: str) -> httpx.Response:
            begun = time.perf_counter()
            answer = client.get(path)
            times[kind].append(time.perf_counter() - begun)
            if answer.status_code != 200:
                errors.append(f"{path} {answer.status_code}")
            return answer

        while time.monotonic() < ends:
            phrase = rng.choice(PHRASES)
            start = rng.randrange(len(phrase) - 3)
            get("search", f"/search?q={phrase[start : start + rng.randint(2, 4)]}")
            code = rng.choice(real)
            get("record", f"/r/{code}")
            get("page picture", f"/r/{code}/pages/1.jpg")
            for one in rng.sample(real, 5):
                get("thumbnail", f"/r/{one}/thumb.jpg")
            get("today", "/")
            get("health (yardstick)", "/health")
            time.sleep(rng.uniform(0.5, 2.0))


def first_paint(base: str) -> None:
    """Print the first paint of the search page on a cold load, and its bytes."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("no Chromium: first paint not measured")
        return
    with sync_playwright() as play_:
        paints, sizes = [], []
        for _ in range(5):
            browser = play_.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(base + "/sign-in")
            page.fill("input[name=login]", "demo")
            page.fill("input[name=password]", PASSWORD)
            page.click("form.door button")
            page.wait_for_load_state("networkidle")
            cdp = page.context.new_cdp_session(page)
            cdp.send("Network.enable")
            cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
            total = []
            cdp.on("Network.loadingFinished", lambda e, total=total: total.append(e["encodedDataLength"]))
            page.goto(base + "/search?q=折让")
            page.wait_for_load_state("networkidle")
            paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            sizes.append(sum(total))
            browser.close()
        paints.sort()
        print(f"search page, cold: first contentful paint {paints[2]:.0f} ms (5 runs: {paints[0]:.0f}-{paints[-1]:.0f}), "
              f"{sizes[0] / 1000:.1f} kB in all")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scans", type=int, default=30)
    parser.add_argument("--search", default="", help="search setting, such as tantivy://{home}/archive/index-tantivy")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if chosen.search:
            os.environ["DMS_SEARCH"] = chosen.search
        play(home, seed=7, keep=False, say=lambda _: None)
        real = fill(home, chosen.records)
        scans = []
        for n, form in enumerate(make_forms(31, chosen.scans)):
            scans.append(Path(folder) / f"scan-{n:03d}.pdf")
            scan_pdf([damage(form.render(200), 1, n, 200)], 200, scans[-1])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([*DMS, "--home", str(home), "serve", "--watch", "--port", str(port)],
                                  env={**os.environ, "DMS_USER": "demo"}, stderr=subprocess.DEVNULL)  # fmt: skip
        base = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    if httpx.get(base + "/ready").status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.1)
            first_paint(base)
            load(chosen, base, real, scans, home, server)
        finally:
            server.terminate()
            server.wait(60)


def load(chosen, base: str, real: list[str], scans: list[Path], home: Path, server: subprocess.Popen) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    errors: list[str] = []
    ends = time.monotonic() + chosen.seconds
    people = [threading.Thread(target=click, args=(base, real, ends, times, errors, n)) for n in range(chosen.people)]
    for scan in scans:
        shutil.move(scan, home / "inbox" / scan.name)
    for one in people:
        one.start()
    peak, web = 0, psutil.Process(server.pid)
    while any(p.is_alive() for p in people):
        peak = max(peak, web.memory_info().rss)
        time.sleep(0.2)
    with assembly.open_world(home, user="demo") as world, world.catalogue.look() as tx:
        done = sum(1 for i in tx.items() if i.name.startswith("scan-") and i.state.value != "working")
    print(
        f"{chosen.records:,} records, {chosen.people} people, {chosen.seconds:.0f} s, {done}/{len(scans)} scans done meanwhile"
    )
    print(f"errors: {len(errors)} {errors[:3]}; memory of the web process: {peak / 1e6:.0f} MB at most")
    print("| page | answers | p50 ms | p95 ms |\n| --- | --- | --- | --- |")
    for kind, found in times.items():
        found.sort()
        print(
            f"| {kind} | {len(found)} | {found[len(found) // 2] * 1000:.0f} | {found[int(len(found) * 0.95)] * 1000:.0f} |"
        )


if __name__ == "__main__":
    main()
