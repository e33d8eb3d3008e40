"""Random scenarios of the forecast, as a measure of how general it is: `python benchmarks/forecast/generality.py`.

Sizes, periods, refills, dialects, processes, arrivals and slopes are drawn at random, so that nothing can be tuned to
one of them. Even seeds are meant for work on the model, odd ones (`--held-out`) for judging it.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
from collections.abc import Iterator
from typing import NamedTuple

from simulate import DIALECTS, Run, Scenario, simulate

LEAD_S = 10.0
MAX_CALLS = 12_000
"""Calls of one run; busier scenarios are drawn anew."""

CLEAR_DEVIATIONS = 4.0
"""A quiet scenario is clear, where what is left of a window exceeds the noise of its use by so many deviations."""

CLEAR_CALLS = 40
"""A ramp is clear where a window holds so many calls, and some process sees a call every `CLEAR_SIGHT_S` seconds."""

CLEAR_SIGHT_S, CLEAR_PERIOD_S = 5.0, 10.0

PERIODS = (1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0, 120.0, 300.0, 3600.0, 86_400.0)
NAMED_PERIODS = {"mistral": (1.0, 60.0), "cerebras": (60.0, 3600.0, 86_400.0)}
TOKEN_KINDS = {
    "anthropic": ("tokens", "input_tokens", "output_tokens"),
    "openai": ("tokens", "input_tokens"),
    "azure": ("tokens",),
    "groq": ("tokens",),
    "xai": ("tokens",),
    "mistral": ("tokens",),
    "cerebras": ("tokens",),
    "fireworks": ("tokens",),
}


class Case(NamedTuple):
    """A scenario, and how it came to be.

    Attributes:
        scenario: the scenario.
        clear: whether there is something to tell: neither so few calls nor so short a period that all is noise.
    """

    scenario: Scenario
    clear: bool


def scenarios(count: int, parity: int) -> Iterator[tuple[int, Case]]:
    """So many random scenarios with their seeds, those of even or of odd ones."""
    seed = parity
    while count:
        case = draw(random.Random(seed))
        if case is not None:
            count -= 1
            yield seed, case
        seed += 2


def draw(rng: random.Random) -> Case | None:
    """One random scenario; None where it would take too many calls."""
    dialect = rng.choice([*DIALECTS, "ietf"])
    period = rng.choice(NAMED_PERIODS.get(dialect, PERIODS))
    requests = dialect not in TOKEN_KINDS or rng.random() < 0.5
    kind = "requests" if requests else rng.choice(TOKEN_KINDS[dialect])
    tokens, sigma = round(10 ** rng.uniform(2, 4)), rng.uniform(0.2, 1.0)
    # Calls that a window holds; a limit of tokens is that many calls of the mean size.
    calls = 10 ** rng.uniform(1, 4.3)
    size = float(round(calls if requests else calls * tokens))
    if not requests and dialect == "anthropic" and size < 100_000:
        return None
    spacing = rng.choices(["poisson", "clumped", "regular"], [6, 2, 1])[0]
    clump = rng.uniform(1.5, 4.0)
    common = {
        "dialect": dialect,
        "limit": kind,
        "size": size,
        "refill": "fixed" if rng.random() < 0.5 else "continuous",
        "refill_s": period,
        "processes": rng.choice([1, 1, 2, 4, 8, 32]),
        "tokens": float(tokens),
        "tokens_sigma": sigma,
        "spacing": spacing,
        "clump": clump,
        "latency_s": rng.choice([0.3, 1.0, 1.0, 3.0]),
    }
    ramp = rng.random() < 0.5
    course = _ramp(rng, period) if ramp else _quiet(rng, period)
    scenario = Scenario(name=_name(common, course), **common, **course)  # type: ignore[arg-type]
    if not 20 < _calls(scenario) < MAX_CALLS:
        return None
    noise = math.sqrt(calls * (clump if spacing == "clumped" else 1.0) * (1.0 if requests else math.exp(sigma**2)))
    if ramp:
        seen_every = period / calls * scenario.processes
        clear = period >= CLEAR_PERIOD_S and calls / (noise**2 / calls) >= CLEAR_CALLS and seen_every <= CLEAR_SIGHT_S
    else:
        clear = (1.0 - scenario.peak()) * calls >= CLEAR_DEVIATIONS * noise * math.sqrt(scenario.peak())
        if scenario.arrivals == "burst":
            clear = 0.15 * calls >= CLEAR_DEVIATIONS * noise
    return Case(scenario, clear)


def _ramp(rng: random.Random, period: float) -> dict[str, object]:
    end = rng.uniform(1.3, 3.0)
    # A ramp takes minutes; where a window lasts for hours, hours.
    seconds = round(10 ** rng.uniform(2, 3.2) * max(1.0, period / 120.0))
    return {"expect": "announced", "arrivals": "ramp", "start": rng.uniform(0.0, 0.6), "end": end, "seconds": seconds}


def _quiet(rng: random.Random, period: float) -> dict[str, object]:
    seconds = 900 * max(1.0, round(period / 120.0))
    arrivals = rng.choice(["steady", "steady", "steady", "burst", "day", "ramp"])
    course: dict[str, object] = {"expect": "quiet", "arrivals": arrivals, "seconds": seconds}
    if arrivals == "steady":
        course["level"] = rng.uniform(0.3, 0.8)
    elif arrivals == "day":
        course |= {"level": rng.uniform(0.5, 0.8), "base": rng.uniform(0.0, 0.3), "seconds": 4 * seconds}
    elif arrivals == "ramp":
        course |= {"start": rng.uniform(0.0, 0.3), "end": rng.uniform(0.5, 0.8)}
    else:
        # Bursts of which two fit into a window, and together with what lies between stay under 70 % of it.
        every = period / rng.choice([2, 3, 4])
        base = rng.uniform(0.05, 0.3)
        on = rng.uniform(0.1, 0.35) * every
        mean = rng.uniform(0.4, 0.7)
        level = (mean * every - base * (every - on)) / on
        course |= {"base": base, "level": level, "on_s": on, "every_s": every}
    return course


def _calls(scenario: Scenario) -> float:
    mean = 1.0 if scenario.limit == "requests" else scenario.tokens
    steps = 100
    shares = sum(scenario.share(scenario.seconds * (step + 0.5) / steps) for step in range(steps)) / steps
    return shares * scenario.seconds * scenario.refill_rate / mean


def _name(common: dict[str, object], course: dict[str, object]) -> str:
    return (
        f"{course['arrivals']}, {common['dialect']} {common['limit']} {common['size']:,.0f} in "
        f"{common['refill_s']:.0f} s, {common['refill']}, {common['processes']} processes, {common['spacing']}"
    )


class Outcome(NamedTuple):
    """How one run went.

    Attributes:
        case: what was played.
        seed: with which seed.
        run: what came of it.
    """

    case: Case
    seed: int
    run: Run

    @property
    def missed(self) -> bool:
        """An exhausted limit that was not announced in time."""
        lead = self.run.lead_s
        return lead is not None and lead < LEAD_S

    @property
    def false(self) -> bool:
        """An alarm, and no 429 in all the run."""
        return self.run.first_refusal is None and (bool(self.run.alerts) or self.run.forecast)


def main() -> int:
    """Play, and print the shares by what the scenarios have in common."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400, help="scenarios to play, one run each")
    parser.add_argument("--held-out", action="store_true", help="those that the model was not tuned with")
    parser.add_argument("--verbose", action="store_true", help="name every run that missed its mark")
    arguments = parser.parse_args()
    outcomes = [
        Outcome(case, seed, simulate(case.scenario, seed))
        for seed, case in scenarios(arguments.count, int(arguments.held_out))
    ]
    report(outcomes, arguments.verbose)
    return 0


