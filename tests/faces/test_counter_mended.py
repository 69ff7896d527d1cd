"""What people met at the counter and should not have: half words in the log, quarantine without an exit, ink unseen."""

from __future__ import annotations

import re

from office_kit import note, refused
from test_kept_forms import fields
from web_kit import csrf

from dms.desk.acts import gate
from dms.desk.records.finding import Filters
from dms.domain.item import ItemState
from dms.faces.web.pages import inbox
from dms.faces.web.settling import Settling


def searches(counter):
    with counter.world.catalogue.look() as tx:
        return [(a.user, a.data["query"]) for a in reversed(tx.acts(act="search"))]


def test_a_query_typed_letter_by_letter_is_logged_once(counter):
    note(counter.office)
    held = []
    counter.app.state.settling = settling = Settling(start=lambda _, act: held.append(act))
    me = counter("zhs")
    typed = ("客", "客户", "客户投", "客户投诉")
    for words in typed:
        assert me.get(f"/search?q={words}&typing=1").status_code == 200
    assert searches(counter) == [] and len(held) == len(typed)
    for act in held:
        act()  # the pauses end: only the last query still stands
    assert searches(counter) == [("ZHS", "客户投诉")]
    # Enter on what was logged already is the same search; another Enter is another look.
    assert "共 1 件" in me.get("/search?q=客户投诉").text
    assert searches(counter) == [("ZHS", "客户投诉")]
    me.get("/search?q=客户投诉")
    me.get("/api/v1/search?q=折&typing=true")
    me.get("/api/v1/search?q=折让&typing=true")
    me.get("/api/v1/search?q=折让")
    assert [q for _, q in searches(counter)] == ["客户投诉", "客户投诉", "折让"]
    # Another word, not typed further: what stood there before was a search of its own.
    me.get("/search?q=金额&typing=1")
    counter("lmy").get("/search?q=别的&typing=1")
    me.get("/search?q=合同&typing=1")
    assert searches(counter)[3:] == [("ZHS", "金额")]
    settling.flush()
    assert sorted(searches(counter)[4:]) == [("LMY", "别的"), ("ZHS", "合同")]


def test_a_settled_query_is_logged_later_when_the_catalogue_is_busy(counter):
    from dms.errors import Unavailable

    held, world = [], _as(counter, "zhs")
    settling = Settling(start=lambda _, act: held.append(act))
    settling.typed("ZHS", world, "折让", Filters())
    begin = type(world.catalogue).begin

    def busy(_):
        raise Unavailable("The catalogue is locked.", "Try again.")

    type(world.catalogue).begin = busy
    try:
        held.pop()()
    finally:
        type(world.catalogue).begin = begin
    assert searches(counter) == [] and len(held) == 1
    held.pop()()
    assert [q for _, q in searches(counter)] == ["折让"]


def quarantined(counter, name="setup.exe", content=b"MZ\x90\x00" + b"\x00" * 600):
    path = counter.office.home / name
    path.write_bytes(content)
    (item,) = counter.office.dms("ingest", path)["items"]
    assert item["state"] == "quarantined", item
    return item["item"]


def test_quarantine_has_an_exit_with_a_reason(counter):
    item = quarantined(counter)
    keeper, contributor = counter("ar"), counter("co")
    page = keeper.get("/triage")
    form = fields(page, f"/quarantine/{item}/discard")
    assert keeper.post(f"/quarantine/{item}/discard", data=form | {"reason": " "}).status_code == 400
    token = csrf(contributor.get("/inbox"))
    assert contributor.post(f"/quarantine/{item}/discard", data={"csrf": token, "reason": "x"}).status_code == 403
    folder = counter.world.quarantine / item
    assert folder.exists()
    gone = keeper.post(f"/quarantine/{item}/discard", data=form | {"reason": "程序文件，误送"})
    assert gone.headers["location"] == "/triage?done=discarded" and not folder.exists()
    assert item not in keeper.get("/triage").text
    with counter.world.catalogue.look() as tx:
        (act,) = tx.acts(item, act="discard")
        assert tx.item(item).state is ItemState.DISCARDED
    assert (act.user, act.reason) == ("AR", "程序文件，误送")
    assert act.data["name"] == "setup.exe" and len(act.data["sha512"]) == 128 and act.data["refused"]
    assert keeper.post(f"/quarantine/{item}/discard", data=form | {"reason": "x"}).status_code == 404
    assert keeper.post(f"/quarantine/{item}/retry", data=form).status_code == 404
    # The same at the command line, and a file that is not in quarantine is not discarded.
    other = quarantined(counter, "other.exe", b"MZ\x90\x00" + b"\x01" * 700)
    (told,) = counter.office.dms("discard", other, "--reason", "误送")["items"]
    assert told["state"] == "discarded"
    refused(counter.office, "discard", other, "--reason", "误送", exit_code=4)


