"""What is said is data: every sentence of ours is a template with values, and told whole in three languages."""

from __future__ import annotations

import ast
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said_kit import templates, worded

import dms
from dms import errors
from dms.faces.cli.main import language_of, main
from dms.faces.languages import LANGUAGES, language_named
from dms.faces.web.acts import PageSpeaker
from dms.faces.words import Speaker, sentences, traditional, words
from dms.said import Do, Said, Word, places, read_said, verbatim

ROOT = Path(dms.__file__).parent
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.DmsError)}
# Where sentences are passed on or read, and never made.
PASSED_ON = {"said.py", "errors.py"}
WHOLE = Said(
    "{code} waits for {roles}; {act}, {n:,} pages, {why}",
    code="HG01E2026000001",
    roles=[Word("role", "customer"), Word("role", "handler")],
    act=Do("pair", "HG01E2026000001", accept=True, reason="…"),
    n=1234,
    why=Said("{record} is not filed.", record="A"),
)


def test_a_sentence_is_equal_by_value_and_comes_back_from_where_it_was_stored():
    assert read_said(WHOLE.stored()) == WHOLE and hash(read_said(WHOLE.stored())) == hash(WHOLE)
    assert pickle.loads(pickle.dumps(WHOLE)) == WHOLE  # noqa: S301
    assert read_said("someone's own {words}") == verbatim("someone's own {words}")
    assert str(read_said("someone's own {words}")) == "someone's own {words}" and not read_said("")
    assert 'customer, handler; dms pair HG01E2026000001 --accept --reason "…", 1,234 pages' in str(WHOLE)


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_was_stored_is_told_and_never_fails(text, value):
    for stored in (text, '{"said":' + text, json.dumps({"said": text, "values": {"a": value}})):
        assert isinstance(str(read_said(stored)), str) and isinstance(Speaker("zh").told(stored), str)
    assert read_said(Said("{a}", a=value).stored()) == Said("{a}", a=value)


def test_an_error_keeps_what_it_says_and_its_remedy_across_a_process():
    problem = errors.Conflict(Said("{record} is not filed.", record="A"), Do("file", "A"))
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301
    assert (again.said, again.remedy, again.message, again.hint) == (
        problem.said, Said("{act}", act=Do("file", "A")), "A is not filed.", "dms file A",
    )  # fmt: skip


def _parsed():
    for path in sorted(ROOT.rglob("*.py")):
        if path.name not in PASSED_ON and "demo" not in path.relative_to(ROOT).parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_no_error_question_or_reason_is_made_of_rendered_english():
    told = {**dict.fromkeys(KINDS, (0, 1)), "Attention": (2, 3), "Reprint": (2,), "Finding": (2, 3), "Trouble": (3,),
            "Refusal": (0, 1), "Format": (1,), "Problem": (2,), "Gap": (2,), "Probe": (0, 2, 3)}  # fmt: skip
    rendered = []
    for path, tree in _parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in told:
                said = [node.args[place] for place in told[node.func.id] if place < len(node.args)]
                rendered += [f"{path.name}:{one.lineno}" for one in said if _text_in(one)]
    assert rendered == []


