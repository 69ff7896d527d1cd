"""Calls made up from the API's own description (schemathesis): none of them finds a fault of ours."""

from __future__ import annotations

import pytest
from office_kit import filed, note
from web_kit import csrf

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

pytestmark = pytest.mark.slow
# A list of made-up calls for each route; more of them find nothing new and take minutes.
_CALLS = 8


def test_no_made_up_call_is_our_fault(counter):
    filed(counter.office)
    note(counter.office, "b.txt", "另一份文件的文字内容。")
    client = counter("gm")
    token = client.get("/api/v1/me").json()["csrf"]
    schema = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", counter.app, headers={"Cookie": f"dms_session={client.cookies['dms_session']}"}
    )
    made, faults = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=_CALLS, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def call(case):
            nonlocal made
            kwargs = case.as_transport_kwargs(base_url="http://testserver")
            kwargs["headers"] = {
                **dict(kwargs.get("headers") or {}),
                "X-CSRF-Token": token,
                "Origin": "http://testserver",
            }
            kwargs.pop("cookies", None)
            try:
                answer = client.request(**{k: v for k, v in kwargs.items() if k != "timeout"})
            except (UnicodeError, ValueError) as problem:
                if "header" in str(problem).lower() or isinstance(problem, UnicodeError):
                    return  # the client cannot send it at all
                raise
            made += 1
            if answer.status_code >= 500:
                faults.append((case.method, case.path, answer.status_code, answer.text[:300]))

        call()
    assert faults == []
    assert made > 400
    assert csrf(client.get("/settings"))  # still signed in, still well


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    query=st.text(max_size=60), page=st.integers(-5, 10**12), named=st.text(min_size=1, max_size=40),
    kind=st.sampled_from(["month", "quarter", "dossier", "x"]), about=st.text(max_size=20),
)  # fmt: skip
def test_no_made_up_address_is_our_fault(shared, query, page, named, kind, about):
    for path, params in (
        ("/search", {"q": query, "page": page, "sort": about, "look": kind}), (f"/r/{_seg(named)}", {"q": query}),
        (f"/volumes/{_seg(named)}", {}), ("/customers", {"q": query}), ("/log", {"target": query, "before": abs(page)}),
        ("/reviews", {"kind": kind, "about": about}), (f"/print/label/{_seg(named)}.pdf", {}), ("/triage", {"at": page}),
        ("/print/run", {"sheet": kind, "targets": query}), ("/sign-in", {"to": query}), (f"/customers/{_seg(named)}", {}),
    ):  # fmt: skip
        answer = shared.get(path, params=params)
        assert answer.status_code < 500, (path, params, answer.text[-400:])


def _seg(text):
    from urllib.parse import quote

    return quote(text, safe="", errors="replace")


@pytest.fixture
def shared(counter):
    note(counter.office)
    return counter("gm")
