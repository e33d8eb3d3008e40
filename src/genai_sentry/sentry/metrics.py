"""Counts, costs and durations of calls as Sentry metrics: true where events are throttled and spans are sampled.

A call costs one append; a thread adds up and hands over, every `INTERVAL_S` seconds.
"""

from __future__ import annotations

import _thread
import os
import queue
import random
import sys
import threading
import weakref
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from genai_sentry import labels
from genai_sentry.guard import swallowed
from genai_sentry.sentry.exits import Exits, accept_now
from genai_sentry.sentry.start import starter
from genai_sentry.statistics import recorder

if TYPE_CHECKING:
    from genai_sentry.ratelimit import RateLimits
    from genai_sentry.record import CallRecord
    from genai_sentry.settings import Settings

INTERVAL_S = 5.0

MAX_WAITING = 50_000
"""Calls that wait to be added up; further ones are counted as lost."""

MAX_SERIES = 1000
"""Combinations of attributes in an interval; further models are added up as `other`."""

MAX_VALUES = 1000
"""Durations of one series in an interval that are handed over: all of them up to here, then a uniform sample."""

CALLS = "llm.client.calls"
"""The true number of calls, whatever their rate."""

ERRORS = "llm.client.errors"
COST = "llm.client.cost"
ATTEMPTS = "llm.client.attempts"
TOKENS = "gen_ai.client.token.usage"
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
REMAINING = "llm.client.ratelimit.remaining"

Series = tuple[str, str, str, str, str, tuple[tuple[str, str], ...]]
"""Operation, provider, model, type and reason of the failure (both empty without one), labels."""


class _Call(NamedTuple):
    """What is counted of a call: figures only, so that nothing of its content is kept alive."""

    series: Series
    attempts: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    duration: float | None
    first_chunk: float | None
    limits: RateLimits | None


def _facts(record: CallRecord) -> _Call:
    what, usage, stream = record.classification, record.usage, record.stream
    kind, reason = (what.type.value, what.reason.value) if what is not None else ("", "")
    return _Call(
        (record.operation, record.provider, record.model, kind, reason, labels.series(record.labels)),
        record.attempts or 0,
        (usage.input_tokens or 0) if usage is not None else 0,
        (usage.output_tokens or 0) if usage is not None else 0,
        record.cost.total_usd if record.cost is not None else None,
        record.duration_s if record.timed else None,
        stream.first_chunk_s if stream is not None else None,
        record.limits,
    )


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    priced: int = 0
    streams: int = 0
    durations: list[float] = field(default_factory=list)
    first_chunks: list[float] = field(default_factory=list)
    remaining: dict[str, float] = field(default_factory=dict)


class SentryMetrics:
    """Adds up finished calls and hands the sums to `sentry_sdk.metrics`.

    Attributes:
        lost: calls that could not be counted.
    """

    def __init__(self, settings: Settings) -> None:
        self._on = settings.sentry_metrics
        self.lost = 0
        self._closed = False
        self._exits = Exits(self._send_all)
        self._renew()
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _in_child(reference))

    def _renew(self) -> None:
        self._waiting: deque[_Call] = deque()
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._adding = threading.RLock()
        self._running = False

    def record(self, record: CallRecord) -> None:
        """Count a finished call; raises nothing."""
        if not self._on or self._closed or not record.operation or not (self._running or self._start()):
            return
        if len(self._waiting) >= MAX_WAITING:
            self.lost += 1
            recorder.lost("metrics", 1, "queue_overflow")
            return
        self._waiting.append(_facts(record))

    @property
    def waiting(self) -> int:
        """Calls that wait to be added up."""
        return len(self._waiting)

    def flush(self, timeout: float = 2.0) -> bool:
        """Hand over what was counted so far; delivering it is Sentry's flush."""
        return self._send_all(timeout)

    def leave(self) -> None:
        """Deliver at once what was counted: the interpreter is ending."""
        if self._waiting and not self._closed:
            self._exits.leave(None)

    def close(self) -> None:
        """Hand over the rest, and stop."""
        if self._closed:
            return
        self._closed = True
        self._send_all(2.0)
        self._exits.undo()
        self._wake.put(None)

    def _start(self) -> bool:
        """Begin; False where there is nobody to hand it to: a client that comes later counts from there on."""
        sentry = sys.modules.get("sentry_sdk")
        client: Any = sentry.get_client() if sentry is not None and hasattr(sentry, "get_client") else None
        there = client is not None and client.is_active() and hasattr(sentry, "metrics")
        if not there and not starter.armed:
            return False
        self._running = True
        try:
            self._exits.watch(client if there else None)
            _thread.start_new_thread(self._run, (self._wake,))
        except RuntimeError:  # the interpreter is ending: `leave` hands over
            self._running = False
        except Exception as error:
            self._running = False
            swallowed("sentry.metrics", error)
        return True

    def _run(self, own: queue.SimpleQueue[None]) -> None:
        while own is self._wake and not self._closed:
            try:
                own.get(timeout=INTERVAL_S)
            except queue.Empty:
                pass
            if own is self._wake and not self._closed:
                self._send_all(INTERVAL_S)

    def _send_all(self, timeout: float) -> bool:
        """Add up and hand over; False where another thread is at it for longer than `timeout`."""
        if not self._adding.acquire(timeout=max(0.0, timeout)):
            return False
        try:
            sums = _add_up(self._waiting)
            if sums:
                starter.ensure()
                accept_now(ending=self._exits.exiting)
                _hand_over(sums)
        except Exception as error:
            swallowed("sentry.metrics", error)
        finally:
            self._adding.release()
        return True


