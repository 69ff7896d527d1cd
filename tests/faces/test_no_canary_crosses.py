"""A word of its own in every customer's records: no command, query form, sheet, report or error carries it to others."""

from __future__ import annotations

import json
import subprocess
from urllib.parse import quote, unquote

import openpyxl
import pytest
from office_kit import CUSTOMER, OTHER, note

pytestmark = pytest.mark.slow

# user -> canaries he may meet
ZHS, LMY = "金丝雀甲", "画眉鸟乙"
USERS = {
    "zhs": {ZHS},
    "lmy": {LMY},
    "dm1": {ZHS},
    "dm2": {LMY},
    "co": set(),
    "ad": set(),
    "au": set(),
    "sm": {ZHS, LMY},
}
QUERIES = [
    ZHS, LMY, ZHS[:2], LMY[1], f'"{ZHS}"', f"title:{LMY}", f"customer:{CUSTOMER}", f"customer:{OTHER}", "折让", "", "NOT 没有",
    f"{ZHS} OR {LMY}", f"NOT {ZHS}", "class:04", "date:2020-01..2030-01", "number:HG01", "code:HG01E", "manager:ZHS", "manager:LMY",
    "jsnj", "hmn", "state:filed", "(折让 OR 投诉) NOT 合同", f"折让 {ZHS}",
]  # fmt: skip


@pytest.fixture
def cages(office):
    """One filed and one waiting record of each customer, each with the customer's canary everywhere words can stand."""
    told = office.home / "cages.json"
    office.once("cages", lambda: told.write_text(json.dumps(_make_cages(office)), encoding="utf-8"))
    return json.loads(told.read_text(encoding="utf-8"))


def _make_cages(office):
    made = {}
    for canary, customer, manager in ((ZHS, CUSTOMER, "ZHS"), (LMY, OTHER, "LMY")):
        codes = []
        for n in range(2):
            code = note(
                office, f"{canary}{n}.txt", f"{canary} 客户投诉折让 {n}，金额{n + 1}860.00元", customer, manager
            )
            office.dms("describe", code, "--title", f"题名{canary}{n}", "--field", f"contact={canary}")
            codes.append(code)
        (done,) = office.dms("file", codes[0], "--by-hand", "--reason", f"已核{canary}")["filed"]
        office.dms("locate", done["volume"], f"档案室/{canary}柜")
        office.dms("change", codes[0], "--title", f"新{canary}", "--reason", f"因为{canary}")
        office.dms("delete", codes[1], "--reason", f"由于{canary}")
        made[canary] = (*codes, done["paper_number"], done["volume"])
    office.dms("customers", "add", CUSTOMER, "--manager", "ZHS", "--alias", f"别名{ZHS}")
    office.dms("customers", "add", OTHER, "--manager", "LMY", "--alias", f"别名{LMY}")
    return made


def commands(cages, tmp_path):
    yield from (["search", q] for q in QUERIES)
    yield from (
        ["search", q, "--facet", "customer", "--facet", "manager", "--facet", "volume", "--facet", "class"]
        for q in ("", "折让")
    )
    yield from (["search", "", "--sort", order] for order in ("date", "-date", "code", "number", "title"))
    yield from (
        ["attention"], ["reprint"], ["volume", "list"], ["customers", "list"], ["access", "list"], ["change", "--list"],
        ["delete", "--list"], ["hold", "--list"], ["loan", "list"], ["grade", "list"], ["appraise", "list"], ["audit", "root"],
        ["report", "exceptions"], ["report", "gaps"], ["report", "month"], ["report", "quarter"], ["report", "half"],
        ["report", "year"], ["report", "four-properties", "2026-11"], ["verify"], ["purge"], ["doctor"], ["people", "list"],
    )  # fmt: skip
    for first, second, number, volume in cages.values():
        for target in (first, second, number, number.lower().replace("·", ".")):
            yield from (["show", target], ["describe", target, "--title", "x"], ["declare", target], ["approve", target],
                        ["file", target], ["change", target, "--title", "y", "--reason", "r"], ["pair", target, target],
                        ["delete", target, "--reason", "r"], ["restore", target, "--reason", "r"], ["label", target],
                        ["cover", target], ["void", target, "--reason", "r"], ["locate", target],
                        ["access", "request", target, "--purpose", "p"], ["report", "four-properties", target],
                        ["handover", "write", target, "-o", tmp_path / "bag"], ["hold", target, "--reason", "r"],
                        ["promote", target, "--class", "05", "--reason", "r"])  # fmt: skip
        yield from (["volume", "show", volume], ["volume", "check", volume], ["locate", volume], ["audit", "list", first],
                    ["report", "four-properties", volume], ["report", "dossier", CUSTOMER], ["report", "dossier", OTHER],
                    ["stocktake", "档案室", tmp_path / "none.txt"])  # fmt: skip


FILES = [
    ("print", "electronic-list"), ("print", "electronic-list", "--class", "04"), ("report", "exceptions"), ("report", "month"),
    ("report", "year"),
]  # fmt: skip


