"""The forecast of exhausted limits: buckets and windows, noise, several processes, once per window, bounded."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from genai_sentry.ratelimit import Forecaster, RateLimits, Window
from genai_sentry.ratelimit.bucket import MAX_POINTS
from genai_sentry.ratelimit.forecast import MAX_LIMITS, MAX_WINDOWS
from genai_sentry.ratelimit.trend import Trend
from genai_sentry.ratelimit.usage import LimitModel
from genai_sentry.record import Alert, CallRecord

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "forecast"


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limited(window: Window, status: int = 200, **facts: object) -> CallRecord:
    """A call whose answer named one limit."""
    limits = RateLimits(windows=(window,))
    record = CallRecord(provider="openai", model="gpt", status=status, limits=limits)
    for name, value in facts.items():
        setattr(record, name, value)
    return record


def drive(
    forecaster: Forecaster, clock: Clock, seconds: float, window: Callable[[float], Window], start: float = 0.0
) -> list[tuple[float, dict[str, float], Alert | None]]:
    """Two calls a second, each naming what `window` says at its moment."""
    seen = []
    for step in range(int(seconds * 2)):
        clock.now = start + step / 2
        seen.append((clock.now, *forecaster.observe(limited(window(clock.now)))))
    return seen


def bucket(size: float, refill: float, use: float) -> Callable[[float], Window]:
    """A bucket under a constant use a second, full at the beginning."""

    def at(now: float) -> Window:
        remaining = max(0.0, min(size, size - (use - refill) * now))
        return Window("tokens", size, remaining, (size - remaining) / refill)

    return at


def fixed(size: float, period: float, use: float) -> Callable[[float], Window]:
    """A window under a constant use a second."""

    def at(now: float) -> Window:
        return Window("requests", size, max(0.0, size - use * (now % period)), period - now % period)

    return at


def test_a_draining_bucket_is_announced_once_with_the_time_that_is_left() -> None:
    """Use of 150 % of the refill: one alert, the named time agrees with when the bucket is empty."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 119, bucket(6000, 100, 150))
    alerts = [(at, alert) for at, _, alert in seen if alert is not None]
    assert 1 <= len(alerts) <= 2
    at, alert = alerts[0]
    assert 60.0 <= at <= 75.0  # empty after 120 s
    exhausted = next(exhausted for moment, exhausted, _ in seen if moment == at)
    assert pytest.approx(120.0 - at, abs=3.0) == exhausted["tokens"]
    assert ("rate_limit_forecast", "rate_limit_info", "openai", "gpt") == (
        alert.kind,
        alert.context_name,
        alert.provider,
        alert.model,
    )
    assert "tokens" == alert.context["limit_type"]
    assert 6000 == alert.context["limit"]
    assert pytest.approx(50.0, rel=0.05) == alert.context["net_use_per_second"]
    assert "openai gpt: tokens will be used up in about" in alert.message


def test_a_bucket_that_is_used_below_its_refill_is_never_announced() -> None:
    """Use of 95 % of the refill is no news."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 300, bucket(6000, 100, 95))
    assert [] == [item for item in seen if item[1] or item[2]]


def test_a_window_that_lasts_is_never_announced() -> None:
    """Use of 85 % of a fixed window empties it almost, and that is no exhaustion."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 300, fixed(600, 60, 8.5))
    assert [] == [item for item in seen if item[1] or item[2]]


def test_a_window_that_will_not_last_is_announced_once_in_each_window() -> None:
    """Use of 150 % of a fixed window: one alert a window, ten seconds ahead at least."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 240, fixed(600, 60, 15.0))
    at = [moment for moment, _, alert in seen if alert is not None]
    assert [0, 1, 2, 3] == [int(moment // 60) for moment in at]
    assert all(moment % 60 <= 30.0 for moment in at)


def test_nothing_is_said_beyond_the_horizon() -> None:
    """With a horizon of five seconds, thirty seconds ahead is too early."""
    clock = Clock()
    seen = drive(Forecaster(5.0, clock), clock, 119, bucket(6000, 100, 150))
    assert all(moment >= 113.0 for moment, exhausted, _ in seen if exhausted)
    assert any(exhausted for _, exhausted, _ in seen)


def test_an_empty_limit_is_exhausted_now() -> None:
    """Nothing left is zero seconds, at first sight."""
    exhausted, alert = Forecaster(60.0, Clock()).observe(limited(Window("requests", 60, 0, 20.0)))
    assert {"requests": 0.0} == exhausted
    assert alert is not None
    assert "20 s" in alert.message


def test_a_refused_call_raises_no_alert_and_uses_the_windows_alert_up() -> None:
    """A 429 is a failure of its own; the forecast after it in the same window would be late."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    exhausted, alert = forecaster.observe(limited(Window("requests", 60, 0, 20.0), status=429))
    assert ({"requests": 0.0}, None) == (exhausted, alert)
    clock.now = 5.0
    assert forecaster.observe(limited(Window("requests", 60, 0, 15.0)))[1] is None
    clock.now = 25.0
    assert forecaster.observe(limited(Window("requests", 60, 0, 55.0)))[1] is not None