def test_a_person_is_edited_on_a_page_filled_in(counter):
    keeper = counter("gm")
    form = fields(keeper.get("/settings/people/CO"), "/settings/people/CO")
    assert (form["name"], form["login"], form["department"]) == ("吴助理", "co", "一部")
    page = keeper.get("/settings/people/CO").text
    assert re.findall(r'value="(\w+)" checked', page) == ["contributor"]
    assert 'href="/settings/people/CO"' in keeper.get("/settings/people").text
    change = form | {"name": "吴助理二", "roles": "contributor"}
    assert keeper.post("/settings/people/CO", data=change).status_code == 303
    with counter.world.catalogue.look() as tx:
        (person,) = (p for p in tx.people() if p.code == "CO")
    assert (person.name, person.login, person.roles) == ("吴助理二", "co", ("contributor",))
    # Another tab was faster: told, and nothing overwritten; the roles ticked are still ticked.
    late = keeper.post("/settings/people/CO", data=form | {"department": "二部", "roles": "contributor"})
    again = fields(late, "/settings/people/CO")
    assert late.status_code == 409 and (again["name"], again["department"]) == ("吴助理二", "二部")
    assert re.findall(r'value="(\w+)" checked', late.text) == ["contributor"]
    # A code that is taken is told, never overwritten.
    list_ = fields(keeper.get("/settings/people"), "/settings/people")
    taken = keeper.post("/settings/people", data=list_ | {"code": "co", "name": "别人"})
    assert taken.status_code == 409 and "代号 CO 已被使用" in taken.text
    assert keeper.get("/settings/people/NIX").status_code == 404
    assert counter("zhs").get("/settings/people/CO").status_code == 403


def test_live_rows_are_the_rows_of_the_page_and_end_with_the_session(counter):
    me = counter("zhs")
    item = quarantined(counter, "坏.exe")
    me.post("/inbox", data={"csrf": csrf(me.get("/inbox"))}, files={"files": ("live.exe", b"MZ\x90" + b"\x02" * 500)})
    counter.workshop.finish([i.id for i in inbox.received_by(_as(counter, "zhs"), limit=5)])
    seconds, inbox._STREAM_SECONDS = inbox._STREAM_SECONDS, 0.1
    try:
        told = me.get("/inbox/events").text
    finally:
        inbox._STREAM_SECONDS = seconds
    page = me.get("/inbox").text
    import json

    (news,) = re.findall(r"^event: items\ndata: (.*)$", told, re.M)
    (row,) = [one["row"] for one in json.loads(news)]
    assert " ".join(row.split()) in " ".join(page.split()) and item not in row
    assert re.search(r'<td class="when">\d{4}年\d+月\d+日 \d\d:\d\d</td>', row)
    # Signed out meanwhile: the stream says so at its next step and ends, whatever time it had left.
    request = _Ended(counter)
    assert list(_drained(inbox._events(request, _as(counter, "zhs")))) == ["event: ended\ndata: {}\n\n"]


def _as(counter, login):
    return gate.enter(counter.world, login)


class _Ended:
    """A request whose session was ended after it began."""

    def __init__(self, counter):
        from starlette.datastructures import State

        gone = counter("zhs")
        cookie = gone.cookies["dms_session"]
        gone.post("/sign-out", data={"csrf": csrf(gone.get("/"))})
        self.app, self.cookies, self.query_params, self.headers = counter.app, {"dms_session": cookie}, {}, {}
        self.state = State({"csrf": "a token"})

    async def is_disconnected(self):
        return False


def _drained(stream):
    import asyncio

    async def all_of():
        return [one async for one in stream]

    return asyncio.run(all_of())


def test_a_facet_shows_thirty_values_and_folds_the_rest(counter):
    from dms.faces.web import view
    from dms.ports.search import Answer

    values = {f"客户{n:03}": 126 - n for n in range(126)} | {"": 5}
    page = view._TEMPLATES.env.get_template("search/filters.html").render(
        say=view.PageSpeaker("zh"), facets=("customer",), found=Answer(1, (), {"customer": values}), most=30,
        chosen={"customer": "客户099"}, address=lambda **told: f"/search?{told}", names={}, people={}, views=(), here="",
        csrf="",
    )  # fmt: skip
    shown, _, rest = page.partition('<details class="rest"')
    assert shown.count("<li>") == 30 and rest.count("<li>") == 96
    assert "更多（96）" in rest and rest.startswith(" open")
