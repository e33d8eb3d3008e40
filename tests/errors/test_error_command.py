"""`genai-sentry classify`: input, output, exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from genai_sentry.cli import main

DRAINED = '{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}'


class Pipe(io.TextIOWrapper):
    """Standard input as a pipe gives it."""

    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")


def test_an_argument_is_classified(capsys: pytest.CaptureFixture[str]) -> None:
    """A table for people: label, evidence, advice, link; exit code 0."""
    assert 0 == main(["classify", "Error: connect ECONNREFUSED 127.0.0.1:11434"])
    shown = capsys.readouterr().out
    for part in ("connection_error/refused", "retryable", "evidence", "check_network_path", "https://"):
        assert part in shown


def test_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every field, as JSON."""
    assert 0 == main(["classify", DRAINED, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert "quota_exceeded" == found["type"]
    assert "body.error.code=insufficient_quota" == found["evidence"]
    assert {
        "type",
        "reason",
        "severity",
        "retryable",
        "action",
        "retry_after",
        "evidence",
        "details",
        "advice",
        "link",
    } == set(found)


@pytest.mark.parametrize("how", ["argument", "option"])
def test_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    """Named as the argument or by --file."""
    path = tmp_path / "error.txt"
    path.write_text('Traceback (most recent call last):\n  File "a.py", line 1\nhttpx.PoolTimeout\n', encoding="utf-8")
    arguments = [str(path)] if how == "argument" else ["--file", str(path)]
    assert 0 == main(["classify", *arguments, "--json"])
    assert "client_pool" == json.loads(capsys.readouterr().out)["reason"]


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Piped in, with or without a dash."""
    monkeypatch.setattr("sys.stdin", Pipe(DRAINED))
    assert 0 == main(["classify", *arguments, "--json"])
    assert "quota_exceeded" == json.loads(capsys.readouterr().out)["type"]


def test_an_unknown_error_is_found_out_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """1, with the table all the same."""
    assert 1 == main(["classify", "Something happened"])
    assert "unknown/unspecified" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["classify", ""], ["classify", "x", "--file", "y"], ["classify", "--file", "/no/such/file"]]
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """2, with one line on standard error."""
    assert 2 == main(arguments)
    assert 1 == len(capsys.readouterr().err.strip().splitlines())


def test_provider_and_status_help(capsys: pytest.CaptureFixture[str]) -> None:
    """A bare number means something only where the provider is known; the link is that provider's."""
    text = '{"error": {"code": "1113", "message": "x"}}'
    assert 0 == main(["classify", text, "--provider", "zhipu", "--status", "429", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert ("quota_exceeded", "https://docs.z.ai/api-reference/api-code") == (found["type"], found["link"])


@pytest.mark.parametrize("arguments", [["--status", "429"], ["429"]])
def test_a_status_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Sometimes a log holds no more than that."""
    monkeypatch.setattr("sys.stdin", Pipe(""))
    assert 0 == main(["classify", *arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert ("rate_limit", "status=429") == (found["type"], found["evidence"])