def test_credentials_models_and_kinds_are_told_apart() -> None:
    """Each limit has its own alert."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    empty = Window("requests", 60, 0, 20.0)
    facts: tuple[dict[str, object], ...] = ({}, {"credential": "b"}, {"model": "other"}, {"provider": "groq"})
    assert all(forecaster.observe(limited(empty, **one))[1] is not None for one in facts)
    assert all(forecaster.observe(limited(empty, **one))[1] is None for one in facts)
    assert forecaster.observe(limited(Window("tokens", 60, 0, 20.0)))[1] is not None


def test_two_limits_are_announced_one_after_the_other() -> None:
    """A call carries one alert; the second limit's comes with the next call."""
    forecaster = Forecaster(60.0, Clock())
    record = limited(Window("requests", 60, 0, 20.0))
    record.limits = RateLimits(limit_requests=60, remaining_requests=0, limit_tokens=60, remaining_tokens=0)
    kinds = [alert.context["limit_type"] for _ in range(3) if (alert := forecaster.observe(record)[1])]
    assert ["requests", "tokens"] == kinds


def test_a_call_without_limits_says_nothing() -> None:
    """No headers, no forecast."""
    assert ({}, None) == Forecaster().observe(CallRecord(provider="openai"))


def test_the_answer_counts_at_the_start_of_its_attempt() -> None:
    """Answers that arrive late and out of order are put where they belong, or left out."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    clock.now = 10.0
    forecaster.observe(limited(Window("requests", 100, 50, 30.0), last_attempt_s=1.0))
    model = next(iter(forecaster._models.values()))
    assert (9.0, 50) == (model.seen_at, model.remaining)
    forecaster.observe(limited(Window("requests", 100, 99, 30.0), last_attempt_s=8.0))
    assert (9.0, 50) == (model.seen_at, model.remaining)


def test_a_limit_that_names_no_reset_is_learned_from_its_jumps() -> None:
    """Without a reset header, the first jump back to full tells the window; use of 75 % of it is no news."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)

    def silent(use: float) -> Callable[[float], Window]:
        inner = fixed(600, 60, use)
        return lambda now: inner(now)._replace(reset_s=None, period_s=60.0)

    assert [] == [item for item in drive(forecaster, clock, 240, silent(7.5)) if item[1] or item[2]]
    seen = drive(forecaster, clock, 60, silent(15.0), start=240.0)
    assert 1 == sum(alert is not None for _, _, alert in seen)


def rising(size: float, period: float, growth: float) -> Callable[[float], Window]:
    """Windows under a use that grows from nothing by so many units a second each second."""

    def at(now: float) -> Window:
        begun = now - now % period
        used = 0.5 * growth * (now * now - begun * begun)
        return Window("requests", size, max(0.0, size - used), period - now % period)

    return at


def test_short_windows_are_announced_from_the_growth_of_use_over_many() -> None:
    """Windows of five seconds under growing use: announced ten seconds ahead, when the present one is far from empty."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 120, rising(5000, 5.0, 10.0))
    at, alert = next((moment, alert) for moment, _, alert in seen if alert is not None)
    # The first window that is exhausted lasts from 95 s to 100 s.
    assert 60.0 <= at <= 88.0
    assert "after the reset in" in alert.message


def small_bucket(now: float) -> Window:
    """A bucket of ten seconds under use that grows past what flows in, in waves of a second."""
    wave = 60.0 * (1.0 if now % 2.0 < 1.0 else 0.0)
    used = 150.0 + 3.0 * max(0.0, now - 60.0) + wave
    return Window("requests", 1000, max(0.0, 1000.0 - used), min(1000.0, used) / 100.0)


def test_a_small_bucket_is_not_taken_for_short_windows() -> None:
    """Its reset is near all the time: nothing is said of windows to come, and no two alerts lie closer than a period."""
    clock = Clock()
    seen = drive(Forecaster(60.0, clock), clock, 330, small_bucket)
    at = [moment for moment, _, alert in seen if alert is not None]
    assert at
    assert all(moment > 60.0 for moment in at)
    assert all(later - earlier >= 9.5 for earlier, later in pairwise(at))


def test_use_that_stops_growing_below_the_limit_is_never_announced() -> None:
    """Growth up to 75 % of short windows, then steady: no alert."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    assert [] == [item for item in drive(forecaster, clock, 250, rising(5000, 5.0, 3.0)) if item[1] or item[2]]
    steady = drive(forecaster, clock, 120, fixed(5000, 5.0, 750.0), start=250.0)
    assert [] == [item for item in steady if item[1] or item[2]]


