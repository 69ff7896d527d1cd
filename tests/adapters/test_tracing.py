"""Traces: one contract for both tracers; what a real collector gets, and that nobody minds one that is away."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dms.adapters.tracing import open_tracer
from dms.adapters.tracing.null import NullTracer
from dms.assembly import open_world
from dms.errors import MissingProgram, Usage
from dms.flow import STATIONS

CANARY, CUSTOMER, TEXT = "kanarienvogel", "杭州新辰酒店有限公司", "客户投诉折让审批单"


class Collector:
    """An OTLP receiver over HTTP that keeps what it gets.

    Attributes:
        bodies: as they came.
        came: set once one is there.
        go: where cleared, nobody gets an answer until it is set.
        answer: status and headers of every answer.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.came, self.go = threading.Event(), threading.Event()
        self.go.set()
        self.answer: tuple[int, dict[str, str]] = (200, {})
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                collector.headers.append(dict(self.headers))
                collector.came.set()
                collector.go.wait()
                status, headers = collector.answer
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}/v1/traces"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()

    def requests(self) -> list[Any]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    def spans(self) -> list[Any]:
        return [s for r in self.requests() for rs in r.resource_spans for ss in rs.scope_spans for s in ss.spans]


@contextmanager
def receiving() -> Iterator[Collector]:
    made = Collector()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def otel(monkeypatch):
    """The adapter's module, patient at the end so that a busy machine loses no span."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra “otel” is not installed")
    from dms.adapters.tracing import otlp

    monkeypatch.setattr(otlp, "CLOSE_SECONDS", 60.0)
    return otlp


@pytest.fixture
def collector(otel) -> Iterator[Collector]:
    with receiving() as made:
        yield made


@pytest.fixture
def elsewhere() -> Iterator[Collector]:
    """A machine that nobody set."""
    with receiving() as made:
        yield made


def told(span) -> dict[str, Any]:
    """A span's attributes."""
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


@pytest.fixture(params=["null", "otlp"])
def tracer(request):
    if request.param == "null":
        return open_tracer("", "here")
    return open_tracer(request.getfixturevalue("collector").url, "here")


def test_a_step_is_left_as_it_was_entered(tracer):
    with tracer.span("outer", trace="a", item="a", pages=0) as outer, tracer.span("inner") as inner:
        inner.tell("better", outcome="goes on", kind="", records=2)
        outer.tell(status=503)
    for problem in (ValueError("x"), KeyboardInterrupt()):
        with pytest.raises(type(problem)) as seen, tracer.span("failing"):
            raise problem
        assert seen.value is problem
    tracer.close()
    with tracer.span("late") as late:
        late.tell(outcome="goes on")
    tracer.close()


def test_nobody_asked_costs_nothing():
    tracer = open_tracer("", "here")
    assert isinstance(tracer, NullTracer)
    assert tracer.span("a", trace="x") is tracer.span("b", item="y") is NullTracer().span("c")


