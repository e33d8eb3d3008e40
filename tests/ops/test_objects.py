"""What is exported: valid by Sentry's schema, and drawn from names that the package emits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from genai_sentry.budgets import Budgets
from genai_sentry.cli import main
from genai_sentry.errors.taxonomy import ErrorType, Reason, Severity, classification
from genai_sentry.ops import names
from genai_sentry.ops.alerts import Channels, alerts
from genai_sentry.ops.config import Config, read
from genai_sentry.ops.dashboards import dashboards
from genai_sentry.ops.monitors import monitors
from genai_sentry.ops.objects import Object, key_of
from genai_sentry.ops.queries import DATASETS, QUERIES
from genai_sentry.pricing import Cost
from genai_sentry.ratelimit import Forecaster, RateLimits
from genai_sentry.record import CallRecord, StreamFacts
from genai_sentry.retries import StormDetector
from genai_sentry.sentry.events import tags
from genai_sentry.sentry.metrics import SentryMetrics
from genai_sentry.settings import Settings
from genai_sentry.telemetry import attributes
from genai_sentry.wire.outcome import Usage

KNOWN = Channels(slack="7", pagerduty="8", service="70", service_name="LLM on-call")
TWO = read({"environments": ["production", "staging"], "labels": ["feature", "tenant", "team"]})


def described(config: Config) -> list[Object]:
    """Everything that there is to push."""
    return [*dashboards(config), *monitors(config), *alerts(config, project="llm", channels=KNOWN)]


def texts(value: Any) -> Iterator[str]:
    """Every text within a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def failed_record() -> CallRecord:
    """A record in which everything is known."""
    return CallRecord(
        operation="chat",
        provider="openai",
        model="gpt-4o",
        duration_s=1.0,
        attempts=2,
        retry_wait_s=0.5,
        stream=StreamFacts(first_chunk_s=0.1, max_gap_s=0.1),
        usage=Usage(10, 5, cache_read_input_tokens=2, reasoning_output_tokens=1),
        cost=Cost(0.1, 0.2, 0.3, "price_table"),
        limits=RateLimits(limit_requests=100, remaining_requests=50),
        classification=classification(ErrorType.RATE_LIMIT, Reason.TOKENS_PER_MINUTE),
        error_type="rate_limit_exceeded",
    )


class Nowhere(Transport):
    """A transport that sends nothing."""

    def capture_envelope(self, envelope: Any) -> None:
        return None


@pytest.fixture
def sent_metrics(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[names.Metric]]:
    """The metrics that a fully known failed call gives Sentry."""
    found: set[names.Metric] = set()

    def noting(kind: str) -> Any:
        def note(name: str, value: float, unit: str | None = None, attributes: Any = None) -> None:
            found.add(names.Metric(name, kind, unit or "none"))

        return note

    for function, kind in (("count", "counter"), ("gauge", "gauge"), ("distribution", "distribution")):
        monkeypatch.setattr(sentry_sdk.metrics, function, noting(kind))
    sentry_sdk.init("http://key@127.0.0.1:9/1", transport=Nowhere, default_integrations=False)
    metrics = SentryMetrics(Settings())
    metrics.record(failed_record())
    metrics.close()
    yield found
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.get_global_scope().set_client(None)


@pytest.mark.parametrize("config", [Config(), TWO], ids=["defaults", "two environments"])
def test_valid_by_the_published_schema(config: Config, schema: Any) -> None:
    """Every object passes Sentry's own schema, unknown keys refused."""
    faults = {item.title: schema(item.kind, item.payload) for item in described(config)}
    assert {title: [] for title in faults} == faults


def test_alerts_with_connections_are_valid(schema: Any) -> None:
    """Alerts stay valid when they are connected with monitors."""
    for item in alerts(Config()):
        assert [] == schema("workflow", {**item.payload, "detectorIds": [1], "id": "5"})


