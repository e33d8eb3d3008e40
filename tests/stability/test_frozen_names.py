"""Names, signatures, settings and the taxonomy change by decision only: `names.txt` holds what users depend on."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from genai_sentry.record import CallRecord, StreamFacts
from genai_sentry.telemetry.metrics import SUCCESSORS, metrics_for
from genai_sentry.version import SCHEMA_URL, __version__
from genai_sentry.wire.outcome import Usage
from stability import frozen

DECIDED = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
RELEASED = {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"}
RENAMED = set(SUCCESSORS.values())


def test_no_name_goes_or_changes_by_accident() -> None:
    """What a release had, the next one has: a name, a parameter, its default, a type, a reason."""
    assert [] == sorted(set(DECIDED) - set(frozen.lines()))


def test_no_name_is_added_by_accident() -> None:
    """A new name is a promise: it is written down when it is made."""
    assert [] == sorted(set(frozen.lines()) - set(DECIDED))


@pytest.mark.parametrize(
    "name",
    [
        "api | classify(error=None, *, exception_type=None, status=None, body=None, message=None, headers=None, provider=None)",
        "settings | events GENAI_SENTRY_EVENTS",
        "span attributes | llm_cost_usd",
        "contexts | llm_metrics.latency_ms",
        "own names | llm_held_back",
        "taxonomy | rate_limit/tokens_per_minute",
        "entry points | opentelemetry_traces_exporter: sentry = genai_sentry.launcher.exporter:SentrySpanExporter",
    ],
)
def test_the_list_sees_names_of_every_kind(name: str) -> None:
    """One of each kind, so that an empty section is noticed."""
    assert name in DECIDED


def _recorded(semconv: str) -> dict[str, tuple[str | None, str | None]]:
    reader = InMemoryMetricReader()
    metrics = metrics_for(MeterProvider(metric_readers=[reader]), semconv)
    assert metrics is not None
    metrics.record(
        CallRecord(
            "chat", "openai", "gpt-4o", duration_s=1.0, usage=Usage(3, 4), stream=StreamFacts(1, first_chunk_s=0.5)
        )
    )
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: (scope.scope.version, scope.schema_url)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


@pytest.mark.parametrize("semconv", ["", "http/dup", "gen_ai_latest_experimental_not"])
def test_released_names_are_the_default(semconv: str) -> None:
    """Nobody gets other names without asking for them."""
    names = set(_recorded(semconv))

    assert names >= RELEASED
    assert set() == RENAMED & names


@pytest.mark.parametrize("semconv", ["gen_ai_latest_experimental", "http/dup, gen_ai_latest_experimental"])
def test_successor_names_come_on_request_beside_the_released(semconv: str) -> None:
    """A dashboard can move from one to the other while both are recorded."""
    names = set(_recorded(semconv))

    assert names >= RELEASED | RENAMED


def test_metrics_say_which_schema_and_version_made_them() -> None:
    """So that a back end can translate names of another version."""
    assert {(__version__, SCHEMA_URL)} == set(_recorded("").values())


def test_the_documentation_names_the_schema() -> None:
    """The page about names says which schema they follow."""
    page = frozen.ROOT / "docs/reference/versions.md"

    assert SCHEMA_URL in page.read_text(encoding="utf-8")