@pytest.mark.parametrize(
    "url", ["collector", "ftp://c/v1/traces", "http:///v1/traces", "http://c:4318/", "http://[/v1"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Usage) as seen:
        open_tracer(url, "here")
    assert "4318/v1/traces" in seen.value.hint


def test_a_missing_package_is_named(archive, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "dms.adapters.tracing.otlp", raising=False)
    with pytest.raises(MissingProgram) as seen:
        open_tracer("http://127.0.0.1:4318/v1/traces", "here")
    assert 'pip install "dms[otel]"' in seen.value.hint
    monkeypatch.setenv("DMS_TRACES", "http://127.0.0.1:4318/v1/traces")
    assert 'pip install "dms[otel]"' in archive.errors("search", "x") and archive.exit == MissingProgram.exit_code


def note(folder, name=f"{CANARY}.txt"):
    path = folder / name
    path.write_text(f"{TEXT}，{CANARY}，金额1860.00元，请领导批示。", encoding="utf-8")
    return path


def ingest(archive, path):
    (item,) = archive.dms("ingest", path, "--class", "04", "--customer", CUSTOMER, "--manager", "ZHS")["items"]
    return item


def test_a_journey_is_one_trace_and_tells_no_record(archive, collector, tmp_path, monkeypatch):
    monkeypatch.setenv("DMS_TRACES", collector.url)
    monkeypatch.setenv("DMS_HOST", "scan-2")
    item = ingest(archive, note(tmp_path))
    assert item["state"] == "registered"
    with open_world(archive.home, user="tester") as world, world.catalogue.look() as tx:
        (saved,) = tx.items()
    spans = {s.name: s for s in collector.spans()}
    journey = [spans[name] for name in ("travel", *STATIONS)]
    assert len(collector.spans()) == len(journey) + 1, "one for each station, the stretch, and the index"
    assert len({s.trace_id for s in journey}) == 1 and spans["index"].trace_id != spans["travel"].trace_id
    assert {s.parent_span_id for s in journey[1:]} == {spans["travel"].span_id}
    assert {told(s)["dms.item"] for s in journey} == {saved.id}
    assert [told(s)["dms.station"] for s in journey] == ["receive", *STATIONS]
    assert told(spans["settle"])["dms.outcome"] == told(spans["travel"])["dms.outcome"] == "registered"
    assert told(spans["route"]) == {
        "dms.item": saved.id, "dms.station": "route", "dms.outcome": "goes on", "dms.kind": "text", "dms.pages": 1,
    }  # fmt: skip
    assert told(spans["index"]) == {"dms.records": 1}
    assert all(s.end_time_unix_nano >= s.start_time_unix_nano > 0 and not s.status.code for s in spans.values())
    silent(collector, archive, item["code"])


def silent(collector, archive, *more):
    """Nothing of a record, nor a path, in what was sent."""
    sent = b"".join(collector.bodies) + repr(collector.headers).encode()
    for word in (CANARY, CUSTOMER, TEXT, str(archive.home), archive.home.parent.name, *more):
        assert word and word.encode() not in sent, word


def test_a_failure_tells_its_kind_and_no_words(archive, collector, tmp_path, monkeypatch):
    monkeypatch.setenv("DMS_TRACES", collector.url)
    broken = tmp_path / f"{CANARY}.pdf"
    broken.write_bytes(b"%PDF-1.7 broken")
    assert ingest(archive, broken)["state"] == "quarantined"
    spans = {s.name: s for s in collector.spans()}
    failed = spans["identify"]
    assert failed.status.code == 2 and failed.status.message == told(failed)["error.type"] == "Unreadable"
    assert told(spans["travel"])["dms.outcome"] == "quarantined"
    assert not [s for s in spans.values() if s.events]
    tracer = open_tracer(collector.url, "here")
    with pytest.raises(LookupError), tracer.span("index"):
        raise LookupError(CANARY)
    tracer.close()
    last = collector.spans()[-1]
    assert (last.name, last.status.code, last.status.message, list(last.events)) == ("index", 2, "LookupError", [])
    silent(collector, archive)


def test_an_item_has_one_trace_on_every_machine(collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer ours")
    for machine in ("scan-1", "scan-2"):
        tracer = open_tracer(collector.url, machine)
        for item in ("0197f1", "0197f2"):
            with tracer.span("travel", trace=item, item=item), tracer.span("identify", item=item):
                pass
        tracer.close()
    traces = {s.trace_id: told(s)["dms.item"] for s in collector.spans()}
    assert len(collector.spans()) == 8 and sorted(traces.values()) == ["0197f1", "0197f2"]
    hosts = [told(rs.resource) for r in collector.requests() for rs in r.resource_spans]
    assert {h["host.name"] for h in hosts} == {"scan-1", "scan-2"}
    assert {h[k] for h in collector.headers for k in h if k.lower() == "authorization"} == {"Bearer ours"}


def test_the_environment_switches_nothing_on(archive, elsewhere, tmp_path, monkeypatch):
    for name, value in environment(elsewhere).items():
        monkeypatch.setenv(name, value)
    assert ingest(archive, note(tmp_path))["state"] == "registered"
    with open_world(archive.home, user="tester") as world:
        assert isinstance(world.tracer, NullTracer)
    assert elsewhere.bodies == []


def test_only_the_address_that_is_set_is_asked(archive, collector, elsewhere, tmp_path, monkeypatch, caplog):
    for name, value in environment(elsewhere).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DMS_TRACES", collector.url)
    collector.answer = (307, {"Location": elsewhere.url})
    assert ingest(archive, note(tmp_path))["state"] == "registered"
    assert elsewhere.bodies == [] and collector.bodies
    (resource,) = [told(rs.resource) for rs in collector.requests()[0].resource_spans]
    assert set(resource) == {"service.name", "service.version", "host.name"} and resource["service.name"] == "dms"
    assert [r.name for r in warnings(caplog)] == ["dms.traces"] and "307" in caplog.text
    silent(collector, archive)


def environment(server) -> dict[str, str]:
    """All by which OpenTelemetry, or what it sends with, could be led astray."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.origin,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": server.url,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_PYTHON_TRACER_PROVIDER": "sdk_tracer_provider",
        "OTEL_TRACES_SAMPLER": "always_off",
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "otel,process,os,host",
        "OTEL_RESOURCE_ATTRIBUTES": f"customer={CANARY}",
        "OTEL_SERVICE_NAME": CANARY,
        **{name: server.origin for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")},
        "NO_PROXY": "",
        "no_proxy": "",
    }


def warnings(caplog):
    return [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_collector_that_is_away_is_told_once(archive, otel, tmp_path, monkeypatch, caplog):
    with receiving() as gone:
        pass
    monkeypatch.setenv("DMS_TRACES", gone.url)
    assert ingest(archive, note(tmp_path))["state"] == "registered"
    assert [r.name for r in warnings(caplog)] == ["dms.traces"]
    caplog.clear()
    monkeypatch.setattr(otel, "QUEUE", 16)
    tracer = open_tracer(gone.url, "here")
    for _ in range(200):
        with tracer.span("index"):
            pass
    tracer.close()
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_collector_that_refuses_is_not_asked_again(collector, status):
    collector.answer = (status, {"Retry-After": "1"})
    tracer = open_tracer(collector.url, "here")
    with tracer.span("index"):
        pass
    tracer.close()
    assert len(collector.bodies) == 1


def test_nobody_waits_for_a_collector_that_hangs(archive, otel, collector, tmp_path, monkeypatch):
    # Were anything to wait for the answer, it would do so for ever.
    monkeypatch.setattr(otel, "SEND_SECONDS", 3600)
    monkeypatch.setattr(otel, "CLOSE_SECONDS", 0.2)
    monkeypatch.setattr(otel, "QUEUE", 16)
    monkeypatch.setenv("DMS_TRACES", collector.url)
    collector.go.clear()
    assert ingest(archive, note(tmp_path))["state"] == "registered"
    assert collector.came.wait(60) and not collector.go.is_set()
    first = len(collector.bodies)
    tracer = open_tracer(collector.url, "here")
    monkeypatch.setattr(otel, "CLOSE_SECONDS", 60.0)
    for number in range(1000):
        with tracer.span("index", records=number + 1):
            pass
    collector.go.set()
    tracer.close()
    kept = [told(s)["dms.records"] for r in collector.requests()[first:] for s in spans_of(r)]
    assert kept[-1] == 1000 and len(kept) <= 4 + 16, "what is too much is dropped, the oldest first"


def spans_of(request):
    return [s for rs in request.resource_spans for ss in rs.scope_spans for s in ss.spans]


def test_requests_are_told_by_route(archive, collector, tmp_path, monkeypatch):
    testing = pytest.importorskip("fastapi.testclient", reason="the extra “web” is not installed")
    from dms.faces.web.app import create_app
    from dms.ports.accounts import Account

    code = ingest(archive, note(tmp_path))["code"]
    monkeypatch.setenv("DMS_TRACES", collector.url)
    with open_world(archive.home, user="tester") as world:
        with world.catalogue.begin() as tx:
            tx.save_account(Account("TESTER", world.passwords().hash("correct horse battery"), world.now()))
        client = testing.TestClient(create_app(world), headers={"Origin": "http://testserver"}, follow_redirects=False)
        client.post("/sign-in", data={"login": CANARY, "password": CANARY})
        client.get(f"/r/{code}")
        client.post("/sign-in", data={"login": "tester", "password": "correct horse battery"})
        assert client.get(f"/r/{code}?{CANARY}").status_code == 200
        assert client.get("/search", params={"q": CANARY}).status_code == 200
        assert client.get(f"/{CANARY}", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}).status_code == 404
        client.request(CANARY.upper(), "/health")
    seen = [(s.name, told(s)) for s in collector.spans() if s.kind == 2]
    assert [name for name, _ in seen] == [
        "POST /sign-in", "GET none", "POST /sign-in", "GET /r/{named}", "GET /search", "GET none", "_OTHER /health"
    ]  # fmt: skip
    assert seen[3][1] == {
        "http.request.method": "GET", "http.route": "/r/{named}", "http.response.status_code": 200,
    }  # fmt: skip
    assert seen[1][1]["http.response.status_code"] == 303
    assert bytes.fromhex("ab" * 16) not in {s.trace_id for s in collector.spans()}, "a stranger's trace is not ours"
    silent(collector, archive, code, CANARY.upper(), "tester")
