"""Traces by OpenTelemetry's SDK, sent as OTLP over HTTP: in the background, to the one address that is set.

What the SDK would take from the environment by itself (address, sampler, resource detectors, proxies) is given here.
What is left to it are ``OTEL_EXPORTER_OTLP_HEADERS`` and the certificate variables, which send nothing.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Unpack
from urllib.parse import urlsplit

import requests
from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dms import __version__
from dms.ports.tracing import Span, Told

# The longest a collector may take over one batch, and the longest the end of a process waits for it.
SEND_SECONDS = 3
CLOSE_SECONDS = 2.0
# Spans that wait at most (some 2 kB each); past that the oldest are dropped.
QUEUE = 2048
_SEND_EVERY_MILLISECONDS = 2000
_SAY_EVERY_SECONDS = 600.0
# Names of the semantic conventions; what is ours is under “dms.”.
_NAMES = {"method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}
_log = logging.getLogger("dms.traces")


class OtlpTracer:
    """See :class:`dms.ports.tracing.Tracer`.

    Args:
        url: where to, whole.
        machine: this machine's name.
    """

    def __init__(self, url: str, machine: str) -> None:
        # It logs each batch and span that is lost, with a traceback some; we say the same once in a while.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._sender = _Sender(url)
        # The class itself, not Resource.create: that would ask detectors of other packages about the machine.
        resource = Resource({"service.name": "dms", "service.version": __version__, "host.name": machine})
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                self._sender,
                max_queue_size=QUEUE,
                schedule_delay_millis=_SEND_EVERY_MILLISECONDS,
                max_export_batch_size=QUEUE // 4,
                export_timeout_millis=SEND_SECONDS * 1000,
            )
        )
        # Never the process's own provider: what other libraries would tell is not ours to send.
        self._tracer = self._provider.get_tracer("dms", __version__)

    @contextmanager
    def span(self, name: str, trace: str = "", **told: Unpack[Told]) -> Iterator[Span]:
        """Open a step."""
        with self._tracer.start_as_current_span(
            name,
            context=_context(trace) if trace else None,
            kind=api.SpanKind.SERVER if "method" in told else api.SpanKind.INTERNAL,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            step = _Step(span)
            step.tell(**told)
            try:
                yield step
            except BaseException as problem:
                step.failed(type(problem).__name__)
                raise

    def close(self) -> None:
        """Send what waits, within two seconds."""
        # The SDK's own shutdown takes up to half a minute.
        ending = threading.Thread(target=self._provider.shutdown, name="traces-close", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)
        self._sender.shutdown()


class _Step:
    def __init__(self, span: api.Span) -> None:
        self._span = span

    def tell(self, name: str = "", **told: Unpack[Told]) -> None:
        if name:
            self._span.update_name(name)
        known: Mapping[str, Any] = told
        self._span.set_attributes({_NAMES.get(key, f"dms.{key}"): value for key, value in known.items() if value})
        status = told.get("status", 0)
        if status >= 500:
            self.failed(str(status))

    def failed(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(api.Status(api.StatusCode.ERROR, kind))


def _context(trace: str) -> Context:
    """Return the context of an id: the same on every machine, since nobody passes it from one to the other."""
    digest = hashlib.sha256(trace.encode()).digest()
    parent = api.SpanContext(
        int.from_bytes(digest[:16]),
        int.from_bytes(digest[16:24]),
        is_remote=True,
        trace_flags=api.TraceFlags(api.TraceFlags.SAMPLED),
    )
    return api.set_span_in_context(api.NonRecordingSpan(parent), Context())


class _Sender(SpanExporter):
    """Sends batches; one that cannot be sent is dropped, which is said once in a while."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).hostname
        self._way = _OneAddress()
        self._exporter: SpanExporter = OTLPSpanExporter(
            endpoint=url, timeout=SEND_SECONDS, compression=Compression.NoCompression, session=self._way
        )
        self._said = -_SAY_EVERY_SECONDS
        self._ended = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._ended:
            return SpanExportResult.FAILURE
        self._way.problem = ""
        try:
            done = self._exporter.export(spans)
        except Exception as problem:
            # Some versions pass on what they could not send.
            self._way.problem = self._way.problem or type(problem).__name__
            done = SpanExportResult.FAILURE
        if done is not SpanExportResult.SUCCESS and time.monotonic() - self._said >= _SAY_EVERY_SECONDS:
            self._said = time.monotonic()
            why = self._way.problem or "it cannot be reached"
            _log.warning("traces cannot be sent to %s (%s); the work goes on without them", self._host, why)
        return done

    def shutdown(self) -> None:
        if not self._ended:
            self._ended = True
            self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


class _NotSent(requests.exceptions.RequestException):
    """Of no kind the exporter would try again: the next batch comes soon, and the end of a process must not wait."""


class _OneAddress(requests.Session):
    """Goes to the address that is set and no other, once: no proxy or login of the environment, no redirect."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.problem = ""

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """Send a request, once.

        Raises:
            _NotSent: it was not taken.
        """
        how["allow_redirects"] = False
        try:
            answer = super().send(request, **how)
        except requests.exceptions.RequestException as problem:
            self.problem = type(problem).__name__
            raise _NotSent(self.problem) from problem
        if not 200 <= answer.status_code < 300:
            self.problem = f"it answers {answer.status_code}"
            raise _NotSent(self.problem)
        return answer