@pytest.mark.parametrize("config", [Config(), TWO], ids=["defaults", "two environments"])
def test_each_object_is_known_again(config: Config) -> None:
    """Every object carries its own key as a mark, and no two are the same."""
    keys = [(item.kind, key_of(item.kind, item.payload)) for item in described(config)]
    assert keys == [(item.kind, item.key) for item in described(config)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("config", [Config(), TWO], ids=["defaults", "two environments"])
def test_widgets_fit_the_grid(config: Config) -> None:
    """Widgets lie within the grid, none over another; what they show and group by stands in their fields."""
    for dashboard in dashboards(config):
        taken: set[tuple[int, int]] = set()
        for widget in dashboard.payload["widgets"]:
            place = widget["layout"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert max(x for x, _ in cells) < 6
            assert set() == taken & cells
            taken |= cells
            for query in widget["queries"]:
                assert [*query["columns"], *query["aggregates"]] == query["fields"]
                assert query["fieldAliases"] == [] or len(query["fieldAliases"]) == len(query["fields"])
                assert query["orderby"].lstrip("-") in ("", "date", *query["fields"])


def test_spans_are_always_filtered_to_calls() -> None:
    """No widget and no search counts agents' spans, which repeat their children's tokens and costs."""
    widgets = [widget for item in dashboards(TWO) for widget in item.payload["widgets"]]
    spans = [
        query["conditions"] for widget in widgets if widget["widgetType"] == "spans" for query in widget["queries"]
    ]
    spans += [query.query for query in QUERIES if query.dataset == "spans"]
    spans += [
        source["query"]
        for item in monitors(TWO)
        for source in item.payload["dataSources"]
        if source["eventTypes"] == ["trace_item_span"]
    ]
    assert len(spans) > 10
    assert [] == [text for text in spans if not text.startswith("gen_ai.operation.type:ai_client")]


def test_no_number_is_a_count_of_events() -> None:
    """Events are throttled: nothing here counts them, neither on a dashboard nor in a monitor nor in a search."""
    widgets = [widget for item in dashboards(TWO) for widget in item.payload["widgets"]]
    shown = [text for widget in widgets if widget["widgetType"] == "error-events" for text in texts(widget["queries"])]
    shown += [text for query in QUERIES if query.dataset == "errors" for text in query.fields]
    assert [] == [text for text in shown if text in ("count()", "epm()", "eps()")]
    datasets = {source["dataset"] for item in monitors(TWO) for source in item.payload["dataSources"]}
    assert {"events_analytics_platform"} == datasets


NAME = re.compile(r"\b(?:llm_[a-z_]+|ai_model|gen_ai\.[a-z_.]+[a-z]|llm\.client\.[a-z_.]+[a-z])")
SENTRY_OWN = {"gen_ai.operation.type"}
"""Written by Sentry's ingestion."""


def test_names_are_those_that_the_package_emits(sent_metrics: set[names.Metric]) -> None:
    """Every attribute, tag and metric that a dashboard, monitor, alert or search names is one that is emitted."""
    record = failed_record()
    emitted = set(attributes.end_attributes(record))
    emitted |= {attributes.AI_MODEL, attributes.LLM_PROVIDER, attributes.OPERATION_NAME}
    emitted |= {metric.name for metric in sent_metrics}
    emitted |= {names.ALERT}
    used = {
        name
        for text in [*(text for item in described(TWO) for text in texts(item.payload)), *query_texts()]
        for name in NAME.findall(text)
    }
    assert len(used) > 15
    assert set() == used - emitted - SENTRY_OWN


def query_texts() -> list[str]:
    """Every text of the named searches but their explanations."""
    return [text for query in QUERIES for text in (query.query, *query.fields, *query.by, query.sort)]


def test_metrics_are_named_with_their_type_and_unit(sent_metrics: set[names.Metric]) -> None:
    """Sentry finds a metric only by name, type and unit together: each is as it was sent."""
    assert set() == set(names.METRICS) - sent_metrics
    used = re.compile(r"\w+\(value,([^,]+),([^,]+),([^)]+)\)")
    found = {
        names.Metric(*match)
        for text in [*(text for item in described(TWO) for text in texts(item.payload)), *query_texts()]
        for match in used.findall(text)
    }
    assert set(names.METRICS) == found


def test_event_tags_are_those_of_events() -> None:
    """Tags that alerts and searches filter events by are set on events, and their values are the taxonomy's."""
    emitted = set(tags(failed_record(), Settings()))
    filters = [
        condition["comparison"]
        for item in alerts(Config())
        for group in item.payload["actionFilters"]
        for condition in group["conditions"]
    ]
    named = {item["key"] for item in filters}
    widgets = [widget for item in dashboards(TWO) for widget in item.payload["widgets"]]
    on_events = [widget["queries"] for widget in widgets if widget["widgetType"] in ("error-events", "issue")]
    on_events += [(query.query, query.fields, query.by) for query in QUERIES if query.dataset == "errors"]
    named |= {name for text in texts(on_events) for name in NAME.findall(text)}
    assert len(named) > 5
    assert set() == named - emitted - {names.ALERT}
    assert {"authentication", "quota_exceeded"} == {
        item["value"] for item in filters if item["key"] == names.ERROR_TYPE
    } & {str(kind) for kind in ErrorType}
    assert set(names.ALERT_KINDS) == {item["value"] for item in filters if item["key"] == names.ALERT}


def test_values_in_filters_are_known() -> None:
    """Error types and severities named in filters exist in the taxonomy."""
    written = [*(text for item in described(TWO) for text in texts(item.payload)), *query_texts()]
    for tag, known in (("llm_error_type", ErrorType), ("llm_severity", Severity)):
        values = {
            value
            for text in written
            for group in re.findall(rf"\b{tag}:(\[[^\]]+\]|\w+)", text)
            for value in group.strip("[]").split(",")
        }
        assert values
        assert set() == values - {str(item) for item in known}


def test_default_thresholds() -> None:
    """The defaults reach Sentry in the units of what is compared: milliseconds, percent, failures of 100,000."""
    facts = {}
    for item in monitors(Config()):
        source = item.payload["dataSources"][0]
        over = item.payload["conditionGroup"]["conditions"][0]
        facts[item.key] = (over["type"], over["comparison"], source["timeWindow"], item.payload["config"], item.route)
    static = {"detectionType": "static"}
    assert {
        "rate_limit": ("gt", 10, 300, static, "slack"),
        "context_length": ("gt", 5, 600, static, "pagerduty"),
        "cost": ("gt", 50, 3600, {"detectionType": "percent", "comparisonDelta": 86400}, "email"),
        "latency": ("gt", 5000, 300, static, "slack"),
        "failure_rate": ("gt", 5, 900, static, "slack"),
        "objective.fast_burn": ("gt", 1440, 3600, static, "pagerduty"),
        "objective.medium_burn": ("gt", 900, 14400, static, "pagerduty"),
        "objective.slow_burn": ("gt", 300, 86400, static, "slack"),
    } == facts


def test_each_environment_has_its_own_monitors() -> None:
    """Monitors and event alerts exist once for each environment, and name it."""
    made = monitors(TWO)
    assert 16 == len(made)
    assert {"production", "staging"} == {item.payload["dataSources"][0]["environment"] for item in made}
    assert {None, "production", "staging"} == {item.payload["environment"] for item in alerts(TWO)}
    assert ["production", "staging"] == dashboards(TWO)[0].payload["environment"]


def test_what_is_switched_off_is_not_described() -> None:
    """Disabled monitors, alerts and objectives are not made, and no alert follows a monitor that is not there."""
    config = read(
        {
            "monitors": {"cost": {"enabled": False}},
            "objective": {"enabled": False},
            "alerts": {"budget": {"enabled": False}},
        }
    )
    assert ["rate_limit", "context_length", "latency", "failure_rate"] == [item.key for item in monitors(config)]
    keys = {item.key: item.watches for item in alerts(config)}
    assert "budget" not in keys
    assert "monitors.email" not in keys
    assert ("context_length",) == keys["monitors.pagerduty"]


def test_mail_goes_to_whom_it_should() -> None:
    """Mail goes to the issue's owners by default, else to the team or user that is named."""
    actions = []
    for to in ("issue_owners", "team:4", "user:5"):
        config = read({"routing": {"email": {"to": to}}})
        item = next(item for item in alerts(config) if item.key == "budget")
        actions.append(item.payload["actionFilters"][0]["actions"][0])
    assert [("issue_owners", ""), ("team", "4"), ("user", "5")] == [
        (item["config"]["targetType"], item["config"]["targetIdentifier"]) for item in actions
    ]
    assert {"fallthroughType": "ActiveMembers"} == actions[0]["data"]


def test_export_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`export` prints a list, a single named object bare, and refuses unknown names."""
    assert 0 == main(["dashboards", "export"])
    assert 3 == len(json.loads(capsys.readouterr().out))
    assert 0 == main(["monitors", "export", "latency"])
    assert "LLM latency" == json.loads(capsys.readouterr().out)["name"]
    assert 2 == main(["alerts", "export", "nothing"])
    assert "there are monitors.slack" in capsys.readouterr().err


def test_queries_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    """A named search is printed bare; all of them as a list or as JSON, by dataset."""
    assert 0 == main(["queries", "unhandled"])
    assert "has:llm_error_type error.unhandled:true\n" == capsys.readouterr().out
    assert 0 == main(["queries", "--dataset", "spans", "--json"])
    assert {"spans"} == {item["dataset"] for item in json.loads(capsys.readouterr().out)}
    assert 0 == main(["queries"])
    assert "total-errors (metrics)" in capsys.readouterr().out
    assert 2 == main(["queries", "nothing"])


def test_queries_cover_every_dataset() -> None:
    """There are searches for spans, metrics and errors, each named once."""
    assert set(DATASETS) == {query.dataset for query in QUERIES}
    assert len(QUERIES) == len({query.name for query in QUERIES})


def test_alert_kinds_are_those_that_are_raised() -> None:
    """Alerts wait for exactly the kinds that a budget, a storm and a forecast raise."""
    now = [1000.0]
    raised = Budgets([{"usd": 0.1, "per": "day"}]).observe(failed_record())
    storms, forecaster = StormDetector(lambda: now[0]), Forecaster(60, lambda: now[0])
    for left in range(100, 0, -2):
        record = failed_record()
        record.limits = RateLimits(limit_requests=100, remaining_requests=left, reset_requests_s=3600.0)
        raised += [alert for alert in (storms.observe(record, "same"), forecaster.observe(record)[1]) if alert]
        now[0] += 1.0
    assert set(names.ALERT_KINDS) == {alert.kind for alert in raised}
