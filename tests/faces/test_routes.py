"""Every page and call x role: what the policy refuses is refused at every route, and nothing changed by it.

A new route without a line here fails the test.
"""

from __future__ import annotations

import pytest
from office_kit import CUSTOMER, filed, note
from test_entry_points import USERS, expected, state_of

from dms.domain.policy import Action, can
from dms.faces.web import api, metrics
from dms.faces.web.app import PAGES

# Anybody may ask for these without having signed in.
DOOR = {
    "GET /sign-in/directory",
    "GET /sign-in/back",
    "GET /sign-in",
    "POST /sign-in",
    "GET /first-run",
    "POST /first-run",
    "GET /health",
    "GET /ready",
}
# Whoever signed in may ask for these: they show what is his, or what lies within his scope; or they are his own.
OWN = {
    "GET /": "/", "GET /search": "/search?q=折让", "GET /inbox": "/inbox", "GET /triage": "/triage",
    "GET /approvals": "/approvals?everything=1", "GET /requests": "/requests", "GET /bin": "/bin",
    "GET /volumes": "/volumes", "GET /customers": "/customers", "GET /print": "/print", "GET /reviews": "/reviews",
    "GET /settings": "/settings", "GET /settings/scheme": "/settings/scheme", "GET /settings/learned": "/settings/learned",
    "GET /settings/forms": "/settings/forms", "GET /api/v1/forms": "/api/v1/forms",
    "GET /api/v1/lessons": "/api/v1/lessons", "GET /api/v1/me": "/api/v1/me",
    "GET /api/v1/search": "/api/v1/search?q=折让&facet=customer", "GET /api/v1/attention": "/api/v1/attention",
    "GET /api/v1/approvals": "/api/v1/approvals?mine=false", "GET /api/v1/reprints": "/api/v1/reprints",
    "GET /api/v1/items": "/api/v1/items", "GET /api/v1/requests": "/api/v1/requests", "GET /api/v1/bin": "/api/v1/bin",
    "GET /api/v1/volumes": "/api/v1/volumes", "GET /api/v1/people": "/api/v1/people",
    "GET /api/v1/customers": "/api/v1/customers", "GET /api/v1/scheme": "/api/v1/scheme",
    "GET /api/v1/deputies": "/api/v1/deputies",
    "GET /api/v1/destructions": "/api/v1/destructions",
}  # fmt: skip
# His own account: looked at in test_web and test_api; a stream, and what needs a file of his own.
ACCOUNT = {
    "POST /sign-out", "POST /views", "POST /views/forget", "POST /settings/password", "POST /settings/sessions/end",
    "POST /settings/tokens", "GET /settings/own-password", "POST /settings/tokens/{digest}/end", "POST /settings/deputies", "GET /inbox/events", "GET /DMS1:{rest}",
    "GET /api/v1/items/{item}", "POST /api/v1/deputies",
}  # fmt: skip
ON, OFF, ANY = True, False, None


