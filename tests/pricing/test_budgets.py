"""Spending limits."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from genai_sentry import budgets as module
from genai_sentry.budgets import OTHER, VALUES, Budget, Budgets
from genai_sentry.pricing import Cost
from genai_sentry.record import Alert, CallRecord
from genai_sentry.settings import SettingsError

DAY = 86_400


class Clock:
    """A clock that is set."""

    def __init__(self, now: float = 20_000 * DAY) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def _call(usd: float | None, **labels: str) -> CallRecord:
    cost = None if usd is None else Cost(None, None, usd, "custom")
    return CallRecord(provider="openai", model="gpt-4o", cost=cost, labels=labels)


def _shares(alerts: list[Alert]) -> list[object]:
    return [alert.context["share"] for alert in alerts]


def test_alerts_come_at_eighty_and_a_hundred_percent_once_each() -> None:
    """Ten calls of a tenth of the limit raise one alert at the eighth and one at the tenth."""
    budgets = Budgets([{"usd": 1.0, "per": "day"}], Clock())
    raised = [_shares(budgets.observe(_call(0.1))) for _ in range(15)]
    assert [[]] * 7 + [[0.8]] + [[]] + [[1.0]] + [[]] * 5 == raised


def test_one_call_that_passes_both_raises_one_alert() -> None:
    """Where a single call passes the limit, only that is said."""
    budgets = Budgets([{"usd": 1.0, "per": "hour"}], Clock())
    assert [1.0] == _shares(budgets.observe(_call(5.0)))
    assert [] == budgets.observe(_call(5.0))


@pytest.mark.parametrize(("per", "length"), [("hour", 3600), ("day", DAY)])
def test_each_window_begins_anew(per: str, length: int) -> None:
    """At the turn of the hour or the day nothing is spent, and alerts are raised again."""
    clock = Clock(20_000 * DAY + length - 1)
    budgets = Budgets([{"usd": 1, "per": per}], clock)
    assert [1.0] == _shares(budgets.observe(_call(1)))
    clock.now += 1
    assert budgets.spent() == []
    assert [] == budgets.observe(_call(0.5))
    assert [(Budget(1.0, per), "", 0.5)] == budgets.spent()
    assert [1.0] == _shares(budgets.observe(_call(0.5)))


def test_what_an_alert_says() -> None:
    """Kind, figures and a sentence for a person."""
    budgets = Budgets([{"usd": 2, "per": "hour", "label": "tenant"}], Clock(20_000 * DAY + 600))
    budgets.observe(_call(1.0, tenant="acme", feature="chat"))
    (alert,) = budgets.observe(_call(0.75, tenant="acme", feature="chat"))
    assert ("budget", "openai", "gpt-4o", "llm_budget") == (
        alert.kind,
        alert.provider,
        alert.model,
        alert.context_name,
    )
    assert "tenant=acme has spent $1.75 of $2.00 this hour (80% passed)" == alert.message
    assert alert.context == {
        "scope": "tenant=acme",
        "per": "hour",
        "limit_usd": 2.0,
        "spent_usd": 1.75,
        "share": 0.8,
        "calls": 2,
        "window_ends_in_s": 3000,
    }
    assert {"tenant": "acme", "feature": "chat"} == alert.labels


def test_small_amounts_are_told_apart() -> None:
    """Who tries a limit out sets one that a few calls pass."""
    (alert,) = Budgets([{"usd": 0.0005, "per": "hour"}], Clock()).observe(_call(0.00042))
    assert alert.message.startswith("this process has spent $0.00042 of $0.0005 this hour")


def test_a_process_limit_says_so() -> None:
    """Without a label the process is meant."""
    (alert,) = Budgets([{"usd": 1, "per": "day"}], Clock()).observe(_call(1))
    assert "process" == alert.context["scope"]
    assert alert.message.startswith("this process has spent $1.00")


def test_each_value_of_a_label_has_its_own_limit() -> None:
    """Tenants do not spend each other's money; calls without the label do not count."""
    budgets = Budgets([{"usd": 1, "per": "day", "label": "tenant"}], Clock())
    assert [] == budgets.observe(_call(0.7, tenant="a"))
    assert [] == budgets.observe(_call(0.7, tenant="b"))
    assert [] == budgets.observe(_call(5.0))
    assert [1.0] == _shares(budgets.observe(_call(0.3, tenant="a")))


def test_one_value_of_a_label() -> None:
    """A limit for one tenant does not touch the others."""
    budgets = Budgets([{"usd": 1, "per": "day", "label": "tenant", "value": "a"}], Clock())
    assert [] == budgets.observe(_call(9, tenant="b"))
    assert [1.0] == _shares(budgets.observe(_call(1, tenant="a")))


def test_several_limits_count_side_by_side() -> None:
    """One call can pass the limits of its tenant and of the process."""
    budgets = Budgets([{"usd": 10, "per": "day"}, {"usd": 1, "per": "hour", "label": "tenant"}], Clock())
    assert [] == budgets.observe(_call(0.5, tenant="a"))
    alerts = budgets.observe(_call(9.5, tenant="a"))
    assert ["process", "tenant=a"] == [alert.context["scope"] for alert in alerts]


