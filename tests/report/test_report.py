"""`genai-sentry report`: from files of spans to figures, suggestions and a page."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import re
import sys
import threading
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from genai_sentry.cli import FOUND, OK, USAGE, main
from genai_sentry.ops.report import figures, sources, store
from genai_sentry.ops.report.texts import seconds, share, short, usd

pytest.importorskip("duckdb")

DAY = 86_400
NOON = 1_780_000_000 // DAY * DAY + DAY // 2
"""Noon of some day, UTC."""


def value(given: Any) -> dict[str, Any]:
    """An attribute's value in OTLP's JSON."""
    if isinstance(given, bool):
        return {"boolValue": given}
    if isinstance(given, int):
        return {"intValue": str(given)}
    if isinstance(given, float):
        return {"doubleValue": given}
    if isinstance(given, list):
        return {"arrayValue": {"values": [value(item) for item in given]}}
    return {"stringValue": given}


_number = iter(range(1, 10**9))


def span(
    at: Any = NOON, *, lasted: float = 2.0, status: int = 0, ids: dict[str, str] | None = None, **named: Any
) -> Any:
    """A span; keywords are attributes, with `__` for dots."""
    attributes = {name.replace("__", "."): given for name, given in named.items()}
    number = next(_number)
    times = {"startTimeUnixNano": at, "endTimeUnixNano": at}
    if isinstance(at, int | float):
        times = {"startTimeUnixNano": str(int(at * 1e9)), "endTimeUnixNano": str(int((at + lasted) * 1e9))}
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "chat",
        **times,
        "attributes": [{"key": name, "value": value(given)} for name, given in attributes.items()],
        "status": {"code": status},
        **(ids or {}),
    }


def call(at: Any = NOON, **named: Any) -> Any:
    """A span of this package's own."""
    usual = {
        "gen_ai.operation.name": "chat",
        "llm_provider": "openai",
        "ai_model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "llm_cost_usd": 0.0035,
        "llm_attempts": 1,
    }
    return span(at, **{**{name.replace(".", "__"): given for name, given in usual.items()}, **named})


def failure(at: Any = NOON, kind: str = "rate_limit", *, retryable: bool = True, **named: Any) -> Any:
    """A failed call of this package's own."""
    facts = {
        "gen_ai__operation__name": "chat",
        "llm_provider": "openai",
        "ai_model": "gpt-4o",
        "llm_error_type": kind,
        "llm_error_reason": "unspecified",
        "llm_retryable": "true" if retryable else "false",
    }
    return span(at, status=2, **{**facts, **named})


def request(*spans: Any, scope: str = "genai_sentry", resource: dict[str, Any] | None = None) -> str:
    """An export request as one line."""
    attributes = [{"key": name, "value": value(given)} for name, given in (resource or {}).items()]
    group = {"resource": {"attributes": attributes}, "scopeSpans": [{"scope": {"name": scope}, "spans": list(spans)}]}
    return json.dumps({"resourceSpans": [group]}) + "\n"