def routes(office):
    """Route -> address, what is sent, action, whether it is on ZHS's record (None: within one's scope)."""
    fresh, old = note(office), filed(office, name="old.txt", text="已归档的折让文件内容。")
    code, number = old
    volume = number.rpartition("-")[0]
    access = office.dms("access", "request", code, "--purpose", "p", user="dm2")["id"]
    change = office.dms("change", code, "--title", "新题", "--reason", "r")["id"]
    removal = office.dms("delete", code, "--reason", "r")["id"]
    hold = office.dms("hold", fresh, "--reason", "r", user="gm")["id"]
    office.dms("describe", fresh, "--title", "新的题名", user="gm")
    lesson = office.dms("lessons", "list", user="gm")["lessons"][0]["id"]
    why = {"reason": "r"}
    signing = {
        "declare": Action.DECLARE, "approve": Action.APPROVE, "reject": Action.REJECT, "file": Action.FILE,
        "confirm": Action.CONFIRM, "promote": Action.PROMOTE, "accept": Action.ACCEPT, "settle": Action.DESCRIBE,
        "void": Action.VOID,
    }  # fmt: skip
    page = {
        "GET /r/{named}": (f"/r/{code}", {}, Action.LOOK, ON),
        "GET /r/{named}/pages/{number}.jpg": (f"/r/{code}/pages/1.jpg", {}, Action.LOOK, ON),
        "GET /r/{named}/thumb.jpg": (f"/r/{code}/thumb.jpg", {}, Action.LOOK, ON),
        "GET /r/{named}/evidence/{number}/{kind}/{spot}.jpg": (f"/r/{code}/evidence/1/seal/1.jpg", {}, Action.LOOK, ON),
        "GET /r/{named}/ink/{spot}.jpg": (f"/r/{code}/ink/1.jpg", {}, Action.LOOK, ON),
        "GET /r/{named}/qr.svg": (f"/r/{code}/qr.svg", {}, Action.LOOK, ON),
        "GET /r/{named}/similar": (f"/r/{code}/similar", {}, Action.LOOK, ON),
        "GET /r/{named}/twin": (f"/r/{code}/twin", {}, Action.LOOK, ON),
        "GET /r/{named}/versions": (f"/r/{code}/versions?first=1&second=2", {}, Action.LOOK, ON),
        "POST /r/{named}/describe": (f"/r/{fresh}/describe", {"title": "x"}, Action.DESCRIBE, ON),
        "POST /r/{named}/pair": (f"/r/{fresh}/pair", {"other": code}, Action.PAIR, ON),
        "GET /r/{named}/pages": (f"/r/{code}/pages", {}, Action.LOOK, ON),
        "POST /r/{named}/pages": (
            f"/r/{fresh}/pages", {"order": ["1"], "turn": ["90"], "crop": [""], **why}, Action.DESCRIBE, ON,
        ),
        "POST /r/{named}/split": (f"/r/{fresh}/split", {"at": "2", **why}, Action.DESCRIBE, ON),
        "POST /r/{named}/bring": (f"/r/{fresh}/bring", {"other": code, **why}, Action.PAIR, ON),
        "POST /r/{named}/change": (f"/r/{code}/change", {"secrecy": "秘密", **why}, Action.ASK_CHANGE, ON),
        **{
            f"POST /r/{{named}}/{{act}} {act}": (
                f"/r/{code if act in ('promote', 'accept') else fresh}/{act}",
                {"role": "customer", "class_code": "05", **why}, action, ON,
            )
            for act, action in signing.items()
        },
        "POST /inbox": ("/inbox", {"files": ("a.txt", "新文件的文字内容".encode())}, Action.CONTRIBUTE, OFF),
        "POST /quarantine/{item}/retry": ("/quarantine/none/retry", {}, Action.CONTRIBUTE, OFF),
        "POST /quarantine/{item}/discard": ("/quarantine/none/discard", why, Action.VOID, OFF),
        "POST /requests": ("/requests", {"target": code, **why}, Action.ASK_ACCESS, OFF),
        "POST /requests deletion": ("/requests", {"target": fresh, "kind": "deletion", **why}, Action.ASK_DELETION, ON),
        "POST /requests loan": ("/requests", {"target": volume, "kind": "loan", "borrower": "LMY", "due": "2099-01-01",
                                              **why}, Action.ASK_LOAN, OFF),
        "POST /requests/{number}/{answer} loan": ("/requests/999/agree", {"kind": "loan"}, Action.DECIDE_LOAN, OFF),
        "POST /requests/{number}/{answer}": (f"/requests/{access}/agree", {"kind": "access"}, Action.DECIDE_ACCESS, OFF),
        "POST /requests/{number}/{answer} change": (f"/requests/{change}/agree", {"kind": "change"},
                                                     Action.DECIDE_CHANGE, ON),
        "POST /requests/{number}/{answer} deletion": (f"/requests/{removal}/refuse", {"kind": "deletion", **why},
                                                       Action.DECIDE_DELETION, ON),
        "POST /requests/{number}/end": (f"/requests/{access}/end", why, Action.DECIDE_ACCESS, OFF),
        "POST /bin/purge": ("/bin/purge", {"sure": "yes"}, Action.PURGE, OFF),
        "POST /bin/{code}/restore": (f"/bin/{code}/restore", why, Action.RESTORE, ON),
        "POST /holds": ("/holds", {"target": code, **why}, Action.HOLD, ON),
        "POST /holds/{number}/lift": (f"/holds/{hold}/lift", why, Action.HOLD, OFF),
        "GET /volumes/{number}": (f"/volumes/{volume}", {}, Action.LOOK, ON),
        "POST /volumes/{number}/close": (f"/volumes/{volume}/close", {}, Action.KEEP_VOLUMES, OFF),
        "POST /volumes/{number}/bind": (f"/volumes/{volume}/bind", {"accept": "r"}, Action.KEEP_VOLUMES, OFF),
        "POST /volumes/{number}/place": (f"/volumes/{volume}/place", {"place": "室/柜"}, Action.KEEP_VOLUMES, OFF),
        "GET /shelf": ("/shelf", {}, Action.LEND, OFF),
        "POST /shelf/lend": ("/shelf/lend", {"target": volume, "borrower": "ZHS", "purpose": "p",
                                             "due": "2099-01-01"}, Action.LEND, OFF),
        "POST /shelf/ask": ("/shelf/ask", {"target": volume, "borrower": "LMY", "purpose": "p", "due": "2099-01-01"},
                            Action.ASK_LOAN, OFF),
        "POST /shelf/back": ("/shelf/back", {"target": volume}, Action.LEND, OFF),
        "POST /shelf/move": ("/shelf/move", {"target": volume, "place": "室/柜"}, Action.KEEP_VOLUMES, OFF),
        "POST /shelf/stocktake": ("/shelf/stocktake", {"place": "室", "scanned": code}, Action.KEEP_VOLUMES, OFF),
        "POST /customers": ("/customers", {"name": "新客户"}, Action.KEEP_CUSTOMERS, OFF),
        "GET /customers/{name}": (f"/customers/{CUSTOMER}", {}, Action.REPORT, ON),
        "POST /customers/{name}/credit": (f"/customers/{CUSTOMER}/credit", {"limit": "5", **why}, Action.SET_CREDIT, OFF),
        "POST /customers/{name}/reassign": (f"/customers/{CUSTOMER}/reassign", {"manager": "LMY", **why},
                                             Action.REASSIGN, OFF),
        "GET /print/{sheet}/{target}.pdf": (f"/print/copy/{code}.pdf", {}, Action.PRINT, ON),
        "GET /print/{sheet}/{target}.pdf volume": (f"/print/volume-list/{volume}.pdf", {}, Action.PRINT, ON),
        "GET /print/run": (f"/print/run?sheet=label&targets={code}", {}, Action.PRINT, ON),
        "GET /print/run loans": ("/print/run?sheet=loan-register", {}, Action.LEND, OFF),
        "GET /print/run destructions": ("/print/run?sheet=destruction-register", {}, Action.APPRAISE, OFF),
        "POST /print/covers": ("/print/covers", {"count": "1"}, Action.RESERVE, OFF),
        "GET /reviews/{kind}.{suffix}": ("/reviews/month.pdf", {}, Action.REPORT, ANY),
        "GET /grades": ("/grades", {}, Action.REPORT, ANY),
        "POST /grades/propose": ("/grades/propose", {"quarter": "2026-Q1"}, Action.GRADE, OFF),
        "POST /grades/decide": ("/grades/decide", {"customer": CUSTOMER, "quarter": "2026-Q1", "after": "A", **why},
                                Action.DECIDE_GRADE, OFF),
        "GET /appraisal": ("/appraisal", {}, Action.WITNESS, OFF),
        "POST /appraisal": ("/appraisal", {"codes": code, **why}, Action.APPRAISE, OFF),
        "POST /appraisal/{number}/{act}": ("/appraisal/1/agree", {}, Action.DECIDE_DESTRUCTION, OFF),
        "POST /appraisal/{number}/{act} witness": ("/appraisal/1/witness", {}, Action.WITNESS, OFF),
        "POST /appraisal/{number}/{act} destroy": ("/appraisal/1/destroy", {"sure": "yes"}, Action.APPRAISE, OFF),
        "GET /log": ("/log", {}, Action.READ_LOG, OFF),
        "POST /log/verify": ("/log/verify", {}, Action.READ_LOG, OFF),
        "GET /settings/people": ("/settings/people", {}, Action.KEEP_PEOPLE, OFF),
        "POST /settings/people": ("/settings/people", {"code": "NEW", "name": "新人"}, Action.KEEP_PEOPLE, OFF),
        "GET /settings/people/{code}": ("/settings/people/ZHS", {}, Action.KEEP_PEOPLE, OFF),
        "POST /settings/people/{code}": ("/settings/people/CO", {"name": "吴助理", "login": "co", "roles": "contributor",
                                                                 "department": "一部"}, Action.KEEP_PEOPLE, OFF),
        "POST /settings/people/{code}/password": ("/settings/people/SM/password", {"password": "a long enough one"},
                                                   None, OFF),
        "POST /settings/learned/{lesson}/forget": (f"/settings/learned/{lesson}/forget", {}, Action.KEEP_CUSTOMERS, OFF),
        "POST /settings/learned/{lesson}/alias": (f"/settings/learned/{lesson}/alias", {}, Action.KEEP_CUSTOMERS, OFF),
        "POST /settings/forms/{key}/forget": ("/settings/forms/none/forget", {}, Action.CARE, OFF),
        "GET /r/{named}/teach": (f"/r/{code}/teach", {}, Action.CARE, ON),
        "POST /r/{named}/teach": (f"/r/{code}/teach", {"do": "save"}, Action.CARE, ON),
        "GET /settings/health": ("/settings/health", {}, Action.CARE, OFF),
        "GET /metrics": ("/metrics", {}, Action.CARE, OFF),
    }  # fmt: skip
    v1 = "/api/v1"
    calls = {
        "GET /api/v1/records/{named}": (f"{v1}/records/{code}", None, Action.LOOK, ON),
        "GET /api/v1/records/{named}/options": (f"{v1}/records/{code}/options", None, Action.LOOK, ON),
        "GET /api/v1/records/{named}/differences": (f"{v1}/records/{code}/differences?first=1&second=2", None,
                                                     Action.LOOK, ON),
        "GET /api/v1/records/{named}/similar": (f"{v1}/records/{code}/similar", None, Action.LOOK, ON),
        "GET /api/v1/records/{named}/twin": (f"{v1}/records/{code}/twin", None, Action.LOOK, ON),
        "GET /api/v1/records/{named}/pages/{number}.jpg": (f"{v1}/records/{code}/pages/1.jpg", None, Action.LOOK, ON),
        "GET /api/v1/records/{named}/thumb.jpg": (f"{v1}/records/{code}/thumb.jpg", None, Action.LOOK, ON),
        "PATCH /api/v1/records/{named}": (f"{v1}/records/{fresh}", {"title": "x"}, Action.DESCRIBE, ON),
        **{
            f"POST /api/v1/records/{{named}}/{{act}} {act}": (
                f"{v1}/records/{code if act in ('promote', 'accept') else fresh}/{act}",
                {"role": "customer", "class_code": "05", "other": code, **why}, action, ON,
            )
            for act, action in {**signing, "pair": Action.PAIR}.items()
        },
        "POST /api/v1/records": (f"{v1}/records", {"count": 1}, Action.RESERVE, OFF),
        "POST /api/v1/uploads": (f"{v1}/uploads?name=a.txt", b"text of a file", Action.CONTRIBUTE, OFF),
        "POST /api/v1/items/{item}/retry": (f"{v1}/items/none/retry", {}, Action.CONTRIBUTE, OFF),
        "POST /api/v1/items/{item}/discard": (f"{v1}/items/none/discard", why, Action.VOID, OFF),
        "GET /api/v1/reports/{kind}": (f"{v1}/reports/month", None, Action.REPORT, ANY),
        "GET /api/v1/log": (f"{v1}/log", None, Action.READ_LOG, OFF),
        "POST /api/v1/log/verify": (f"{v1}/log/verify", {}, Action.READ_LOG, OFF),
        "POST /api/v1/requests": (f"{v1}/requests", {"kind": "access", "target": code, **why}, Action.ASK_ACCESS, OFF),
        "POST /api/v1/requests change": (f"{v1}/requests", {"kind": "change", "target": code, "changes": {
            "secrecy": "秘密"}, **why}, Action.ASK_CHANGE, ON),
        "POST /api/v1/requests/{kind}/{number}": (f"{v1}/requests/access/{access}", {"agree": True},
                                                   Action.DECIDE_ACCESS, OFF),
        "POST /api/v1/requests/{kind}/{number} change": (f"{v1}/requests/change/{change}", {"agree": True},
                                                          Action.DECIDE_CHANGE, ON),
        "DELETE /api/v1/grants/{number}": (f"{v1}/grants/{access}?reason=r", None, Action.DECIDE_ACCESS, OFF),
        "POST /api/v1/bin/{named}/restore": (f"{v1}/bin/{code}/restore", why, Action.RESTORE, ON),
        "POST /api/v1/bin/purge": (f"{v1}/bin/purge", {"sure": True}, Action.PURGE, OFF),
        "GET /api/v1/holds": (f"{v1}/holds", None, Action.PURGE, OFF),
        "POST /api/v1/holds": (f"{v1}/holds", {"target": code, **why}, Action.HOLD, ON),
        "POST /api/v1/holds/{number}/lift": (f"{v1}/holds/{hold}/lift", why, Action.HOLD, OFF),
        "GET /api/v1/volumes/{number}": (f"{v1}/volumes/{volume}", None, Action.LOOK, ON),
        "GET /api/v1/volumes/{number}/problems": (f"{v1}/volumes/{volume}/problems", None, Action.KEEP_VOLUMES, OFF),
        "POST /api/v1/volumes/{number}/close": (f"{v1}/volumes/{volume}/close", {}, Action.KEEP_VOLUMES, OFF),
        "POST /api/v1/volumes/{number}/bind": (f"{v1}/volumes/{volume}/bind", {"accept": "r"}, Action.KEEP_VOLUMES, OFF),
        "POST /api/v1/places": (f"{v1}/places", {"target": volume, "place": "室/柜"}, Action.KEEP_VOLUMES, OFF),
        "GET /api/v1/loans": (f"{v1}/loans", None, Action.LEND, OFF),
        "POST /api/v1/loans": (f"{v1}/loans", {"target": volume, "borrower": "ZHS", "due": "2099-01-01",
                                               "purpose": "p"}, Action.LEND, OFF),
        "POST /api/v1/requests loan": (f"{v1}/requests", {"kind": "loan", "target": volume, "to": "LMY",
                                       "due": "2099-01-01", **why}, Action.ASK_LOAN, OFF),
        "POST /api/v1/requests/{kind}/{number} loan": (f"{v1}/requests/loan/999", {"agree": True},
                                                       Action.DECIDE_LOAN, OFF),
        "POST /api/v1/loans/return": (f"{v1}/loans/return", {"target": volume}, Action.LEND, OFF),
        "POST /api/v1/stocktakes": (f"{v1}/stocktakes", {"place": "室", "symbols": [code]}, Action.KEEP_VOLUMES, OFF),
        "GET /api/v1/sheets/{sheet}": (f"{v1}/sheets/copy?target={code}", None, Action.PRINT, ON),
        "GET /api/v1/sheets/{sheet} volume": (f"{v1}/sheets/volume-list?target={volume}", None, Action.PRINT, ON),
        "GET /api/v1/sheets/{sheet} loans": (f"{v1}/sheets/loan-register", None, Action.LEND, OFF),
        "GET /api/v1/reports/{kind}/file": (f"{v1}/reports/month/file?form=xlsx", None, Action.REPORT, ANY),
        "GET /api/v1/probes": (f"{v1}/probes", None, Action.CARE, OFF),
        "PUT /api/v1/records/{named}/content": (f"{v1}/records/{code}/content?name=a.txt&reason=r", "又一版".encode(),
                                                Action.ASK_CHANGE, ON),
        "GET /api/v1/appraisal": (f"{v1}/appraisal", None, Action.APPRAISE, OFF),
        "POST /api/v1/destructions": (f"{v1}/destructions", {"codes": [code], **why}, Action.APPRAISE, OFF),
        "POST /api/v1/destructions/{number}/{act}": (f"{v1}/destructions/1/agree", {}, Action.DECIDE_DESTRUCTION, OFF),
        "POST /api/v1/destructions/{number}/{act} witness": (f"{v1}/destructions/1/witness", {}, Action.WITNESS, OFF),
        "POST /api/v1/destructions/{number}/{act} destroy": (f"{v1}/destructions/1/destroy", {"sure": True},
                                                              Action.APPRAISE, OFF),
        "PUT /api/v1/people/{code}/password": (f"{v1}/people/SM/password", {"password": "a long enough one"}, None, OFF),
        "PUT /api/v1/people/{code}": (f"{v1}/people/NEW", {"code": "NEW", "name": "新人"}, Action.KEEP_PEOPLE, OFF),
        "POST /api/v1/customers": (f"{v1}/customers", [{"name": "新客户"}], Action.KEEP_CUSTOMERS, OFF),
        "POST /api/v1/customers/reassign": (f"{v1}/customers/reassign", {"names": [CUSTOMER], "manager": "LMY", **why},
                                             Action.REASSIGN, OFF),
        "POST /api/v1/forms": (f"{v1}/forms", {"toml": "x"}, Action.CARE, OFF),
        "DELETE /api/v1/forms/{key}": (f"{v1}/forms/none", None, Action.CARE, OFF),
        "DELETE /api/v1/lessons/{lesson}": (f"{v1}/lessons/{lesson}", None, Action.KEEP_CUSTOMERS, OFF),
        "POST /api/v1/lessons/{lesson}/alias": (f"{v1}/lessons/{lesson}/alias", {}, Action.KEEP_CUSTOMERS, OFF),
        "PUT /api/v1/customers/{name}/credit": (f"{v1}/customers/{CUSTOMER}/credit", {"limit": "5", **why},
                                                Action.SET_CREDIT, OFF),
        "GET /api/v1/customers/{name}/dossier": (f"{v1}/customers/{CUSTOMER}/dossier", None, Action.REPORT, ON),
        "POST /api/v1/grades/{quarter}/propose": (f"{v1}/grades/2026-Q1/propose", {}, Action.GRADE, OFF),
        "GET /api/v1/grades": (f"{v1}/grades", None, Action.REPORT, ANY),
        "POST /api/v1/grades": (f"{v1}/grades", {"customer": CUSTOMER, "quarter": "2026-Q1", "after": "A", **why},
                                Action.DECIDE_GRADE, OFF),
    }  # fmt: skip
    return {**page, **calls}