def test_unknown_and_free_calls_do_not_count() -> None:
    """A call without a known cost, and one that costs nothing, change nothing."""
    budgets = Budgets([{"usd": 1, "per": "day"}], Clock())
    assert [[], []] == [budgets.observe(_call(None)), budgets.observe(_call(0.0))]
    assert budgets.spent() == []


def test_memory_is_bounded() -> None:
    """Beyond the limit of values further ones are counted together, without an alert of their own."""
    budgets = Budgets([{"usd": 100, "per": "day", "label": "user"}], Clock())
    for number in range(VALUES + 500):
        assert [] == budgets.observe(_call(1.0, user=f"u{number}"))
    spent = {value: usd for _, value, usd in budgets.spent()}
    assert VALUES + 1 == len(spent)
    assert pytest.approx(500.0) == spent[OTHER]
    assert [1.0] == _shares(budgets.observe(_call(99.0, user="u0")))


def test_no_limits_cost_nothing() -> None:
    """Without limits nothing is counted."""
    budgets = Budgets()
    assert not budgets
    assert [] == budgets.observe(_call(5.0))
    assert [] == budgets.spent()


def test_threads_lose_no_call() -> None:
    """Calls from many threads are all counted, and each alert is raised once."""
    budgets = Budgets([{"usd": 100, "per": "day"}], Clock())
    raised: list[Alert] = []

    def work() -> None:
        for _ in range(1000):
            raised.extend(budgets.observe(_call(0.0125)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((_, _, spent),) = budgets.spent()
    assert pytest.approx(100.0) == spent
    assert [0.8, 1.0] == _shares(raised)


@pytest.mark.parametrize("name", ["budgets.toml", "budgets.json"])
def test_limits_come_from_a_file(tmp_path: Path, name: str) -> None:
    """TOML and JSON, with a list named budgets."""
    path = tmp_path / name
    if name.endswith("toml"):
        path.write_text('[[budgets]]\nusd = 50\nper = "day"\n\n[[budgets]]\nusd = 5\nper = "hour"\nlabel = "tenant"\n')
    else:
        path.write_text(
            json.dumps({"budgets": [{"usd": 50, "per": "day"}, {"usd": 5, "per": "hour", "label": "tenant"}]})
        )
    expected = (Budget(50.0, "day"), Budget(5.0, "hour", "tenant"))
    assert expected == Budgets(path).budgets
    assert expected == Budgets(str(path)).budgets
    assert expected == Budgets({"budgets": list(expected)}).budgets


def test_the_documented_example_is_valid(tmp_path: Path) -> None:
    """The limits in the module's documentation are ones that it reads."""
    path = tmp_path / "b.toml"
    path.write_text("\n".join(line for line in (module.__doc__ or "").splitlines() if line.startswith("    ")))
    assert (Budget(50, "day"), Budget(5, "hour", "tenant"), Budget(20, "day", "tenant", "acme")) == Budgets(
        path
    ).budgets


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (5, "expected a list of tables, got 5"),
        ({"limits": []}, "expected a list named 'budgets', got ['limits']"),
        ({}, "expected a list named 'budgets', got nothing"),
        ({"budgets": "x"}, "expected a list of tables, got 'x'"),
        ([5], "budget 1: expected a table, got 5"),
        ([{"usd": 1, "per": "day"}, {"usd": 0, "per": "day"}], "budget 2, usd: expected US dollars above zero, got 0"),
        ([{"usd": "1", "per": "day"}], "budget 1, usd: expected US dollars above zero, got '1'"),
        ([{"usd": True, "per": "day"}], "budget 1, usd: expected US dollars above zero, got True"),
        ([{"usd": float("inf"), "per": "day"}], "budget 1, usd: expected US dollars above zero, got inf"),
        ([{"usd": 1}], "budget 1, per: expected one of hour, day, got None"),
        ([{"usd": 1, "per": "week"}], "budget 1, per: expected one of hour, day, got 'week'"),
        ([{"usd": 1, "per": ["day"]}], "budget 1, per: expected one of hour, day, got ['day']"),
        ([{"usd": 1, "per": "day", "labl": "x"}], "budget 1: unknown key 'labl'; known are usd, per, label, value"),
        ([{"usd": 1, "per": "day", "label": 5}], "budget 1, label: expected a text, got 5"),
        ([{"usd": 1, "per": "day", "value": "x"}], "budget 1, value: needs a label"),
        ([{"usd": 1, "per": "day"}, {"usd": 1, "per": "day"}], "budget 2: the same as an earlier one"),
    ],
)
def test_wrong_limits_are_a_clear_error(spec: Any, what: str) -> None:
    """The error names the setting, the limit and what is wrong with it."""
    with pytest.raises(SettingsError) as caught:
        Budgets(spec)
    assert ("budgets", f"budgets: {what}") == (caught.value.setting, str(caught.value))


def test_a_wrong_file_is_a_clear_error(tmp_path: Path) -> None:
    """A missing or broken file is named."""
    broken = tmp_path / "broken.toml"
    broken.write_text("[[budgets")
    for path, what in ((tmp_path / "missing.toml", "can't read"), (broken, "broken.toml: ")):
        with pytest.raises(SettingsError, match="budgets: ") as caught:
            Budgets(path)
        assert what in str(caught.value)
