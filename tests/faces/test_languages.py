"""No foreign sentence: every page in a real browser as each role, every command, in three languages."""

from __future__ import annotations

import json
import re

import click
import pytest
from foreign_kit import foreign
from office_kit import filed, note
from test_browser import CHROMIUM, desk, playwright, served
from web_kit import LOGINS

from dms.faces.cli.main import cli, main
from dms.faces.languages import LANGUAGES

__all__ = ["served"]
LOCALES = {"zh": "zh-CN", "zh-TW": "zh-TW", "en": "en-GB"}
STARTS = (
    "/", "/search", "/inbox", "/approvals", "/requests", "/volumes", "/shelf", "/customers", "/print", "/reviews",
    "/reviews?kind=exceptions", "/reviews?kind=month", "/reviews?kind=gaps", "/reviews?kind=quarter",
    "/reviews?kind=year", "/log", "/settings", "/settings/people", "/settings/health", "/bin", "/grades", "/triage",
    "/appraisal", "/r/HG01E2026999999", "/no-such-page", "/requests/answer/nothing",
)  # fmt: skip
# Texts of a page, and what is read out or shown on hovering; classes and people's own fields are data.
TEXTS = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll('[title],[aria-label],[placeholder],[alt]')].flatMap(
    one => ['title', 'aria-label', 'placeholder', 'alt'].map(name => one.getAttribute(name) || ''))].join('\\n')"""
LINKS = "() => [...document.querySelectorAll('main a[href^=\"/\"]')].map(one => one.getAttribute('href'))"
# Everybody sees the first pages; who acts and who decides go on from there.
FOLLOWING, MOST = ("zhs", "gm"), 45
PICTURES = re.compile(r"\.(jpg|png|svg)")
PASSED = re.compile(r"\.(pdf|xlsx|jpg|svg)|/static/|/sign-|lang=|done=|/print/run")


def prepare(office):
    """A filed and a waiting record, a file that cannot be taken, a request, a hold, a loan: a page of each."""
    code, number = filed(office)
    note(office, "b.txt", text="测试，请领导批示。")
    bad = office.home / "setup.exe"
    bad.write_bytes(b"MZ" + b"\0" * 64)
    office.dms("ingest", bad)
    office.dms("change", code, "--title", "测试", "--reason", "已核对", user="zhs")
    office.dms("hold", code, "--reason", "测试")
    office.dms("loan", "out", number, "--to", "ZHS", "--purpose", "核对合同", "--due", "2099-01-01")
    office.dms("loan", "ask", number, "--to", "李美玉", "--purpose", "核对合同", "--due", "2099-01-01", user="ar")
    office.dms("locate", number, "档案室/2号柜")
    return code, number


def own_words(office):
    """Names of classes, forms and periods that stand in the scheme, and what papers are headed: not the program's."""
    from dms.settings import load
    from dms.shipped import load_profiles, load_scheme

    settings = load(office.home)
    scheme = load_scheme(settings)
    names = [c.name for c in scheme.classes.values()] + [scheme.fonds_name, scheme.group, scheme.group_name]
    names += [c.secrecy for c in scheme.classes.values()]
    for profile in load_profiles(settings):
        names += [profile.name, profile.key, *profile.titles]
    return tuple(n for n in names if n)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: apt install chromium")
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_page_of_everybody_is_in_one_language(served, office, language):
    assert playwright
    prepare(office)
    own, found = own_words(office), {}
    with desk(served) as people:
        for login in LOGINS:
            page = people.sign_in(login, locale=LOCALES[language])
            page.route(PICTURES, lambda route: route.abort())
            seen, todo = set(), list(STARTS)
            while todo and len(seen) < MOST:
                address = todo.pop(0)
                if address in seen or PASSED.search(address):
                    continue
                seen.add(address)
                page.goto(served + address)
                for words in foreign(page.evaluate(TEXTS), language, own):
                    found.setdefault(words, f"{login} {address}")
                if login in FOLLOWING:
                    todo += [link for link in page.evaluate(LINKS) if link not in seen]
            page.context.close()
        # Pages that are not there are errors of the browser as well; here they are meant.
        people.errors.clear()
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


