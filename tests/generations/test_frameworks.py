"""Frameworks on top of the SDKs, where they are installed: one LLM span a call, below theirs, or theirs alone."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from process import run

PACKAGES = {
    "langchain": "langchain_openai",
    "llama-index": "llama_index.llms.openai",
    "dspy": "dspy",
    "instructor": "instructor",
    "pydantic-ai": "pydantic_ai",
    "openai-agents": "agents",
}
FRAMEWORKS = pytest.mark.parametrize("framework", PACKAGES)
THEIRS = {
    "langchain": "openinference.instrumentation.langchain",
    "llama-index": "openinference.instrumentation.llama_index",
    "dspy": "openinference.instrumentation.dspy",
    "pydantic-ai": "pydantic_ai.models.instrumented",
    "openai-agents": "openinference.instrumentation.openai_agents",
}
"""What makes spans of the model's calls: of OpenInference, but for pydantic-ai, which has its own."""


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


@cache
def _seen(framework: str, refusals: int = 0, whose: str = "ours") -> dict[str, Any]:
    """What a process saw that asked by the framework in every way."""
    if not _installed(PACKAGES[framework]):
        pytest.skip(f"{PACKAGES[framework]} is not installed")
    program = Path(__file__).with_name("framework_world.py")
    code = f"import runpy, sys; sys.argv = ['', {framework!r}, '{refusals}', {whose!r}]; "
    found: dict[str, Any] = run(code + f"runpy.run_path({str(program)!r}, run_name='__main__')")
    assert {} == {way: told for way, told in found.items() if "raised" in told}
    return found


@FRAMEWORKS
def test_a_call_has_one_span_within_what_the_application_does(framework: str) -> None:
    """However it is asked: one request, and one span of ours below the application's."""
    for way, told in _seen(framework).items():
        assert (way, 1, 1, 0) == (way, told["requests"], told["calls"], told["failures"])
        spans = [(span["scope"], span["within"], span["attempts"], span["failure"]) for span in told["spans"]]
        assert (way, [("genai_sentry", True, 1, None)]) == (way, spans)


@pytest.mark.slow
@FRAMEWORKS
def test_what_is_repeated_is_within_the_call(framework: str) -> None:
    """A refusal that a second attempt heals is no failure, whoever repeats it."""
    for way, told in _seen(framework, refusals=1).items():
        assert (way, 2, 1, 0) == (way, told["requests"], told["calls"], told["failures"])
        assert (way, [(2, None)]) == (way, [(span["attempts"], span["failure"]) for span in told["spans"]])


@pytest.mark.slow
@FRAMEWORKS
def test_a_failure_is_told_once(framework: str) -> None:
    """When every attempt is refused, the one span says so."""
    for way, told in _seen(framework, refusals=99).items():
        assert (way, 1, 1) == (way, told["calls"], told["failures"])
        spans = [(span["attempts"], span["failure"]) for span in told["spans"]]
        assert (way, [(told["requests"], "rate_limit")]) == (way, spans)


@pytest.mark.slow
@pytest.mark.parametrize("framework", THEIRS)
def test_ours_yields_to_a_span_that_is_made_above(framework: str) -> None:
    """Where the framework, or an instrumentation of it, makes a span of the model's call, that is the only one."""
    if not _installed(THEIRS[framework]):
        pytest.skip(f"{THEIRS[framework]} is not installed")
    for way, told in _seen(framework, whose="theirs").items():
        kinds = [span["kind"] for span in told["spans"] if span["scope"] != "genai_sentry"]
        if not {"LLM", "EMBEDDING", "chat"} & set(kinds):
            assert (way, ["genai_sentry"]) == (way, [span["scope"] for span in told["spans"]])
            continue
        assert (way, 1, 1) == (way, told["requests"], told["calls"])
        assert "genai_sentry" not in {span["scope"] for span in told["spans"]}


@pytest.mark.slow
def test_ours_stays_where_only_chains_are_told_of() -> None:
    """OpenInference's instructor makes a chain, which is no span of a model's call: ours is within it."""
    if not _installed("openinference.instrumentation.instructor"):
        pytest.skip("openinference.instrumentation.instructor is not installed")
    for way, told in _seen("instructor", whose="theirs").items():
        ours = [span for span in told["spans"] if span["scope"] == "genai_sentry"]
        assert (way, [True], 2) == (way, [span["within"] for span in ours], len(told["spans"]))