# Where two permissions open a route, or only some people may besides the policy's roles.
SAME_AS = {"GET /customers/{name}": "report dossier", "GET /api/v1/customers/{name}/dossier": "report dossier",
           "POST /log/verify": "log page", "POST /api/v1/log/verify": "audit verify"}  # fmt: skip


def passes(name, action, on_record, user):
    role, relation = USERS[user]
    if name in ("POST /settings/people/{code}/password", "PUT /api/v1/people/{code}/password"):
        return user in ("sm", "gm")  # of somebody who decides: himself or the general manager
    if name == "GET /appraisal":
        return any(can([role], a) for a in (Action.APPRAISE, Action.DECIDE_DESTRUCTION, Action.WITNESS))
    if name in ("POST /r/{named}/{act} settle", "POST /api/v1/records/{named}/{act} settle"):
        return False  # nothing of the kind waits: not found, for everybody
    return expected(SAME_AS.get(name, name), action, on_record, role, relation)


def all_routes():
    """Yield every route as ``METHOD path``."""
    pages = [part.router for part in (*PAGES, metrics)]
    calls = [part.router for part in api.PARTS]
    for prefix, routers in (("", pages), (api.router.prefix, calls)):
        for route in (r for router in routers for r in router.routes):
            yield from (f"{m} {prefix}{route.path}" for m in route.methods if m != "HEAD")


