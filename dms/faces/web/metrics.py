"""``/metrics`` for Prometheus (extra ``metrics``): requests, their times, what waits; for who cares for it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.domain.item import ItemState
from dms.domain.policy import Action
from dms.errors import MissingProgram
from dms.faces.web.view import world_of
from dms.flow import STATIONS
from dms.said import Said

router = APIRouter(include_in_schema=False)


class Meter:
    """Counts requests by route, not by address: no code or name of a record stands in a figure."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError:
            self._registry: Any = None
            return
        self._registry = prometheus.CollectorRegistry()
        self._requests = prometheus.Counter(
            "dms_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = prometheus.Histogram(
            "dms_request_seconds", "Time to answer.", ("route",), registry=self._registry
        )
        self._waiting = prometheus.Gauge("dms_waiting", "What waits.", ("what",), registry=self._registry)
        self._stations = prometheus.Gauge(
            "dms_files_at_station", "Files on their way, by their next station.", ("station",), registry=self._registry
        )
        self._oldest = prometheus.Gauge(
            "dms_oldest_file_seconds", "Age of the oldest file on its way.", registry=self._registry
        )

    @contextmanager
    def timed(self, request: Request) -> Iterator[Callable[[int], None]]:
        """Time one request; call what is given with its status."""
        start = time.perf_counter()
        status = 500

        def told(code: int) -> None:
            nonlocal status
            status = code

        try:
            yield told
        finally:
            if self._registry is not None:
                route = getattr(request.scope.get("route"), "path", "none")
                self._requests.labels(request.method, route, str(status)).inc()
                self._seconds.labels(route).observe(time.perf_counter() - start)

    def text(self, waiting: dict[str, int], stations: Mapping[str, int], oldest: float) -> bytes:
        """Return all figures as Prometheus reads them.

        Args:
            waiting: how much of what.
            stations: station -> files that go there next.
            oldest: seconds since the oldest file on its way came.

        Raises:
            MissingProgram: its package is not installed.
        """
        if self._registry is None:
            raise MissingProgram(Said("Metrics need prometheus-client."), Said('pip install "dms[metrics]"'))
        import prometheus_client as prometheus

        for what, count in waiting.items():
            self._waiting.labels(what).set(count)
        for station in STATIONS:
            self._stations.labels(station).set(stations.get(station, 0))
        self._oldest.set(oldest)
        return bytes(prometheus.generate_latest(self._registry))


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Tell figures: requests by route, files under way and in quarantine, records not yet indexed, questions."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
        working = tx.items(states=[ItemState.WORKING])
        waiting = {
            "files": len(working),
            "quarantine": len(tx.items(states=[ItemState.QUARANTINED])),
            "index": tx.jobs_waiting("index"),
            "attention": len(tx.attention()),
        }
    came = [datetime.fromisoformat(item.created) for item in working if item.created]
    oldest = (world.clock.now() - min(came)).total_seconds() if came else 0.0
    told = request.app.state.meter.text(waiting, Counter(item.station for item in working), max(0.0, oldest))
    return Response(told, media_type="text/plain; version=0.0.4")
