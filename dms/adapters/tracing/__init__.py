"""Where the steps of the work are told: nowhere, or to a collector by the extra ``otel``."""

from __future__ import annotations

from urllib.parse import urlsplit

from dms.adapters.tracing.null import NullTracer
from dms.errors import MissingProgram, Usage
from dms.ports.tracing import Tracer
from dms.said import Said


def open_tracer(url: str, machine: str) -> Tracer:
    """Return the tracer of an address, one that tells nobody where it is empty.

    Args:
        url: the collector's whole address, ``http://127.0.0.1:4318/v1/traces``.
        machine: this machine's name.

    Raises:
        Usage: it is no such address.
        MissingProgram: OpenTelemetry is not installed.
    """
    if not url:
        return NullTracer()
    if not _whole(url):
        raise Usage(
            Said("“traces” is no address of a collector."), Said('Such as traces = "http://127.0.0.1:4318/v1/traces".')
        )
    try:
        from dms.adapters.tracing.otlp import OtlpTracer
    except ImportError as problem:
        raise MissingProgram(
            Said("Traces need {problem}.", problem=problem.name), Said('pip install "dms[otel]"')
        ) from problem
    return OtlpTracer(url, machine)


def _whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path not in ("", "/")
    except ValueError:
        return False