Reported = tuple[int, dict[str, Any], str]
Ask = Callable[..., Reported]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run the command with `--json`; exit code, figures and what it said on standard error."""

    def run(*arguments: object) -> Reported:
        code = main(["report", "--json", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else {}, err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines to a file."""

    def write(*lines: str, name: str = "spans.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(lines), encoding="utf-8", errors="surrogatepass")
        return path

    return write


def test_totals_and_projection(ask: Ask, file: Callable[..., Path]) -> None:
    """Sums are exact; the month is thirty average days, over the time that the calls took."""
    path = file(request(call(NOON), call(NOON + DAY), call(NOON + 2 * DAY - 2.0)))
    code, found, _ = ask(path)
    assert code == OK
    assert found["totals"]["calls"] == 3
    assert found["totals"]["input_tokens"] == 3000
    assert found["period"]["days"] == pytest.approx(2.0)
    assert found["cost"] == pytest.approx(
        {"total_usd": 0.0105, "daily_usd": 0.00525, "monthly_usd": 0.1575, "month_days": 30}
    )
    assert found["steps"][0]["at"] <= NOON < found["steps"][0]["at"] + found["period"]["step_s"]


def test_a_short_period_is_not_projected(ask: Ask, file: Callable[..., Path]) -> None:
    """A few minutes of traffic say nothing about a month: that figure is absent."""
    _, found, _ = ask(file(request(call(NOON), call(NOON + 300))))
    assert found["cost"]["total_usd"] == pytest.approx(0.007)
    assert found["cost"]["monthly_usd"] is None


def test_unknown_is_absent_and_zero_is_zero(ask: Ask, file: Callable[..., Path]) -> None:
    """A call without a known price has no cost and is counted as such; a free one costs zero."""
    unknown = span(
        NOON,
        gen_ai__operation__name="chat",
        llm_provider="nobody",
        ai_model="house-model",
        gen_ai__usage__input_tokens=5,
        gen_ai__usage__output_tokens=5,
    )
    _, found, _ = ask(file(request(unknown, call(ai_model="free", llm_cost_usd=0.0))))
    by_model = {row["model"]: row for row in found["models"]}
    assert by_model["house-model"]["cost_usd"] is None
    assert by_model["house-model"]["unpriced"] == 1
    assert by_model["free"]["cost_usd"] == 0.0
    assert by_model["free"]["failure_rate"] == 0.0
    assert by_model["free"]["cache_read_tokens"] is None


def test_sampled_spans_stand_for_more(ask: Ask, file: Callable[..., Path]) -> None:
    """A span of a trace sampled at a quarter counts as four calls, in money and tokens too."""
    _, found, _ = ask(file(request(call(sentry__client_sample_rate=0.25), call())))
    assert (found["totals"]["calls"], found["totals"]["spans"], found["sampled"]) == (5, 2, True)
    assert found["totals"]["cost_usd"] == pytest.approx(5 * 0.0035)


def test_failures_retries_and_cancellations(ask: Ask, file: Callable[..., Path]) -> None:
    """Failures are told by type; a cancelled call is none; retries by whether they could help."""
    spans = (
        call(llm_attempts=2, llm_retry_wait_s=0.5, llm_last_attempt_s=0.5),
        failure(llm_attempts=3, llm_last_attempt_s=0.5),
        failure(kind="context_length", retryable=False, llm_attempts=2, llm_last_attempt_s=1.0),
        failure(kind="cancelled", retryable=False),
    )
    _, found, _ = ask(file(request(*spans)))
    assert (found["totals"]["failures"], found["totals"]["cancelled"]) == (2, 1)
    assert found["totals"]["failure_rate"] == pytest.approx(2 / 3)
    assert {row["type"] for row in found["failures"]} == {"rate_limit", "context_length"}
    retries = found["retries"]
    assert (retries["retried"], retries["rescued"], retries["lost"], retries["hopeless"]) == (3, 1, 2, 1)
    assert found["totals"]["retries"] == 4
    hopeless = next(saving for saving in found["savings"] if saving["kind"] == "hopeless_retries")
    assert hopeless["seconds"] == pytest.approx(1.0)
    assert "context_length/unspecified: 1 calls, 1 repeats" in hopeless["arithmetic"][0]


def test_limits(ask: Ask, file: Callable[..., Path]) -> None:
    """The least that was left of a limit is told for each model."""
    limits = {"llm_ratelimit_limit_tokens": 1000, "llm_ratelimit_remaining_tokens": 50}
    _, found, _ = ask(file(request(call(**limits), call())))
    (row,) = found["limits"]
    assert (row["least_tokens"], row["least_requests"], row["limit_tokens"]) == (0.05, None, 1000)


def test_labels_are_broken_down(ask: Ask, file: Callable[..., Path]) -> None:
    """Labels that the application set are told from attributes that are none, and a label can be chosen."""
    named = {"feature": "search", "tenant": "acme", "thread__name": "main", "custom__thing": "x"}
    path = file(request(call(**named), call(feature="chat")))
    _, found, _ = ask(path)
    names = {(row["name"], row["value"]): row["calls"] for row in found["labels"]}
    assert names == {
        ("feature", "search"): 1, ("feature", "chat"): 1, ("tenant", "acme"): 1, ("custom.thing", "x"): 1,
    }  # fmt: skip
    _, found, _ = ask(path, "--label", "thread.name")
    assert [(row["name"], row["value"]) for row in found["labels"]] == [("thread.name", "main")]


def test_a_label_with_many_values_stays_readable(ask: Ask, file: Callable[..., Path]) -> None:
    """The costliest ten values are told apart, the others added up."""
    spans = [call(tenant=f"t{number}", llm_cost_usd=float(number)) for number in range(30)]
    _, found, _ = ask(file(request(*spans)))
    rows = {row["value"]: row["cost_usd"] for row in found["labels"]}
    assert len(rows) == 11
    assert rows["t29"] == 29.0
    assert rows["other"] == sum(range(20))


def test_identifiers_are_no_labels(ask: Ask, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """An attribute with a value of its own for each call is not broken down, which is said; asked for, it is."""
    monkeypatch.setattr(figures, "MOST_VALUES", 20)
    path = file(request(*(call(job=f"j{number}", feature="x") for number in range(30))))
    code, found, err = ask(path)
    assert (code, {row["name"] for row in found["labels"]}) == (OK, {"feature"})
    assert "job has 30 values and is not broken down; --label job does it all the same" in err
    _, found, _ = ask(path, "--label", "job")
    assert {row["name"] for row in found["labels"]} == {"job"}


def test_cheaper_models_of_the_same_maker(ask: Ask, file: Callable[..., Path]) -> None:
    """The same tokens are priced on cheaper models of the same maker, with sums that can be checked."""
    spans = [call(NOON + number * 3600, llm_cost_usd=0.0035) for number in range(10)]
    _, found, _ = ask(file(request(*spans)))
    saving = next(each for each in found["savings"] if each["kind"] == "cheaper_model")
    assert saving["arithmetic"][0] == "gpt-4o now: 10 calls cost $0.04"
    for line in saving["arithmetic"][1:-1]:
        parts = re.findall(r"([\d,]+) (?:input|cached|output) × \$([\d.]+)/M", line)
        total = sum(float(tokens.replace(",", "")) * float(price) / 1e6 for tokens, price in parts)
        told = float(re.search(r"= \$([\d.]+),", line)[1])  # type: ignore[index]
        assert total == pytest.approx(told, abs=0.006)
        assert total <= 0.7 * 0.035
        assert "claude" not in line


@pytest.mark.parametrize(
    ("provider", "model", "maker"),
    [
        ("anthropic", "claude-opus-4-1", "claude"),
        ("deepseek", "deepseek-reasoner", "deepseek"),
        ("openrouter", "anthropic/claude-opus-4.1", "claude"),
        ("litellm", "gpt-5-pro", "gpt"),
        ("azure.ai.openai", "our-deployment", None),
    ],
)
def test_suggestions_stay_with_the_maker(
    ask: Ask, file: Callable[..., Path], provider: str, model: str, maker: str | None
) -> None:
    """No model of another maker is suggested, whoever serves it, and none for a model whose maker is not known."""
    _, found, _ = ask(file(request(*(call(llm_provider=provider, ai_model=model, llm_cost_usd=9.0) for _ in range(5)))))
    lines = [line for each in found["savings"] if each["kind"] == "cheaper_model" for line in each["arithmetic"]]
    suggested = [line for line in lines if " × $" in line]
    assert all(maker is not None and maker in line.partition(":")[0] for line in suggested)
    assert bool(suggested) is (maker is not None)


def test_prompts_that_a_cache_could_serve(ask: Ask, file: Callable[..., Path]) -> None:
    """Long prompts that no cache serves are told with the difference of the prices, short ones are not."""
    long = [call(gen_ai__usage__input_tokens=2000, feature="chat", llm_cost_usd=0.006) for _ in range(20)]
    brief = [call(gen_ai__usage__input_tokens=200, feature="ping") for _ in range(20)]
    _, found, _ = ask(file(request(*long, *brief)))
    saving = next(each for each in found["savings"] if each["kind"] == "cache")
    assert saving["usd"] == pytest.approx(20 * 2000 * (2.5 - 1.25) / 1e6)
    assert saving["arithmetic"] == [
        "feature=chat: 20 calls × 2,000 tokens (nine in ten prompts have as many) × ($2.5 - $1.25)/M = $0.05"
    ]


def test_truncated_outputs(ask: Ask, file: Callable[..., Path]) -> None:
    """What outputs cost that were cut at their limit is told."""
    _, found, _ = ask(file(request(call(llm_finish_reason="length", llm_cost_usd=0.5), call())))
    saving = next(each for each in found["savings"] if each["kind"] == "truncated")
    assert saving["usd"] == 0.5


def test_own_prices(ask: Ask, file: Callable[..., Path], tmp_path: Path) -> None:
    """Calls that came without a cost are priced here, by the user's own price table where it knows them."""
    prices = tmp_path / "prices.toml"
    prices.write_text("[nobody.house-model]\ninput = 1.0\noutput = 2.0\n")
    unknown = span(
        NOON,
        gen_ai__operation__name="chat",
        llm_provider="nobody",
        ai_model="house-model",
        gen_ai__usage__input_tokens=1_000_000,
        gen_ai__usage__output_tokens=1_000_000,
    )
    code, found, err = ask(file(request(unknown)), "--prices", prices)
    assert (code, err) == (OK, "")
    assert found["cost"]["total_usd"] == pytest.approx(3.0)


# Other instrumentations, repeated spans ---------------------------------------------------------------------------


def test_spans_of_other_instrumentations(ask: Ask, file: Callable[..., Path]) -> None:
    """Their LLM calls are reported as far as they tell, their failures classified, the rest counted by name."""
    official = span(
        gen_ai__operation__name="chat",
        gen_ai__provider__name="openai",
        gen_ai__request__model="gpt-4o",
        gen_ai__usage__input_tokens=1000,
        gen_ai__usage__output_tokens=100,
        gen_ai__response__finish_reasons=["stop"],
    )
    failed = span(
        status=2,
        gen_ai__operation__name="chat",
        gen_ai__provider__name="openai",
        gen_ai__request__model="gpt-4o",
        error__type="openai.RateLimitError",
    )
    older = span(
        gen_ai__system="OpenAI",
        llm__request__type="chat",
        gen_ai__request__model="gpt-4o",
        gen_ai__usage__prompt_tokens=10,
        gen_ai__usage__completion_tokens=1,
    )
    agent = span(gen_ai__operation__name="invoke_agent", gen_ai__request__model="gpt-4o", gen_ai__usage__input_tokens=9)
    code, found, _ = ask(
        file(
            request(official, failed, agent, scope="opentelemetry.instrumentation.openai_v2"),
            request(older, scope="opentelemetry.instrumentation.openai"),
            request(span(http__request__method="GET"), span(db__system="x"), scope="httpx"),
        )
    )
    assert code == OK
    assert found["totals"]["calls"] == 3
    assert found["totals"]["input_tokens"] == 1010
    assert found["totals"]["cost_usd"] == pytest.approx(1010 * 2.5e-6 + 101 * 10e-6)
    assert [row["type"] for row in found["failures"]] == ["rate_limit"]
    assert found["inputs"]["other_spans_by_instrumentation"] == {
        "opentelemetry.instrumentation.openai_v2": 1,
        "httpx": 2,
    }


def test_what_is_there_twice_counts_once(ask: Ask, file: Callable[..., Path]) -> None:
    """A span that was written twice, and another instrumentation's span around ours, are one call."""
    inner = call(ids={"traceId": "a" * 32, "spanId": "b" * 16, "parentSpanId": "c" * 16})
    outer = call(ids={"traceId": "a" * 32, "spanId": "c" * 16})
    path = file(request(inner), request(outer, scope="other"))
    again = path.with_name("again.jsonl")
    again.write_bytes(path.read_bytes())
    _, found, _ = ask(path, again)
    assert found["totals"]["calls"] == 1
    assert sorted(found["inputs"]["left_out"].values()) == [1, 2]


# Bad input ---------------------------------------------------------------------------------------------------------


def test_bad_input_is_counted_and_named(ask: Ask, file: Callable[..., Path], tmp_path: Path) -> None:
    """Half-written lines, other signals, odd spans and missing files are told; the rest is reported."""
    late = call(9_000_000_000)
    odd = {"traceId": "1", "spanId": "2", "startTimeUnixNano": "soon", "endTimeUnixNano": "0", "attributes": []}
    path = file(
        request(call()),
        request(call())[:200] + "\n",
        '{"resourceMetrics": []}\n',
        "\n",
        "[1, 2]\n",
        request(call(), odd, late, "no span", None),
        request(call())[:-30],
    )
    code, found, err = ask(path, tmp_path / "missing.jsonl")
    assert code == FOUND
    assert found["totals"]["calls"] == 2
    problems = {(Path(each["source"]).name, each["problem"]): each["count"] for each in found["inputs"]["problems"]}
    assert problems == {
        ("spans.jsonl", "lines that are no JSON (cut short, or something else)"): 2,
        ("spans.jsonl", "JSON lines without spans (other signals, or something else)"): 2,
        ("spans.jsonl", "spans without a usable time"): 2,
        ("spans.jsonl", "spans that can't be read"): 2,
        ("missing.jsonl", "not read: no such file or directory"): 1,
    }
    assert "missing.jsonl: not read" in err


@pytest.mark.parametrize(
    "group",
    [{"scopeSpans": 3}, {"scopeSpans": [7]}, {"resource": 1, "scopeSpans": []}, None, {"scopeSpans": [{"spans": [5]}]}],
)
def test_json_of_another_shape_is_counted(ask: Ask, file: Callable[..., Path], group: object) -> None:
    """A request whose parts are of a wrong type costs that part alone."""
    path = file(json.dumps({"resourceSpans": [group]}) + "\n", request(call()))
    code, found, _ = ask(path)
    assert code == FOUND
    assert found["totals"]["calls"] == 1


def test_hostile_values_are_taken_as_text(ask: Ask, file: Callable[..., Path]) -> None:
    """Tabs, newlines, zero bytes, quotes, lone surrogates and endless names harm neither the rows nor the figures."""
    odd = "a\tb\nc\0d\"e'\\"
    path = file(
        request(call(ai_model=odd, feature=odd)),
        request(call(ai_model="\ud800x")),
        request(call(ai_model="m" * 100_000)),
        request(call(llm_cost_usd="NaN"), call(llm_cost_usd=-1.0), call(llm_cost_usd="dear")),
    )
    code, found, _ = ask(path)
    assert (code, found["totals"]["calls"]) == (OK, 6)
    assert found["cost"]["total_usd"] == pytest.approx(3 * 0.0035)
    assert "a b c d\"e'\\" in {row["model"] for row in found["models"]}


def test_times_of_any_zone(ask: Ask, file: Callable[..., Path]) -> None:
    """Times are one instant whatever zone they were written in; without a zone they are UTC."""
    texts = ("2026-11-01T12:00:00Z", "2026-11-01T13:00:00+01:00", "2026-11-01T04:00:00-08:00", "2026-11-01T12:00:00")
    _, found, _ = ask(file(request(*(call(text) for text in texts))))
    assert found["totals"]["calls"] == 4
    assert found["period"]["start"] == found["period"]["end"] == 1_793_534_400


def test_period_can_be_chosen(ask: Ask, file: Callable[..., Path]) -> None:
    """Calls outside the period are left out and counted; an offset in the time is honoured."""
    path = file(request(call("2026-11-01T11:59:59Z"), call("2026-11-01T12:00:00Z"), call("2026-11-02T00:00:00Z")))
    _, found, _ = ask(path, "--since", "2026-11-01T13:00+01:00", "--until", "2026-11-02")
    assert found["totals"]["calls"] == 1
    assert list(found["inputs"]["left_out"].values()) == [2]


# Files -------------------------------------------------------------------------------------------------------------


def test_gzip_folders_and_rotated_files(ask: Ask, tmp_path: Path) -> None:
    """A folder gives all its files of spans, packed and numbered ones too; a damaged one what it still holds."""
    (tmp_path / "spans.jsonl").write_text(request(call()))
    (tmp_path / "spans.jsonl.1").write_text(request(call()))
    (tmp_path / "old.jsonl.gz").write_bytes(gzip.compress(request(call()).encode()))
    (tmp_path / "notes.txt").write_text("nothing")
    code, found, _ = ask(tmp_path)
    assert (code, found["totals"]["calls"], len(found["inputs"]["sources"])) == (OK, 3, 3)
    whole = gzip.compress(b"".join(request(call()).encode() for _ in range(2000)))
    (tmp_path / "old.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    code, found, err = ask(tmp_path)
    assert code == FOUND
    assert 100 < found["totals"]["calls"] < 2000
    assert "end early or are damaged" in err


def test_other_compression_is_named(ask: Ask, tmp_path: Path) -> None:
    """A file packed otherwise is said not to be readable instead of being taken for broken lines."""
    path = tmp_path / "spans.json"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    code, _, err = ask(path)
    assert code == FOUND
    assert "only gzip can" in err


def test_pieces_split_at_any_byte_lose_and_repeat_nothing(
    ask: Ask, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a file is cut into pieces, each line is read once."""
    path = file(*(request(call()) for _ in range(7)))
    size = len(request(call()).encode())
    for piece in (size - 1, size, size + 1, 3 * size, 100, 7919):
        monkeypatch.setattr(sources, "PIECE", piece)
        _, found, _ = ask(path)
        assert (piece, found["inputs"]["spans"]) == (piece, 7)


def test_lines_that_are_too_long_are_passed_over(
    ask: Ask, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory stays bounded whatever a line's length."""
    monkeypatch.setattr(sources, "LONGEST_LINE", 5_000)
    path = file(request(call()), request(call(note="x" * 20_000)), request(call()))
    code, found, err = ask(path)
    assert (code, found["totals"]["calls"]) == (FOUND, 2)
    assert "too long" in err


def test_two_processes_find_what_one_finds(
    ask: Ask, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading in several processes gives the same figures."""
    path = file(*(request(call(NOON + number * 60, feature=f"f{number % 3}")) for number in range(60)))
    _, alone, _ = ask(path)
    monkeypatch.setattr(sources, "PIECE", 9_000)
    monkeypatch.setattr(sources, "ALONE", 0)
    monkeypatch.setattr(sources.os, "cpu_count", lambda: 2)
    _, together, _ = ask(path)
    assert together["totals"] == pytest.approx(alone["totals"])
    assert together["inputs"]["calls_by_instrumentation"] == {"genai_sentry": 60}


def test_the_tolerant_reader_agrees(ask: Ask, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the fast decoder's package the figures are the same."""
    path = file(request(call(ok=True, feature="a"), failure(), call(gen_ai__response__finish_reasons=["stop"])))
    _, fast, _ = ask(path)
    monkeypatch.setitem(sys.modules, "msgspec", None)
    monkeypatch.delitem(sys.modules, "genai_sentry.ops.report.typed")
    monkeypatch.delattr("genai_sentry.ops.report.typed")
    _, slow, _ = ask(path)
    for part in ("totals", "labels", "failures", "period", "inputs"):
        assert slow[part] == fast[part]


# Usage -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name files of spans"),
        (["x.jsonl", "--sentry"], "name files of spans"),
        (["nowhere.jsonl"], "no such file"),
        (["--sentry", "--period", "soon"], "--period"),
        (["--sentry", "--limit", "0"], "--limit"),
        (["FILE", "--since", "yesterday"], "--since"),
        (["FILE", "--prices", "nowhere.toml"], "nowhere.toml"),
        (["FILE", "-o", "no/such/folder/x.html"], "no such folder"),
        (["--sentry"], "SENTRY_AUTH_TOKEN"),
    ],
)
def test_wrong_usage(
    arguments: list[str],
    said: str,
    file: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wrong usage is exit code 2 and one line that says what."""
    monkeypatch.delenv("SENTRY_AUTH_TOKEN", raising=False)
    path = file(request(call()))
    assert main(["report", *(str(path) if each == "FILE" else each for each in arguments)]) == USAGE
    err = capsys.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1


def test_nothing_to_report(ask: Ask, file: Callable[..., Path]) -> None:
    """A file without LLM calls is said to hold none, with exit code 1."""
    code, found, err = ask(file(request(span(http__request__method="GET"), scope="httpx")))
    assert (code, found["totals"]["calls"]) == (FOUND, None)
    assert "no LLM calls were found" in err


def test_duckdb_is_asked_for_by_name(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra the command says how to get it."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["report", str(file(request(call())))]) == USAGE
    assert "pip install 'genai-sentry[report]'" in capsys.readouterr().err


def test_what_duckdb_complains_of_is_one_line(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where memory or disk do not suffice, the command says so instead of ending in a traceback."""
    monkeypatch.setattr(store, "MEMORY", "1MB")
    path = file(*(request(*(call(feature=f"f{number}") for number in range(100))) for _ in range(20)))
    assert main(["report", str(path), "--json"]) == USAGE
    err = capsys.readouterr().err
    assert "DuckDB: Out of Memory" in err
    assert len(err.splitlines()) == 1


def kill_a_child() -> None:
    """Wait for a child process and kill it."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for child in multiprocessing.active_children():
            child.kill()
            return
        time.sleep(0.01)


def test_a_reading_process_that_is_killed_is_said(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that the system ends does not make the command wait for ever."""
    path = file(*(request(call()) for _ in range(20)))
    monkeypatch.setattr(sources, "PIECE", 2_000)
    monkeypatch.setattr(sources, "ALONE", 0)
    monkeypatch.setattr(sources.os, "cpu_count", lambda: 2)
    killer = threading.Thread(target=kill_a_child, daemon=True)
    killer.start()
    assert main(["report", str(path), "--json"]) == USAGE
    killer.join()
    assert "out of memory?" in capsys.readouterr().err


def test_a_pool_that_breaks_while_it_is_filled_is_said(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process may end while others are being started: a closed pipe is what is noticed then."""

    def broken(*_: object, **__: object) -> object:
        raise OSError("handle is closed")

    monkeypatch.setattr(sources, "PIECE", 2_000)
    monkeypatch.setattr(sources, "ALONE", 0)
    monkeypatch.setattr(sources.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(sources.ProcessPoolExecutor, "map", broken)
    assert main(["report", str(file(*(request(call()) for _ in range(20)))), "--json"]) == USAGE
    assert "out of memory?" in capsys.readouterr().err


# The page ----------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page holds: tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "rect", "line", "polyline"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"meta", "rect", "line", "polyline"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def page(file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, Page]:
    """A page on calls with hostile names."""
    spans = [call(NOON + number * 1800, feature="<b>chat</b>", llm_cost_usd=0.5) for number in range(30)]
    spans += [
        failure(ai_model='"><script>alert(1)</script>'),
        call(llm_ratelimit_limit_tokens=9, llm_ratelimit_remaining_tokens=3),
    ]
    output = tmp_path / "report.html"
    path = file(request(*spans), "half a line\n")
    assert main(["report", str(path), "-o", str(output), "--title", "Shop & more"]) == FOUND
    assert capsys.readouterr().out == f"{output}\n"
    text = output.read_text(encoding="utf-8")
    return text, Page(text)


def test_page_loads_nothing_and_runs_nothing(page: tuple[str, Page]) -> None:
    """The page has no script, names no other address, and forbids loading; names are shown as text."""
    text, parsed = page
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "b>"}
    addresses = [held for _, attributes in parsed.tags for name, held in attributes.items() if name in ("src", "href")]
    assert all(address and address.startswith("#") for address in addresses)
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert "default-src 'none'" in text
    assert "<b>chat</b>" not in text
    assert parsed.open == ["html", "body"] or parsed.open == []


def test_page_shows_every_section(page: tuple[str, Page]) -> None:
    """Cost, savings, tokens, latency, failures, retries, limits, labels and what could not be used are there."""
    _, parsed = page
    sections = [attributes.get("id") for tag, attributes in parsed.tags if tag == "section"]
    assert sections == [
        None,
        "cost",
        "savings",
        "tokens",
        "latency",
        "failures",
        "retries",
        "limits",
        "labels",
        "inputs",
    ]
    words = " ".join(parsed.words)
    for said in (
        "Shop & more",
        "A month, projected",
        "openai/gpt-4o",
        "rate_limit/unspecified",
        "1 × lines that are no JSON",
    ):
        assert said in words
    assert sum(tag == "svg" for tag, _ in parsed.tags) == 6


def test_charts_tell_each_step_in_words(page: tuple[str, Page]) -> None:
    """Each time step has a tooltip with its values, and each chart a label for those who can't see it."""
    _, parsed = page
    words = [said for said in parsed.words if "UTC\n" in said]
    assert any("gpt-4o: $" in said for said in words)
    assert all(attributes.get("aria-label") for tag, attributes in parsed.tags if tag == "svg")


def test_numbers_as_people_read_them() -> None:
    """Unknown is a dash, zero is zero, small money keeps three digits."""
    assert [usd(None), usd(0), usd(0.0000376), usd(0.0071), usd(1234.5)] == [
        "–",
        "$0.00",
        "$0.0000376",
        "$0.00710",
        "$1,234.50",
    ]
    assert [share(None), share(0), share(0.0004), share(0.023), share(0.5)] == [
        "–",
        "0.0 %",
        "< 0.1 %",
        "2.3 %",
        "50 %",
    ]
    assert [seconds(None), seconds(0.05), seconds(5.07), seconds(4000), seconds(40_000)] == [
        "–",
        "50 ms",
        "5.07 s",
        "67 min",
        "11.1 h",
    ]
    assert [short(None), short(0), short(999), short(1_860_000_000)] == ["–", "0", "999", "1.86 B"]