def _in_child(reference: weakref.ref[SentryMetrics]) -> None:
    metrics = reference()
    if metrics is not None:
        metrics._renew()


def _add_up(waiting: deque[_Call]) -> dict[Series, _Sum]:
    sums: dict[Series, _Sum] = {}
    for _ in range(len(waiting)):
        try:
            call = waiting.popleft()
        except IndexError:
            break
        series = call.series
        if series not in sums and len(sums) >= MAX_SERIES:
            series = (series[0], series[1], labels.OTHER, series[3], series[4], ())
        _add(sums.setdefault(series, _Sum()), call)
    return sums


def _add(total: _Sum, call: _Call) -> None:
    total.calls += 1
    total.attempts += call.attempts
    total.input_tokens += call.input_tokens
    total.output_tokens += call.output_tokens
    if call.cost is not None:
        total.cost += call.cost
        total.priced += 1
    if call.duration is not None:
        _sample(total.durations, call.duration, total.calls)
    if call.first_chunk is not None:
        total.streams += 1
        _sample(total.first_chunks, call.first_chunk, total.streams)
    if call.limits is not None:
        total.remaining.update(call.limits.ratios())


def _sample(values: list[float], value: float, seen: int) -> None:
    """Keep a uniform sample of at most `MAX_VALUES` (reservoir)."""
    if len(values) < MAX_VALUES:
        values.append(value)
        return
    place = random.randrange(seen)
    if place < MAX_VALUES:
        values[place] = value


def _hand_over(sums: dict[Series, _Sum]) -> None:
    from sentry_sdk import metrics

    for (operation, provider, model, kind, reason, labelled), total in sums.items():
        named = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "ai_model": model,
            "llm_provider": provider,
        }
        limited = {name: value for name, value in named.items() if value}  # a limit has no label and no outcome
        attributes = {**dict(labelled), **limited}
        if kind:
            attributes |= {"llm_error_type": kind, "llm_error_reason": reason}
            metrics.count(ERRORS, total.calls, attributes=attributes)
        metrics.count(CALLS, total.calls, attributes=attributes)
        if total.attempts:
            metrics.count(ATTEMPTS, total.attempts, attributes=attributes)
        if total.priced:
            metrics.count(COST, total.cost, unit="usd", attributes=attributes)
        for side, tokens in (("input", total.input_tokens), ("output", total.output_tokens)):
            if tokens:
                metrics.count(TOKENS, tokens, unit="token", attributes={**attributes, "gen_ai.token.type": side})
        for name, values in ((DURATION, total.durations), (FIRST_CHUNK, total.first_chunks)):
            for value in values:
                metrics.distribution(name, value, unit="second", attributes=attributes)
        for limit, ratio in total.remaining.items():
            metrics.gauge(REMAINING, ratio, unit="ratio", attributes={**limited, "llm_ratelimit_kind": limit})
