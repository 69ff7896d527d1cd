"""Signatures and seals on generated forms, signed and not, by damage level: how often found, how often imagined (R4).

Run: ``python tests/benchmarks/bench_signatures.py --forms 80``. Whose ink it is counts: the right role, not just any ink.
"""

from __future__ import annotations

import argparse
from collections import Counter
from random import Random

from dms.adapters.ocr.networks import silence

silence()

from dms.adapters.ocr.evidence import measure  # noqa: E402
from dms.demo.forms import KINDS, SIMPLIFIED, make_form  # noqa: E402
from dms.demo.scanner import damage  # noqa: E402
from dms.domain.pages import Page  # noqa: E402
from dms.domain.signing import inks  # noqa: E402
from dms.ports.ocr import Raster  # noqa: E402

ROLES = ("customer", "handler", "supervisor")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=80)
    parser.add_argument("--dpi", type=int, default=200)
    chosen = parser.parse_args()
    from dms.adapters.ocr import open_engine

    engine = open_engine("auto", "chi_sim+eng")
    counts: dict[int, Counter[str]] = {level: Counter() for level in range(4)}
    kinds = [k for k, v in KINDS.items() if SIMPLIFIED in v.languages]
    rng = Random(5)
    for number in range(chosen.forms):
        level = number % 4
        missing = tuple(r for r in ROLES if rng.random() < 0.4)
        seals = rng.random() < 0.5
        form = make_form(kinds[number % len(kinds)], seed=500 + number, missing=missing)
        image = damage(form.render(chosen.dpi, seals=seals), level, number, chosen.dpi)
        raster = Raster(image.width, image.height, 3, image.tobytes(), chosen.dpi)
        words = engine.recognise(raster).words
        evidence = measure(raster, words)
        page = Page(
            1, image.width * 72 / chosen.dpi, image.height * 72 / chosen.dpi, words=tuple(words), evidence=evidence
        )
        found = {i.role for i in inks([page])}
        for role in ROLES:
            places = [p for p in form.signatures if p.role == role and p.page == 1]
            if not places:
                continue
            signed = any(p.filled for p in places)
            counts[level][
                ("hit" if role in found else "missed") if signed else ("false" if role in found else "clear")
            ] += 1
        drawn = sum(1 for p in form.places if p.kind == "seal" and p.page == 1 and p.filled) if seals else 0
        counts[level]["seals drawn"] += drawn
        counts[level]["seals found"] += min(drawn, len(evidence.seals))
        counts[level]["seals imagined"] += max(0, len(evidence.seals) - drawn)
    print("| level | signed, found with the right role | not signed, yet found | seals found | seals imagined |")
    print("| --- | --- | --- | --- | --- |")
    for level, c in counts.items():
        signed, clear = c["hit"] + c["missed"], c["false"] + c["clear"]
        print(
            f"| L{level} | {c['hit']}/{signed} ({c['hit'] / max(1, signed):.0%}) | {c['false']}/{clear} "
            f"({c['false'] / max(1, clear):.0%}) | {c['seals found']}/{c['seals drawn']} | {c['seals imagined']} |"
        )


if __name__ == "__main__":
    main()