def test_a_burst_that_ends_soon_is_no_exhaustion() -> None:
    """Three times what comes back, for five seconds of thirty: nothing is said, from the first burst on."""
    clock = Clock()

    def bursts(now: float) -> Window:
        def total(moment: float) -> float:
            return 10.0 * (
                (moment // 30.0) * 20.0 + min(moment % 30.0, 5.0) * 3.0 + max(0.0, moment % 30.0 - 5.0) * 0.2
            )

        used = total(now) - total(now - now % 60.0)
        return Window("requests", 600, 600 - used, 60.0 - now % 60.0)

    assert [] == [item for item in drive(Forecaster(60.0, clock), clock, 300, bursts) if item[1] or item[2]]


def test_the_period_of_windows_is_learned_where_nothing_names_it() -> None:
    """Remainders alone: windows of 120 s under 85 % of use raise nothing, under 130 % an alert each."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)

    def silent(use: float) -> Callable[[float], Window]:
        inner = fixed(1200, 120, use)
        return lambda now: inner(now)._replace(reset_s=None)

    assert [] == [item for item in drive(forecaster, clock, 480, silent(8.0)) if item[1] or item[2]]
    seen = drive(forecaster, clock, 240, silent(13.0), start=480.0)
    assert [4, 5] == [int(moment // 120) for moment, _, alert in seen if alert is not None]


def test_answers_of_one_moment_in_another_order_change_nothing() -> None:
    """Calls made together are answered in any order: a larger remainder at the same moment is an older one."""
    model = LimitModel()
    model.observe(1.0, Window("requests", 100, 90, 30.0))
    model.observe(1.0, Window("requests", 100, 92, 30.0))
    assert 90 == model.remaining


def test_a_trend_tells_rate_growth_and_how_well_it_knows_them() -> None:
    """A straight line is found again; fewer intervals leave more doubt; too few tell nothing."""
    deviations = []
    for count in (2, 10, 100):
        trend = Trend(1e6, sloping=True)
        for second in range(count):
            trend.add(0.0, 1.0, 2.0 + 0.1 * (second + 0.5))
        fit = trend.fit(1.0, 1.0, 1e6)
        if count == 2:
            assert fit is None
            continue
        assert fit is not None
        assert pytest.approx(0.1, rel=0.01) == fit.growth
        assert pytest.approx(2.0 + 0.1 * count, rel=0.01) == fit.rate
        assert pytest.approx(fit.use(20.0), rel=1e-6) == 20.0 * fit.rate + 200.0 * fit.growth
        assert pytest.approx(20.0) == fit.seconds_until(fit.use(20.0))
        deviations.append(fit.rate_deviation(0.0) / math.sqrt(fit.noise))
    assert deviations[0] > deviations[1]


def test_time_of_which_nothing_is_known_counts_neither_way() -> None:
    """Between a last sight and a window's end anything may have been used: the rate stays what it was."""
    whole, holes = Trend(60.0, sloping=False), Trend(60.0, sloping=False)
    for _ in range(30):
        whole.add(0.0, 2.0, 6.0)
        holes.add(3.0, 2.0, 6.0)
    rates = [fit.rate for trend in (whole, holes) if (fit := trend.fit(0.0, 1.0, 1e6)) is not None]
    assert [pytest.approx(3.0), pytest.approx(3.0)] == rates


def test_a_limit_of_unknown_size_is_as_large_as_was_seen() -> None:
    """Remainders alone (older Azure) are enough."""
    clock = Clock()
    inner = fixed(600, 60, 15.0)
    seen = drive(Forecaster(60.0, clock), clock, 120, lambda now: inner(now)._replace(limit=None))
    assert any(alert is not None for _, _, alert in seen)


def test_a_raised_limit_starts_anew() -> None:
    """After the provider changed a limit, the old course says nothing."""
    model = LimitModel()
    for second in range(30):
        model.observe(second, Window("requests", 100, 100 - 3 * second, 60.0 - second))
    assert model.exhausted_in(60.0) is not None
    model.observe(30.0, Window("requests", 1000, 700, 30.0))
    assert model.exhausted_in(60.0) is None


def test_dense_sights_tell_what_sparse_ones_tell() -> None:
    """A thousand answers a second are announced as two are; one that names nothing left is not passed over."""

    def announced(rate: int) -> float:
        clock = Clock()
        forecaster, window = Forecaster(60.0, clock), bucket(6000, 100, 150)
        for step in range(100 * rate):
            clock.now = step / rate
            if forecaster.observe(limited(window(clock.now)))[1] is not None:
                return clock.now
        return math.inf

    assert announced(2) == pytest.approx(announced(1000), abs=5.0)
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    seen = []
    for remaining in (900.0, 0.0, 0.0):
        seen.append(forecaster.observe(limited(Window("requests", 1000, remaining, 30.0)))[0])
        clock.now += 0.001
    assert [{}, {"requests": 0.0}, {"requests": 0.0}] == seen


def test_memory_is_bounded() -> None:
    """Keys, windows of one response and points of one limit have bounds."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    for number in range(MAX_LIMITS + 50):
        forecaster.observe(limited(Window("requests", 10, 5, 1.0), credential=str(number)))
    assert MAX_LIMITS == len(forecaster._models)
    assert MAX_LIMITS >= len(forecaster._calm_at)
    record = limited(Window("requests", 10, 5, 1.0))
    record.limits = RateLimits(windows=tuple(Window(f"kind{number}", 10, 0, 1.0) for number in range(100)))
    assert MAX_WINDOWS == len(forecaster.observe(record)[0])
    model = LimitModel()
    for second in range(1000):
        model.observe(second, Window("requests", 1000, 500, 60.0))
    assert MAX_POINTS == len(model._bucket)


@pytest.mark.parametrize(
    "window",
    [
        Window("requests", 0, 0, 0.0),
        Window("requests", 5, 50, 0.0),
        Window("requests", None, 0),
        Window("x", 1, 1, 1e9),
    ],
)
def test_odd_limits_break_nothing(window: Window) -> None:
    """Zero, more left than the limit, unknown sizes: no error, whatever the order."""
    clock = Clock()
    forecaster = Forecaster(60.0, clock)
    for step in range(40):
        clock.now = step
        forecaster.observe(limited(window if step % 2 else Window("requests", 10, 9 - step % 9, 3.0)))
    assert 1 <= len(forecaster._models) <= 2


def _benchmark(name: str) -> ModuleType:
    sys.path.insert(0, str(BENCHMARK))
    try:
        spec = importlib.util.spec_from_file_location(f"forecast_{name}", BENCHMARK / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARK))
    return module


QUICK = (
    "ramp, OpenAI requests, 8/s, continuous",
    "ramp, Anthropic requests, 1/s, 4 processes",
    "ramp, Mistral requests, no reset named, fixed",
    "steady 75 %, OpenAI requests, continuous",
    "steady 78 %, OpenAI requests, fixed window",
)


@pytest.mark.parametrize("name", QUICK)
def test_scenarios_keep_their_marks_in_a_few_runs(name: str) -> None:
    """Ramps are announced ten seconds ahead, quiet traffic raises nothing: three runs of some scenarios."""
    _mark(name, 3, seed=11)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_scenario_keeps_its_mark() -> None:
    """All scenarios of the file, as often as it says: at least 95 % announced, at most 2 % false alarms."""
    run = _benchmark("run")
    scenarios, runs = run.load(BENCHMARK / "scenarios.toml")
    rows = [
        run.judge(scenario, [run.simulate(scenario, 77_000 + index) for index in range(runs)]) for scenario in scenarios
    ]
    assert [] == [row for row in rows if not row["ok"]]


def _mark(name: str, runs: int, seed: int) -> None:
    run = _benchmark("run")
    scenario = next(item for item in run.load(BENCHMARK / "scenarios.toml")[0] if item.name == name)
    row = run.judge(scenario, [run.simulate(scenario, seed * 1000 + index) for index in range(runs)])
    assert row["ok"], row
