"""Sure, or asked: how many tempting papers are read wrongly without a question, how many ordinary ones are asked about.

Run: ``python tests/benchmarks/bench_meaning.py --scans 12``. Most of it works on the text of pages, as an engine that
errs nowhere would give it; ``--scans`` puts so many papers of each kind through the whole journey as real scans.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from tempting import FONDS, KEY, PAPERS, RECEIVED, STACKS, STAFF, Paper, Stack, blank, code, cover, stack

from dms.adapters.search.folding import fold
from dms.demo import fonts, people
from dms.demo.forms import make_forms
from dms.domain.describing.deciding import describe
from dms.domain.describing.who import KnownCustomer, KnownPerson
from dms.domain.hantext import page_text
from dms.domain.item import Hints
from dms.domain.pages import Page
from dms.domain.record import Record, filing_year
from dms.domain.rescans import may_be_same, same_number, same_text
from dms.domain.splitting import cut
from dms.faces.cli.main import main as command
from dms.settings import Settings
from dms.shipped import load_profiles, load_scheme

_SETTINGS = Settings(home=Path("/nowhere"))
SCHEME, PROFILES = load_scheme(_SETTINGS), load_profiles(_SETTINGS)


def wrong_of(paper: Paper) -> tuple[list[str], bool]:
    """Return what was decided wrongly without a question, and whether anything was asked."""
    found = describe(paper.pages, Hints(), SCHEME, PROFILES, paper.known, STAFF, fold, received=RECEIVED)
    reserved = Record("", year=paper.cover_year) if paper.cover_year else None
    told = {
        "customer": (found.customer, paper.customer), "manager": (found.manager, paper.manager),
        "date": (filing_year(reserved, found.date, RECEIVED), paper.year),
    }  # fmt: skip
    wrong = [k for k, (got, right) in told.items() if right is not None and got != right and k not in found.uncertain]
    return wrong, bool(found.uncertain)


def wrong_of_stack(made: Stack) -> tuple[int, bool]:
    """Return how many pages lie in a record they do not belong to, or in none, without a question."""
    segments = cut(made.pages, (KEY,), FONDS).segments
    wrong = sum(
        s.code != made.right.get(n) and (s.code is not None or not s.signs)
        for s in segments for n in s.pages if n in made.right
    )  # fmt: skip
    return wrong, any(s.signs for s in segments)


def rescan(rng: Random, number: int) -> bool:
    """A paper read twice with slips of the engine; True where it is asked about."""
    form = make_forms(seed=90_000 + number, count=1)[0]
    text = "\n".join(page_text(w) for w in form.words)
    again = "".join(rng.choice("口日目一") if c.isalpha() and rng.random() < 0.004 else c for c in text)
    fields = {k: v for k, v in form.values.items() if k in ("number", "amount")}
    lost = {k: v for k, v in fields.items() if rng.random() < 0.7}
    one, two = (Record(c, form=form.kind, fields=f) for c, f in (("A", fields), ("B", lost)))
    return same_number(one, two) or (may_be_same(one, two) and same_text(text, again, fold) > 0)


def traps(rng: Random) -> None:
    """Print 300 papers whose tempting reading is wrong."""
    asked: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for number in range(200):
        paper = PAPERS[number % len(PAPERS)](rng)
        wrong, question = wrong_of(paper)
        made[paper.trap] += 1
        asked[paper.trap] += question
        silent[paper.trap] += bool(wrong)
        if wrong:
            print(f"  wrong {wrong}: {paper.trap}: {paper.pages[0].text!r} known {[c.name for c in paper.known]}")
    for number in range(75):
        pile = stack(rng, STACKS[number % len(STACKS)])
        wrong_pages, question = wrong_of_stack(pile)
        made[pile.trap] += 1
        asked[pile.trap] += question
        silent[pile.trap] += bool(wrong_pages)
    for number in range(25):
        noticed = rescan(rng, number)
        made["rescan"] += 1
        asked["rescan"] += noticed
        silent["rescan"] += not noticed
    for name, count in made.items():
        print(f"  {name:16} {count:4}  asked {asked[name]:4}  silently wrong {silent[name]}")
    print(f"tempting papers: {sum(made.values())}, silently wrong {sum(silent.values())}, asked {sum(asked.values())}")


def ordinary(seed: int) -> None:
    """Print 300 papers without traps: forms of known and new customers, behind covers, duplex or plain."""
    staff = [KnownPerson(p.code, p.name) for p in people.MANAGERS]
    asked = wrong = 0
    why: Counter[str] = Counter()
    seen: list[tuple[Record, str]] = []
    for number, form in enumerate(make_forms(seed=seed, count=300)):
        # One customer in six is new to the archive.
        known = [KnownCustomer(c.name, c.manager) for c in people.customers() if c.name != form.customer or number % 6]
        pages = [Page(1, 595, 842, w, page_text(w), "ocr") for w in form.words]
        backs = [p for one in pages for p in ((one, blank(0)) if number % 2 else (one,))]
        scanned = [*([cover(number + 1)] if number % 3 == 0 else []), *backs]
        numbered = [p.numbered(n) for n, p in enumerate(scanned, 1)]
        (segment,) = cut(numbered, (KEY,), FONDS).segments
        content = [p for p in numbered if p.number in segment.pages]
        found = describe(content, Hints(), SCHEME, PROFILES, known, staff, fold, received=RECEIVED)
        record = Record(
            code(number + 1), form=found.form, customer=found.customer, date=found.date, fields=found.fields
        )
        text = page_text(pages[0].words)
        twice = any(
            r.customer == record.customer and (same_number(r, record) or (may_be_same(r, record) and same_text(t, text, fold)))
            for r, t in seen
        )  # fmt: skip
        seen.append((record, text))
        questions = [*found.uncertain, *(s.kind for s in segment.signs), *(["rescan"] if twice else [])]
        asked += bool(questions)
        why.update(questions)
        right = (form.customer.rstrip("."), form.manager, form.values["date"][:4])
        got = (found.customer.rstrip("."), found.manager, str(found.date)[:4])
        wrong += any(
            a != b and k not in questions for k, a, b in zip(("customer", "manager", "date"), got, right, strict=True)
        )
        wrong += segment.code != (code(number + 1) if number % 3 == 0 else None) and not segment.signs
    print(f"ordinary papers: 300, asked about {asked} ({asked / 3:.1f} %) {dict(why)}, silently wrong {wrong}")


def scans(count: int, seed: int) -> None:
    """Print real scans through the whole journey: ordinary forms, and tempting papers drawn as pages."""
    from dms.demo.samples import write_scan
    from dms.demo.scanner import damage, scan_pdf

    rng = Random(seed)
    forms = make_forms(seed=seed, count=count)
    papers = [PAPERS[number % len(PAPERS)](rng) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number, (form, paper) in enumerate(zip(forms, papers, strict=True)):
            write_scan(form, home / f"plain-{number}.pdf", level=1, seed=number, dpi=200)
            scan_pdf([damage(_drawn(paper), 1, number, 200)], 200, home / f"trap-{number}.pdf")
        for kind in ("plain", "trap"):
            # Two archives: what one set makes known must not help or hinder the other.
            archive = home / kind
            dms(archive, "init")
            for code_, name in [(p.code, p.name) for p in (*people.MANAGERS, *STAFF)]:
                dms(archive, "people", "add", code_, name)
            known = [KnownCustomer(f.customer, f.manager) for f in forms if f.customer]
            for customer in known if kind == "plain" else {c.name: c for p in papers for c in p.known}.values():
                alias = [part for a in customer.aliases for part in ("--alias", a)]
                dms(archive, "customers", "add", customer.name, "--manager", customer.manager, *alias)
            items = dms(archive, "ingest", *(home / f"{kind}-{n}.pdf" for n in range(count)))["items"]
            truth = (
                [(f.customer, f.manager, int(f.values["date"][:4])) for f in forms]
                if kind == "plain"
                else [(p.customer, p.manager, p.year) for p in papers]
            )
            asked = wrong = 0
            by_name = {Path(item["path"]).name: item for item in items}
            for number, right in enumerate(truth):
                item = by_name[f"{kind}-{number}.pdf"]
                told = dms(archive, "show", item["code"])
                asked += bool(told["uncertain"])
                got = (told["customer"], told["manager"], told["year"])
                bad = [
                    f"{k} {g!r} instead of {r!r}"
                    for k, g, r in zip(("customer", "manager", "date"), got, right, strict=True)
                    if r is not None and _bare(g) != _bare(r) and k not in told["uncertain"]
                ]
                wrong += bool(bad)
                if bad:
                    print(f"  silently wrong in {item['path']}: {', '.join(bad)}")
            print(f"{kind} scans: {count}, asked about {asked}, silently wrong {wrong}")


def _bare(value: object) -> str:
    return "".join(c for c in fold(str(value)) if c.isalnum())


def _drawn(paper: Paper) -> Image.Image:
    """A page as a printer would leave it, at 200 dpi."""
    sheet = Image.new("RGB", (1654, 2339), "white")
    pen = ImageDraw.Draw(sheet)
    for word in paper.pages[0].words:
        place = (word.box.x0 * 200 / 72, word.box.y0 * 200 / 72)
        pen.text(place, word.text, font=fonts.sized(fonts.han(), 34), fill=(20, 20, 20))
    return sheet


def dms(home: Path, *arguments: object) -> dict[str, Any]:
    """Run a command in this process; return what it told."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        command(["--home", str(home), *map(str, arguments), "--json"])
    return dict(json.loads(told.getvalue()))


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--scans", type=int, default=12)
    chosen = parser.parse_args()
    began = time.process_time()
    traps(Random(chosen.seed))
    ordinary(chosen.seed + 1)
    print(f"{time.process_time() - began:.0f} CPU seconds for 600 papers")
    if chosen.scans:
        scans(chosen.scans, chosen.seed + 2)


if __name__ == "__main__":
    main()
