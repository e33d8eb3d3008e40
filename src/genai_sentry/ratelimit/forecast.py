"""Forecast of exhausted rate limits, from the headers of successive responses."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from genai_sentry.ratelimit.limits import Window
from genai_sentry.ratelimit.usage import LimitModel
from genai_sentry.record import Alert

if TYPE_CHECKING:
    from genai_sentry.ratelimit.limits import RateLimits
    from genai_sentry.record import CallRecord

MAX_LIMITS = 256
"""Limits that are watched at once; of more, those not seen for longest are forgotten."""

MAX_WINDOWS = 8
"""Limits of one response that are looked at."""

DENSE_S = 0.02
"""Of sights that follow each other faster, in seconds, one is looked at: the next one tells what those between told."""

_Key = tuple[str, str, str, str]


class Forecaster:
    """Watches what is left of every limit, by provider, credential, model and kind of limit. Safe under threads.

    Args:
        horizon_s: how many seconds ahead an exhausted limit is announced.
        clock: seconds that never go back.
    """

    def __init__(self, horizon_s: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._horizon_s = horizon_s
        self._clock = clock
        self._models: OrderedDict[_Key, LimitModel] = OrderedDict()
        self._calm_at: dict[tuple[str, str, str], float] = {}
        self._lock = threading.Lock()

    def observe(self, record: CallRecord, at: float | None = None) -> tuple[dict[str, float], Alert | None]:
        """Take in a finished call.

        Args:
            record: the call; its `limits` are what counts.
            at: when the provider looked at its limits, by the forecaster's clock; by default the start of the last
                attempt, since that is when a request is admitted.

        Returns:
            Seconds until exhaustion by kind of limit, for those that will be exhausted before their reset and within
            the horizon; and an alert, at most one for each limit and window. A call that was refused by the limit
            raises none: its failure says enough.
        """
        limits = record.limits
        if limits is None:
            return {}, None
        now = self._clock()
        if at is None:
            at = now - (record.last_attempt_s or 0.0)
        whose = (record.provider, record.credential, record.model)
        if 0.0 <= at - self._calm_at.get(whose, -math.inf) < DENSE_S and _some_left(limits):
            return {}, None
        exhausted: dict[str, float] = {}
        alert: Alert | None = None
        with self._lock:
            for window in limits.each()[:MAX_WINDOWS]:
                model = self._model((*whose, window.kind))
                model.observe(at, window)
                found = model.exhausted_in(self._horizon_s)
                if found is None:
                    continue
                seconds = max(0.0, model.seen_at + found[0] - now)
                exhausted[window.kind] = seconds
                if alert is None and model.may_alert(now):
                    # A refused call uses the window's alert up: the limit is no forecast any more.
                    model.alerted(now)
                    if record.status != 429:
                        alert = _alert(record, window, seconds, found[1], model.continuous)
            if not exhausted:
                if len(self._calm_at) >= MAX_LIMITS:
                    self._calm_at.clear()
                self._calm_at[whose] = at
            else:
                self._calm_at.pop(whose, None)
        return exhausted, alert

    def _model(self, key: _Key) -> LimitModel:
        model = self._models.get(key)
        if model is None:
            if len(self._models) >= MAX_LIMITS:
                self._models.popitem(last=False)
            model = self._models[key] = LimitModel()
        else:
            self._models.move_to_end(key)
        return model


def _some_left(limits: RateLimits) -> bool:
    return 0.0 not in [window.remaining for window in limits.each()]


def _alert(record: CallRecord, window: Window, seconds: float, rate: float, continuous: bool) -> Alert:
    of = f" of {window.limit:,.0f}" if window.limit else ""
    until = ""
    if window.reset_s:
        # Of short windows one that comes later may be meant.
        later = not continuous and seconds > window.reset_s + 1.0
        until = f", {'after the reset' if later else 'and the limit resets'} in {window.reset_s:.0f} s"
    what = " ".join(word for word in (record.provider, record.model) if word)
    context: dict[str, object] = {
        "limit_type": window.kind,
        "limit": window.limit,
        "remaining": window.remaining,
        "reset_in_seconds": window.reset_s,
        "exhausted_in_seconds": round(seconds, 1),
        "net_use_per_second": round(rate, 3),
    }
    return Alert(
        kind="rate_limit_forecast",
        provider=record.provider,
        model=record.model,
        message=(
            f"{what}: {window.kind.replace('_', ' ')} will be used up in about {seconds:.0f} s "
            f"({window.remaining:,.0f}{of} left{until})"
        ),
        context_name="rate_limit_info",
        context={name: value for name, value in context.items() if value is not None},
        labels=record.labels,
    )
