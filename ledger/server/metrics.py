"""``/metrics`` for Prometheus, given to the addresses in ``METRICS_FROM`` and to nobody else.

Each worker counts into files of prometheus_client, and whichever is asked adds them all up. What
waits and how old backup and proof are is looked up when asked.
"""

import os
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from ledger.models import Receipt
from ledger.server import last_done

PATH: Final = "/metrics"
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported
BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

OURS = CollectorRegistry()
REQUESTS = Counter("jiaozhang_requests", "Answers.", ["view", "status"], registry=OURS)
SECONDS = Histogram(
    "jiaozhang_request_seconds", "Time of an answer.", ["view"], buckets=BUCKETS, registry=OURS
)
DATABASE = Counter(
    "jiaozhang_database_seconds", "Time spent in the database.", ["view"], registry=OURS
)
UNDER_WAY = Gauge(
    "jiaozhang_requests_under_way", "Now.", multiprocess_mode="livesum", registry=OURS
)
QUEUED = Gauge(
    "jiaozhang_requests_queued", "No thread yet.", multiprocess_mode="livesum", registry=OURS
)
WORKERS = Gauge("jiaozhang_workers", "Processes.", multiprocess_mode="livesum", registry=OURS)


def empty_folder() -> dict[str, str]:
    """Make the folder that the workers share anew; their environment, empty if nobody may ask."""
    if not settings.METRICS_FROM:
        return {}
    folder = Path(settings.VAR_DIR) / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return {SHARED: str(folder)}


def forget(pid: int) -> None:
    """A worker that has ended has nothing under way any more."""
    if settings.METRICS_FROM:
        multiprocess.mark_process_dead(pid, str(Path(settings.VAR_DIR) / "metrics"))


def measured(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Outermost middleware, installed where somebody may ask."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.META["REMOTE_ADDR"] in settings.METRICS_FROM:
            return HttpResponse(page(), content_type=CONTENT_TYPE_LATEST)
        stopwatch = Stopwatch()
        with UNDER_WAY.track_inprogress(), connection.execute_wrapper(stopwatch):
            response = get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else ""
        REQUESTS.labels(view, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - stopwatch.begun)
        DATABASE.labels(view).inc(stopwatch.seconds)
        return response

    return answer


class Stopwatch:
    """Adds up the seconds of a request's statements."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - begun


def page() -> bytes:
    counted = OURS
    if SHARED in os.environ:
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)
    return bytes(generate_latest(counted) + generate_latest(_looked_up()))


def _looked_up() -> CollectorRegistry:
    """What no worker counts. A value that is not known is left out, so that an alarm can see it."""
    found = CollectorRegistry()
    waiting = _receipts_waiting()
    if waiting is not None:
        name, words = "jiaozhang_receipts_waiting", "Submitted and not verified."
        Gauge(name, words, registry=found).set(waiting)
    for name, file in (("backup", last_done.BACKUP), ("proof", last_done.PROOF)):
        if last := last_done.last(file):
            age = timezone.now() - datetime.fromisoformat(last["at"])
            words = f"Seconds since the last {name}."
            Gauge(f"jiaozhang_{name}_age_seconds", words, registry=found).set(age.total_seconds())
    return found


def _receipts_waiting() -> int | None:
    try:
        return Receipt.objects.filter(state=Receipt.State.SUBMITTED).count()
    except DatabaseError:
        return None
    finally:
        connection.close_if_unusable_or_obsolete()