def _text_in(node):
    """Tell whether an argument is a text or is put together from texts."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.JoinedStr() | ast.BinOp():
            return True
        case ast.IfExp(body=one, orelse=other):
            return _text_in(one) or _text_in(other)
    return False


def test_every_template_stands_in_the_code_as_it_is():
    loose = [
        f"{path.name}:{node.lineno}"
        for path, tree in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Said"
        if not isinstance(node.args[0], ast.Constant)
        # The one template that parent and reading process share.
        if path.name != "recognise.py"
    ]
    assert loose == []


def test_every_value_of_a_template_has_its_place_and_every_place_a_value():
    wrong = []
    for path, tree in _parsed():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Said"), args=[ast.Constant(value=str(text))], keywords=keywords):
                    given_ = {k.arg for k in keywords}
                    if None not in given_ and {p.partition(":")[0] for p in places(text)} != given_:
                        wrong.append(f"{path.name}:{node.lineno}: {text}")
    assert wrong == []


def test_the_catalogue_holds_every_sentence_with_its_places_and_no_other():
    said, chinese = templates(ROOT), sentences()
    assert {one for one in said if worded(one)} - chinese.keys() == set(), "a sentence without its Chinese"
    assert chinese.keys() - said == set(), "a sentence that nobody says (any more)"
    assert [one for one, text in chinese.items() if places(one) != places(text)] == []
    assert list(chinese) == sorted(chinese)


def test_every_key_stands_in_every_language():
    assert words("zh").keys() == words("en").keys() == words("zh-TW").keys()
    assert all(text for language in LANGUAGES for text in words(language).values())


def test_traditional_chinese_is_taiwans_and_keeps_the_archives_own_terms():
    assert traditional("文件的声明，对象、打印、软件、服务器、数据库") == "文件的聲明，對象、列印、軟體、伺服器、資料庫"
    said = " ".join([*map(str, words("zh-TW").values()), *(traditional(text) for text in sentences().values())])
    assert not {"檔案夾", "宣告", "物件", "打印", "软"} & set(said.split()) and "声" not in said and "档" not in said


def test_each_language_says_states_roles_and_acts_with_its_own_words():
    said = Said("Request {request} is {state} already.", request=7, state=Word("request", "open"))
    assert "7" in Speaker("zh").told(said)
    assert "open" not in Speaker("zh").told(said) and Speaker("en").told(said) == str(said)
    missing = Said("missing before filing: {missing}", missing=[Word("role", "customer"), Word("role", "handler")])
    assert Speaker("zh").told(missing) == "归档尚缺：客户签字、经办人签字"
    assert Speaker("zh-TW").told(missing) == "歸檔尚缺：客戶簽字、經辦人簽字"
    assert Speaker("en").told(missing) == "missing before filing: the customer's signature, the handler's signature"


def test_what_somebody_typed_is_told_as_it_was_typed():
    say = Speaker("zh")
    assert "filed" in say.told(Said("There is no record {record}.", record="filed"))
    assert "{甲}" in say.told(Said("There is no record {record}.", record="{甲}"))


def test_a_page_tells_acts_by_name_with_a_link_and_never_as_a_command():
    code = "HG01E2026000001"
    remedy = errors.Conflict(Said("x"), Said("First, its handler: {act}", act=Do("declare", code))).remedy
    for language in LANGUAGES:
        say = PageSpeaker(language)
        assert "dms " not in say.told(remedy) and code in say.told(remedy)
        assert say.links(remedy)[0][1] == f"/r/{code}"
        assert "--" not in say.told(Do("", reason="…")) and "--" not in say.told(Do("", due="2026-12-01"))
    assert PageSpeaker("zh").told(Do("", reason="…")) == "原因"
    assert Speaker("zh").told(remedy).endswith(f"dms declare {code}")


def test_every_page_an_act_leads_to_is_there():
    from dms.faces.web.acts import PAGES
    from dms.faces.web.app import PAGES as PARTS

    there = {route.path for part in PARTS for route in part.router.routes if "GET" in route.methods}
    assert set(PAGES.values()) - there == set()


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ([], {"LC_MESSAGES": "zh_HK"}, "zh-TW"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        (["--lang", "zh-TW", "show"], {"LANG": "zh_CN.UTF-8"}, "zh-TW"),
        (["--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--lang", "xx"], {"LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_command_line_speaks_the_language_it_is_asked_to(arguments, environ, language):
    assert language_of(arguments, environ) == language


def test_a_browsers_tag_names_a_language_of_ours_or_none():
    assert [language_named(tag) for tag in ("zh-Hant-HK", "zh", "en-US", "de", "")] == ["zh-TW", "zh", "en", "", ""]


def test_an_error_on_the_command_line_is_told_in_the_language_and_as_data(tmp_path, capsys):
    assert main(["--lang", "zh", "--home", str(tmp_path), "show", "X"]) == 4
    told = capsys.readouterr().err
    assert f"{tmp_path} 中没有档案" in told and "dms init" in told
    assert main(["--lang", "zh", "--home", str(tmp_path), "show", "X", "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"] == f"There is no archive in {tmp_path}."
    assert error["said"] == {"said": "There is no archive in {home}.", "values": {"home": str(tmp_path)}}
    assert error["remedy"]["values"]["act"] == {"act": "init", "arguments": [], "inputs": {}}
