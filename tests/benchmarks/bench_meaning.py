"""Sure, or asked: how many tempting papers are read wrongly without a question, how many ordinary ones are asked about.

Run: ``python tests/benchmarks/bench_meaning.py --scans 12``. Most of it works on the text of pages, as an engine that
errs nowhere would give it; ``--scans`` puts so many papers of each kind through the whole journey as real scans.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from json import loads
from pathlib import Path
from random import Random

from tempting import FONDS, KEY, PAPERS, RECEIVED, STACKS, STAFF, Paper, Stack, blank, code, cover, stack

from dms.adapters.search.folding import fold
from dms.demo import people
from dms.demo.forms import make_forms
from dms.domain.describing.deciding import describe
from dms.domain.describing.who import KnownCustomer, KnownPerson
from dms.domain.hantext import page_text
from dms.domain.item import Hints
from dms.domain.pages import Page
from dms.domain.record import Record, filing_year
from dms.domain.rescans import may_be_same, same_number, same_text
from dms.domain.splitting import cut
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
    segments = cut(made.pages, KEY, FONDS).segments
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
        (segment,) = cut(numbered, KEY, FONDS).segments
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
    from PIL import Image, ImageDraw

    from dms.demo import fonts
    from dms.demo.samples import write_scan
    from dms.demo.scanner import damage, scan_pdf

    rng = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)

        def dms(*arguments: object) -> dict:
            command = [sys.executable, "-m", "dms.faces.cli.main", "--home", str(home), *map(str, arguments), "--json"]
            return loads(subprocess.run(command, capture_output=True, check=True).stdout)

        dms("init")
        for one in people.MANAGERS:
            dms("people", "add", one.code, one.name)
        for one in STAFF:
            dms("people", "add", one.code, one.name)
        asked = wrong = 0
        for number, form in enumerate(make_forms(seed=seed, count=count)):
            dms("customers", "add", form.customer, "--manager", form.manager) if form.customer else None
            target = home / f"scan-{number}.pdf"
            write_scan(form, target, level=1, seed=number, dpi=200)
            told = dms("show", dms("ingest", target)["items"][0]["code"])
            asked += bool(told["uncertain"])
            same = (told["customer"].rstrip("."), told["manager"], str(told["year"]))
            right = (form.customer.rstrip("."), form.manager, form.values["date"][:4])
            wrong += any(
                a != b and k not in told["uncertain"]
                for k, a, b in zip(("customer", "manager", "date"), same, right, strict=True)
            )
        print(f"ordinary scans: {count}, asked about {asked}, silently wrong {wrong}")
        asked = wrong = 0
        for number in range(count):
            paper = PAPERS[number % len(PAPERS)](rng)
            for customer in paper.known:
                alias = [part for a in customer.aliases for part in ("--alias", a)]
                dms("customers", "add", customer.name, "--manager", customer.manager, *alias)
            sheet = Image.new("RGB", (1654, 2339), "white")
            pen = ImageDraw.Draw(sheet)
            for word in paper.pages[0].words:
                pen.text(
                    (word.box.x0 * 2.8, word.box.y0 * 2.8),
                    word.text,
                    font=fonts.sized(fonts.han(), 34),
                    fill=(20, 20, 20),
                )
            target = home / f"trap-{number}.pdf"
            scan_pdf([damage(sheet, 1, number, 200)], 200, target)
            told = dms("show", dms("ingest", target)["items"][0]["code"])
            got = {"customer": told["customer"], "manager": told["manager"], "date": told["year"]}
            right = {"customer": paper.customer, "manager": paper.manager, "date": paper.year}
            bad = [k for k, v in right.items() if v is not None and got[k] != v and k not in told["uncertain"]]
            wrong += bool(bad)
            asked += bool(told["uncertain"])
            if bad:
                print(f"  wrong {bad}: {paper.trap}: {got} instead of {right}")
        print(f"tempting scans: {count}, asked about {asked}, silently wrong {wrong}")


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
