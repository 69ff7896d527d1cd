"""Draw docs/performance.svg from the tables of docs/performance.md, so that the picture says what the tables say.

Run: ``python tests/benchmarks/plot.py`` (needs matplotlib).
"""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parents[2] / "docs"


def tables(text: str) -> list[list[list[str]]]:
    """Return every table as rows of cells, heads first, rulers left out."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [re.sub(r"[`*]", "", c).strip() for c in line.strip("|").split("|")]
            if not all(re.fullmatch(r"-+", c) for c in cells):
                found[-1].append(cells)
        elif found[-1]:
            found.append([])
    return [t for t in found if t]


def number(text: str) -> float:
    match = re.search(r"[\d,]*\.?\d+", text)
    assert match, text
    return float(match[0].replace(",", ""))


def headed(found: list[list[list[str]]], head: str) -> list[list[str]]:
    """Return the table whose first head begins so."""
    (table,) = [t for t in found if t[0][0].startswith(head)]
    return table


def main() -> None:
    found = tables((DOCS / "performance.md").read_text(encoding="utf-8"))
    matplotlib.rcParams |= {"svg.hashsalt": "dms", "svg.fonttype": "none", "font.size": 9, "axes.grid": True}
    figure, (pages, search, cores) = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")

    rows = headed(found, "a 20-page scan by")[1:]
    pages.barh([r[0] for r in rows], [number(r[1]) for r in rows], color="#8e2f23", height=0.6)
    pages.invert_yaxis()
    pages.set_axisbelow(True)
    pages.set(title="One scan of 20 pages, to the search", xlabel="seconds a page (2 cores)")

    head, *rows = headed(found, "p95 ms by records")
    for row in rows:
        points = [(number(size), number(cell)) for size, cell in zip(head[1:], row[1:], strict=True) if cell != "–"]
        search.plot(*zip(*points, strict=True), marker="o", label=row[0])
    search.set(title="Search", xlabel="records", ylabel="p95, ms", xscale="log", yscale="log")
    search.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))

    head, *rows = headed(found, "cores reading")
    sizes = [number(c) for c in head[1:]]
    done = next(r for r in rows if r[0].startswith("pages a second"))
    cores.plot(sizes, [number(c) for c in done[1:]], marker="o", label="simulated")
    cores.plot(sizes, [number(done[1]) * n for n in sizes], linestyle=":", label="perfect")
    cores.set(title="Reading machines", xlabel="cores reading", ylabel="pages a second", xscale="log", yscale="log")
    cores.legend(fontsize=8)

    figure.savefig(DOCS / "performance.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