def commands(group=cli, path=()):
    """Every command's words."""
    for name in group.list_commands(click.Context(group)):
        one = group.get_command(click.Context(group), name)
        yield (*path, name)
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_help_and_misuse_of_every_command_are_in_one_language(language, capsys, tmp_path):
    found = {}
    for words in commands():
        for more in (["--help"], ["--no-such-option"]):
            main(["--lang", language, "--home", str(tmp_path), *words, *more])
            told = "".join(capsys.readouterr())
            # How a command is written: names of options, arguments and values are the same for everybody.
            told = re.sub(
                r"(?m)^\s*Usage:.*(\n {10,}.*)*|^\s+(-|[a-z]+  ).*?(?=  +|$)|\[[^\]]*\]|--?[a-z][\w-]*|[A-Z]{2,}",
                " ",
                told,
            )
            told = re.sub(r"“[^”]*”|（[^）]*）|\([^)]*\)|[a-z]+:\S*|dms [a-z]+( [a-z]+)*|\b[a-z]+_[a-z]+\b", " ", told)
            for one in foreign(told, language):
                if language != "en" or one not in found:
                    found.setdefault(one, " ".join(words))
    found = {one: where for one, where in found.items() if one not in NAMES}
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


# Names of programs and formats, and values that are typed as they are.
NAMES = {
    "BagIt", "archivist", "calibration", "catalogue", "class", "code", "customer", "customers", "date", "dealings",
    "dossier", "electronic", "end", "exceptions", "four", "gaps", "half", "loan", "manager", "month", "number", "overdue", "people",
    "properties", "quarter", "relevance", "state", "systemctl enable", "systemd", "title", "volume", "year",
    "closing", "copy", "cover", "destruction", "label", "none", "pdf", "spine", "wqy",
    "LibreOffice", "pdf xlsx",
}  # fmt: skip


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_what_commands_answer_is_in_one_language(office, capsys, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "400")  # no word is broken
    code, number = prepare(office)
    capsys.readouterr()
    own, found = (*own_words(office), code, number), {}
    volume = number.rpartition("-")[0]
    for words in (
        ("show", code), ("show", "HG01E2026999999"), ("search", "折让"), ("search", "没有这个词"), ("attention",),
        ("volume", "list"), ("volume", "show", volume), ("volume", "check", volume), ("loan", "list"), ("reprint",),
        ("people", "list"), ("customers", "list"), ("access", "list"), ("change", "--list"), ("delete", "--list"),
        ("hold", "--list"), ("audit", "verify"), ("audit", "root"), ("verify",), ("doctor",), ("print", "--list"),
        ("report", "exceptions"), ("report", "month"), ("report", "gaps"), ("report", "quarter"), ("report", "year"),
        ("report", "four-properties", code), ("appraise", "list"), ("grade", "list"), ("locate", number),
        ("file", code), ("declare", code), ("describe", code, "--title", "测试"), ("void", code, "--reason", "测试"),
        ("pair", code, code), ("approve", code), ("reject", code, "--reason", "测试"), ("retry", "nothing"),
        ("restore", code, "--reason", "测试"), ("promote", code, "--class", "04", "--reason", "测试"),
        ("access", "request", "nonsense", "--purpose", "测试"), ("report", "nothing"), ("print", "nothing", code),
        ("volume", "close", "nonsense"), ("loan", "back", code), ("grade", "propose", "nothing"), ("cover", code),
    ):  # fmt: skip
        main(["--home", str(office.home), "--as", "tester", "--lang", language, *words])
        told = "".join(capsys.readouterr())
        told = told.replace(str(office.home), " ")
        told = re.sub(r"dms [a-z]+( [a-z]+)*|--?[a-z][\w-]*|“[^”]*”|nonsense|nothing|\{.*\}", " ", told)
        # What stands on both carriers (R13) is Chinese, whoever reads it.
        told = re.sub(r"(?m)^.*(remark on|备注|備註|电子:|纸质:|電子:|紙質:).*$", " ", told)
        found |= {one: " ".join(words) for one in foreign(told, language, own) if one not in NAMES}
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


def test_what_is_foreign_is_found():
    assert foreign("没有文件 HG01E2026000001。", "zh") == [] and foreign("没有文件 filed yet。", "zh") == ["filed yet"]
    assert foreign("There is no 档号.", "en") == ["档号"] and foreign("沒有文件", "zh-TW") == []
    assert foreign("没有文件", "zh-TW") == ["没有文件"] and json.dumps(foreign("孙总", "en")) == "[]"