def report(outcomes: list[Outcome], verbose: bool) -> None:
    """Print ramps, then quiet traffic; clear ones first."""
    for clear in (True, False):
        word = "clear" if clear else "unclear"
        ramps = [
            one
            for one in outcomes
            if one.case.clear is clear and one.case.scenario.expect == "announced" and one.run.first_refusal is not None
        ]
        quiet = [
            one
            for one in outcomes
            if one.case.clear is clear and one.case.scenario.expect == "quiet" and one.run.first_refusal is None
        ]
        _show(f"{word} ramps announced >= {LEAD_S:.0f} s ahead", ramps, [not one.missed for one in ramps])
        _show(f"{word} quiet runs with a false alarm", quiet, [one.false for one in quiet])
    if verbose:
        for one in outcomes:
            if one.case.clear and (one.missed if one.case.scenario.expect == "announced" else one.false):
                lead = "" if one.run.lead_s is None else f"lead {one.run.lead_s:.1f} s"
                print(one.seed, one.case.scenario.name, lead)


def _show(what: str, outcomes: list[Outcome], hits: list[bool]) -> None:
    if not outcomes:
        return
    print(f"{what}: {statistics.mean(hits):.1%} of {len(outcomes)}")
    for name in ("refill", "refill_s", "arrivals", "spacing", "processes", "dialect"):
        groups: dict[object, list[bool]] = {}
        for one, hit in zip(outcomes, hits, strict=True):
            groups.setdefault(getattr(one.case.scenario, name), []).append(hit)
        parts = [
            f"{value} {statistics.mean(group):.1%} of {len(group)}" for value, group in sorted(groups.items(), key=str)
        ]
        print(f"  by {name}: {', '.join(parts)}")


if __name__ == "__main__":
    sys.exit(main())