def test_no_route_is_left_out(counter):
    known = {" ".join(name.split()[:2]) for name in routes(counter.office)} | DOOR | OWN.keys() | ACCOUNT
    found = set(all_routes())
    assert len(found) > 100
    told = counter.app.openapi()["paths"]
    described = {f"{m.upper()} {path}" for path, methods in told.items() for m in methods}
    assert described == {r for r in found if "/api/" in r}
    assert found - known == set() and known - found == set()


def send(client, name, address, sent):
    method = name.split()[0]
    headers = {"X-CSRF-Token": client.csrf}
    if method == "GET":
        return client.get(address)
    if isinstance(sent, bytes):
        return client.request(method, address, content=sent, headers=headers)
    if address.startswith("/api/"):
        return client.request(method, address, json=sent, headers=headers)
    files = {"files": sent["files"]} if "files" in (sent or {}) else None
    data = {"csrf": client.csrf, **{k: v for k, v in (sent or {}).items() if k != "files"}}
    return client.request(method, address, data=data, files=files)


@pytest.mark.slow
@pytest.mark.parametrize("user", USERS)
def test_what_is_refused_is_refused_at_every_route(counter, user):
    table = routes(counter.office)
    counter.office.dms("search", "折让")  # what waits for the index is done
    role, relation = USERS[user]
    client = counter(user)
    client.csrf = client.get("/api/v1/me").json()["csrf"]
    before, allowed = without_sessions(counter.office), []
    for name, (address, sent, action, on_record) in table.items():
        if passes(name, action, on_record, user):
            allowed.append(name)
            continue
        answer = send(client, name, address, sent)
        assert answer.status_code in (403, 404), (name, answer.status_code, answer.text[-600:])
        if address.startswith("/api/"):
            assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"], name
    assert without_sessions(counter.office) == before
    for name, address in OWN.items():
        answer = client.get(address)
        assert answer.status_code == 200, (name, answer.status_code)
        if not can([role], Action.LOOK, relation):
            # With its blank: the title of a record, not the heading of a form that everybody knows.
            assert "折让审批 " not in answer.text and CUSTOMER not in answer.text, name
    for name in allowed:
        address, sent, _, _ = table[name]
        answer = send(client, name, address, sent)
        assert answer.status_code < 500, (name, answer.text[-600:])
        if answer.status_code == 403:
            words = ("waits at the gate", "legal hold", "own", "deliver", "consent", "supervisor’s", "signature")
            words += ("还不能归档", "保全中", "不能审批自己", "不能决定自己", "须经同意", "纸上签字", "本人")
            assert any(w in answer.text for w in words), (name, answer.text[-900:])


def without_sessions(office):
    kept = state_of(office)
    return {k: v for k, v in kept.items() if k not in ("sessions", "answers", "items")}
