"""Spending limits: what a process has spent in an hour or a day, and an alert at 80 % and at 100 % of a limit.

    [[budgets]]                   # the whole process
    usd = 50
    per = "day"

    [[budgets]]                   # each value of a label
    usd = 5
    per = "hour"
    label = "tenant"

    [[budgets]]                   # one value of a label
    usd = 20
    per = "day"
    label = "tenant"
    value = "acme"

A window is an hour or a day of the clock (UTC). Each alert is raised once a window. Calls are counted, never held
back, and a call whose cost is unknown is not counted. Memory is bounded: of a label's values at most `VALUES` are told
apart in a window, the others are counted together as `other`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from genai_sentry import datafile
from genai_sentry.record import Alert
from genai_sentry.settings_error import SettingsError

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord

WINDOWS_S: dict[str, int] = {"hour": 3600, "day": 86_400}
"""Windows, in seconds."""
SHARES = (0.8, 1.0)
"""Shares of a limit at which an alert is raised."""
VALUES = 1000
"""Values of a label that are told apart within a window."""
OTHER = "other"
"""The value under which further ones are counted."""

BudgetsSpec = Sequence[object] | Mapping[str, object] | str | Path | None
_KEYS = ("usd", "per", "label", "value")


@dataclass(frozen=True, slots=True)
class Budget:
    """A spending limit.

    Attributes:
        usd: US dollars a window.
        per: `hour` or `day`.
        label: the label whose values have the limit each; empty for the whole process.
        value: the one value of the label that it is about; empty for each.
    """

    usd: float
    per: str
    label: str = ""
    value: str = ""


@dataclass(slots=True)
class _Spent:
    usd: float = 0.0
    calls: int = 0
    alerted: int = 0


@dataclass(slots=True)
class _Ledger:
    budget: Budget
    window: int = -1
    spent: dict[str, _Spent] = field(default_factory=dict)


class Budgets:
    """Counts what calls cost against spending limits. Safe under threads.

    Args:
        spec: limits: a list of tables, a table with `budgets`, or the path of a TOML or JSON file.
        clock: gives the Unix time in seconds.

    Raises:
        SettingsError: what is wrong with the limits, and where.
    """

    def __init__(self, spec: BudgetsSpec = None, clock: Callable[[], float] = time.time) -> None:
        self.budgets = load(spec)
        self._clock = clock
        self._ledgers = [_Ledger(budget) for budget in self.budgets]
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self.budgets)

    def observe(self, record: CallRecord) -> list[Alert]:
        """Count a call; gives the alerts that it raises, at most one a limit."""
        cost = record.cost
        if not self._ledgers or cost is None or cost.total_usd <= 0:
            return []
        now = self._clock()
        alerts = []
        with self._lock:
            for ledger in self._ledgers:
                key = _key(ledger.budget, record.labels)
                if key is not None:
                    alert = _count(ledger, key, cost.total_usd, record, now)
                    if alert is not None:
                        alerts.append(alert)
        return alerts

    def spent(self) -> list[tuple[Budget, str, float]]:
        """What was spent in the windows that run: limit, value of its label, US dollars."""
        now = self._clock()
        with self._lock:
            return [
                (ledger.budget, value, spent.usd)
                for ledger in self._ledgers
                if ledger.window == int(now // WINDOWS_S[ledger.budget.per])
                for value, spent in ledger.spent.items()
            ]


def _key(budget: Budget, labels: Mapping[str, str]) -> str | None:
    if not budget.label:
        return ""
    value = labels.get(budget.label)
    return value if value and budget.value in ("", value) else None


def _count(ledger: _Ledger, key: str, usd: float, record: CallRecord, now: float) -> Alert | None:
    budget = ledger.budget
    length = WINDOWS_S[budget.per]
    window = int(now // length)
    if window != ledger.window:
        ledger.window = window
        ledger.spent.clear()
    if key not in ledger.spent and len(ledger.spent) >= VALUES:
        key = OTHER
    spent = ledger.spent.setdefault(key, _Spent())
    spent.usd += usd
    spent.calls += 1
    # A tolerance, since ten calls of 0.1 add up to a little less than 1 in floats.
    passed = sum(spent.usd >= budget.usd * share * (1 - 1e-9) for share in SHARES)
    if passed <= spent.alerted or key == OTHER != budget.value:
        return None
    spent.alerted = passed
    return _alert(budget, key, spent, SHARES[passed - 1], record, (window + 1) * length - now)


def _alert(budget: Budget, key: str, spent: _Spent, share: float, record: CallRecord, left_s: float) -> Alert:
    whose = f"{budget.label}={key}" if budget.label else "this process"
    return Alert(
        kind="budget",
        provider=record.provider,
        model=record.model,
        message=f"{whose} has spent {_money(spent.usd)} of {_money(budget.usd)} this {budget.per} ({share:.0%} passed)",
        context_name="llm_budget",
        context={
            "scope": f"{budget.label}={key}" if budget.label else "process",
            "per": budget.per,
            "limit_usd": budget.usd,
            "spent_usd": round(spent.usd, 6),
            "share": share,
            "calls": spent.calls,
            "window_ends_in_s": round(left_s, 3),
        },
        labels=dict(record.labels),
    )


def _money(usd: float) -> str:
    return f"${usd:,.2f}" if usd >= 0.1 else f"${usd:.2g}"


def load(spec: BudgetsSpec) -> tuple[Budget, ...]:
    """Read and check limits.

    Raises:
        SettingsError: what is wrong, and where.
    """
    origin, value = _read(spec)
    if isinstance(value, Mapping):
        strange = sorted(str(key) for key in value if key != "budgets")
        if strange or "budgets" not in value:
            raise SettingsError("budgets", f"{origin}expected a list named 'budgets', got {strange or 'nothing'}")
        value = value["budgets"]
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise SettingsError("budgets", f"{origin}expected a list of tables, got {value!r}")
    budgets = tuple(_budget(f"{origin}budget {number}", item) for number, item in enumerate(value, 1))
    for number, budget in enumerate(budgets, 1):
        if budget in budgets[: number - 1]:
            raise SettingsError("budgets", f"{origin}budget {number}: the same as an earlier one")
    return budgets


def _read(spec: BudgetsSpec) -> tuple[str, object]:
    if isinstance(spec, str | Path):
        return f"{Path(spec).name}: ", datafile.load("budgets", spec)
    return "", [] if spec is None else spec


def _budget(where: str, item: object) -> Budget:
    if isinstance(item, Budget):
        item = {name: getattr(item, name) for name in _KEYS}
    if not isinstance(item, Mapping):
        raise SettingsError("budgets", f"{where}: expected a table, got {item!r}")
    strange = sorted(str(key) for key in item if key not in _KEYS)
    if strange:
        raise SettingsError("budgets", f"{where}: unknown key {strange[0]!r}; known are {', '.join(_KEYS)}")
    usd, per = item.get("usd"), item.get("per")
    if isinstance(usd, bool) or not isinstance(usd, int | float) or not 0 < usd < math.inf:
        raise SettingsError("budgets", f"{where}, usd: expected US dollars above zero, got {usd!r}")
    if not isinstance(per, str) or per not in WINDOWS_S:
        raise SettingsError("budgets", f"{where}, per: expected one of {', '.join(WINDOWS_S)}, got {per!r}")
    label, value = item.get("label", ""), item.get("value", "")
    for name, text in (("label", label), ("value", value)):
        if not isinstance(text, str):
            raise SettingsError("budgets", f"{where}, {name}: expected a text, got {text!r}")
    if value and not label:
        raise SettingsError("budgets", f"{where}, value: needs a label")
    return Budget(float(usd), per, label, value)