@pytest.mark.parametrize("user", USERS)
def test_no_canary_crosses(office, cages, tmp_path, user):
    (tmp_path / "none.txt").write_text("没有\n", encoding="utf-8")
    forbidden = {ZHS, LMY} - USERS[user]
    crossed, met = [], set()
    for arguments in commands(cages, tmp_path):
        said = " ".join(map(str, arguments))
        told = json.dumps(office.dms(*arguments, user=user), ensure_ascii=False)
        # What he typed himself may stand in an answer; what he did not may not.
        crossed += [(said, c) for c in forbidden if c in told and c not in said]
        met |= {c for c in USERS[user] if c in told}
        for canary in forbidden:
            others = cages[canary]
            crossed += [
                (said, code)
                for code in others
                if code in told and code not in said and code.lower() not in said.replace(".", "·")
            ]
    for arguments in FILES:
        for suffix in ("pdf", "xlsx"):
            target = tmp_path / f"{user}.{suffix}"
            target.unlink(missing_ok=True)
            office.dms(*arguments, "-o", target, user=user)
            if target.exists():
                text = _text(target)
                crossed += [(arguments, suffix, c) for c in forbidden if c in text]
    # The system administrator may verify, and sees codes there; they say nothing (domain: the code tells no content).
    allowed = {"ad": ("verify",), "au": ("audit list",)}.get(user, ())
    crossed = [c for c in crossed if not str(c[0]).startswith(allowed)] if allowed else crossed
    assert crossed == []
    assert met == USERS[user]


def _text(path):
    if path.suffix == ".pdf":
        told = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        return told.replace("\n", "").replace(" ", "")
    book = openpyxl.load_workbook(path, read_only=True)
    return " ".join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None)


def addresses(cages):
    """Every page and call that shows something, with every query form and every target."""
    for query in QUERIES:
        yield f"/search?q={quote(query)}&look=table"
        yield f"/api/v1/search?q={quote(query)}&facet=customer&facet=manager&facet=volume&facet=class"
    yield from ("/", "/search?look=pictures", "/inbox", "/triage", "/triage?at=1", "/approvals?everything=1", "/requests",
                "/bin", "/volumes", "/shelf", "/customers", "/print", "/reviews", "/grades", "/appraisal", "/settings",
                "/settings/people", "/settings/health", "/log", "/metrics")  # fmt: skip
    yield from (f"/reviews?kind={kind}" for kind in ("exceptions", "gaps", "month", "quarter", "half", "year"))
    yield from (f"/reviews/{kind}.{end}" for kind in ("exceptions", "month", "year") for end in ("pdf", "xlsx"))
    yield from ("/print/run?sheet=electronic-list", "/print/run?sheet=electronic-list&form=xlsx")
    yield from (f"/api/v1/{path}" for path in ("me", "attention", "approvals?mine=false", "reprints", "requests",
                "requests?kind=change", "requests?kind=deletion", "bin", "holds", "volumes", "loans", "people", "customers",
                "grades", "items", "log", "reports/exceptions", "reports/month", "reports/year"))  # fmt: skip
    for first, second, number, volume in cages.values():
        for target in (first, second, quote(number)):
            yield from (f"/r/{target}", f"/r/{target}?q=%E6%8A%98", f"/r/{target}/pages/1.jpg", f"/r/{target}/thumb.jpg",
                        f"/r/{target}/qr.svg", f"/r/{target}/twin", f"/r/{target}/versions", f"/print/copy/{target}.pdf",
                        f"/print/label/{target}.pdf", f"/api/v1/records/{target}", f"/api/v1/records/{target}/options",
                        f"/api/v1/records/{target}/differences?first=1&second=2")  # fmt: skip
        yield from (f"/volumes/{quote(volume)}", f"/print/volume-list/{quote(volume)}.pdf",
                    f"/api/v1/volumes/{quote(volume)}")  # fmt: skip
    for customer in (CUSTOMER, OTHER):
        yield from (f"/customers/{quote(customer)}", f"/api/v1/customers/{quote(customer)}/dossier",
                    f"/reviews?kind=dossier&about={quote(customer)}")  # fmt: skip


@pytest.mark.parametrize("user", USERS)
def test_no_canary_crosses_the_counter(cages, counter, tmp_path, user):
    client = counter(user)
    forbidden = {ZHS, LMY} - USERS[user]
    crossed, met = [], set()
    for address in addresses(cages):
        answer = client.get(address)
        assert answer.status_code < 500, (address, answer.text[-500:])
        kind = answer.headers.get("content-type", "")
        if "pdf" in kind or "spreadsheet" in kind:
            file = tmp_path / ("a.pdf" if "pdf" in kind else "a.xlsx")
            file.write_bytes(answer.content)
            told = _text(file)
        elif kind.startswith("image/jpeg"):
            # A picture may say anything: there is none of a record that is not his.
            told = " ".join(forbidden) if any(c in address for k in forbidden for c in cages[k]) else ""
        else:
            told = answer.text
        said = unquote(address)
        codes = [code for k in forbidden for code in cages[k]]
        crossed += [(said, one) for one in (*forbidden, *codes) if one in told and one not in said]
        met |= {c for c in USERS[user] if c in told}
    allowed = {"au": ("/log", "/api/v1/log")}.get(user, ())
    crossed = [c for c in crossed if not c[0].startswith(allowed)] if allowed else crossed
    assert crossed == []
    assert met == USERS[user]
