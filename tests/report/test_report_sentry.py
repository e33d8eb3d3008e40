"""`genai-sentry report --sentry`: spans from a stand-in for Sentry's events API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from genai_sentry.cli import FOUND, OK, USAGE, main
from genai_sentry.ops.report.sentry_api import FIELDS
from genai_sentry.testing.server import Arrival, LoopbackServer, Reply

pytest.importorskip("duckdb")


def event(number: int, **more: Any) -> dict[str, Any]:
    """A row as Sentry gives it."""
    return {
        "id": f"{number:016x}",
        "trace": f"{number:032x}",
        "timestamp": f"2026-11-01T{number % 24:02d}:00:00+00:00",
        "span.duration": 1500.0,
        "environment": "production",
        "project": "shop",
        "ai_model": "gpt-4o",
        "llm_provider": "openai",
        "gen_ai.operation.name": "chat",
        "llm_error_type": None,
        "llm_finish_reason": "stop",
        "tags[gen_ai.usage.input_tokens,number]": 1000.0,
        "tags[gen_ai.usage.output_tokens,number]": 100.0,
        "tags[llm_cost_usd,number]": 0.0035,
        **more,
    }


class Events:
    """The stand-in: gives its rows page by page."""

    def __init__(self) -> None:
        self.rows = [event(number) for number in range(250)]
        self.status = 200
        self.asked: list[dict[str, list[str]]] = []
        self.tokens: set[str] = set()
        self.server = LoopbackServer(self.answer)

    def answer(self, arrival: Arrival) -> Reply:
        """One request."""
        query = parse_qs(arrival.query)
        self.asked.append(query)
        self.tokens.add(arrival.headers.get("authorization", ""))
        if self.status != 200:
            return Reply(self.status, b'{"detail": "You do not have permission"}')
        if arrival.path != "/api/0/organizations/acme/events/":
            return Reply(404, b"{}")
        if query["field"] == ["count(span.duration)"]:
            return self.page([{"count(span.duration)": len(self.rows)}], {})
        start, size = int(query.get("cursor", ["0"])[0]), int(query["per_page"][0])
        after = start + size
        more = "true" if after < len(self.rows) else "false"
        link = f'<{self.server.url}/>; rel="next"; results="{more}"; cursor="{after}"'
        return self.page(self.rows[start:after], {"Link": link})

    def page(self, rows: list[dict[str, Any]], headers: dict[str, str]) -> Reply:
        """Rows as Sentry wraps them."""
        body = json.dumps({"data": rows, "meta": {}}).encode()
        return Reply(200, body, {"content-type": "application/json", **headers})


@pytest.fixture
def sentry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """A stand-in that the command finds by its variables."""
    stand_in = Events()
    monkeypatch.setenv("SENTRY_URL", stand_in.server.url)
    monkeypatch.setenv("SENTRY_ORG", "acme")
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "sntrys_secret")
    monkeypatch.delenv("SENTRY_PROJECT", raising=False)
    yield stand_in
    stand_in.server.close()


def test_all_pages_are_read(sentry: Events, capsys: pytest.CaptureFixture[str]) -> None:
    """Every call of the period is in the figures, asked for within what Sentry allows."""
    assert main(["report", "--sentry", "--json", "--period", "7d", "--project", "shop"]) == OK
    found = json.loads(capsys.readouterr().out)
    assert found["totals"]["calls"] == 250
    assert found["cost"]["total_usd"] == pytest.approx(250 * 0.0035)
    assert found["totals"]["p50_s"] == pytest.approx(1.5)
    assert [row["environment"] for row in found["services"]] == ["production"]
    pages = [query for query in sentry.asked if query["field"] == list(FIELDS)]
    assert len(pages) == 3
    assert len(FIELDS) <= 20
    assert {query["statsPeriod"][0] for query in pages} == {"7d"}
    assert {query["query"][0] for query in pages} == {"gen_ai.operation.type:ai_client project:shop"}
    assert sentry.tokens == {"Bearer sntrys_secret"}


def test_a_limit_is_said(sentry: Events, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are more calls than were fetched, the report says so instead of passing for all of them."""
    assert main(["report", "--sentry", "--json", "--limit", "120"]) == OK
    out, err = capsys.readouterr()
    assert json.loads(out)["totals"]["calls"] == 120
    assert "Sentry has 250 calls in the last 14d; the latest 120 were fetched" in err


def test_rows_of_any_zone_and_odd_rows(sentry: Events, capsys: pytest.CaptureFixture[str]) -> None:
    """Offsets are honoured, failures told, and rows that can't be read counted."""
    sentry.rows = [
        event(1, timestamp="2026-11-01T12:00:00+00:00"),
        event(2, timestamp="2026-11-01T04:00:00-08:00"),
        event(3, timestamp="2026-11-01T12:00:00Z", llm_error_type="timeout", llm_error_reason="client_read"),
        event(4, timestamp=None),
        event(5, **{"span.duration": "long"}),
    ]
    assert main(["report", "--sentry", "--json"]) == FOUND
    found = json.loads(capsys.readouterr().out)
    assert found["totals"]["calls"] == 3
    assert found["period"]["end"] - found["period"]["start"] == pytest.approx(1.5)
    assert [row["type"] for row in found["failures"]] == ["timeout"]
    assert {each["problem"]: each["count"] for each in found["inputs"]["problems"]} == {
        "spans without a usable time": 1,
        "spans that can't be read": 1,
    }


def test_refusal(sentry: Events, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused request is said with its reason, without the token, and is exit code 2."""
    sentry.status = 403
    assert main(["report", "--sentry"]) == USAGE
    err = capsys.readouterr().err
    assert "403: You do not have permission" in err
    assert "secret" not in err
