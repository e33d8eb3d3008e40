"""The documentation says what is so: its Python runs, its commands exist, its files load, its tables are the code's."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from docs import run_pages
from genai_sentry.budgets import load as load_budgets
from genai_sentry.cli import main
from genai_sentry.errors.advice import ADVICE
from genai_sentry.errors.taxonomy import KINDS, ErrorType, classification
from genai_sentry.ops.config import read as read_config
from genai_sentry.pricing.table import PriceTable
from genai_sentry.record import CallRecord
from genai_sentry.sentry import metrics as sentry_metrics
from genai_sentry.sentry.events import contexts
from genai_sentry.settings import Settings
from genai_sentry.telemetry import attributes, metrics
from genai_sentry.wire.formats import FORMATS
from process import environment

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SNIPPETS = [page for page in PAGES if run_pages.blocks(page)]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[str, str]]:
    """What happened to each page's blocks: why they were left out, what went wrong."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", run_pages.__file__, *map(str, SNIPPETS)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("page", SNIPPETS, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_pages_python_runs(page: Path, outcomes: dict[str, tuple[str, str]]) -> None:
    """All blocks of a page run in order, as pasted."""
    lacking, fault = outcomes[str(page)]
    if lacking:
        pytest.skip(lacking)

    assert "" == fault


def test_a_failing_block_is_noticed(tmp_path: Path) -> None:
    """The runner tells a page that fails from one that does not, and names the line."""
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n```python\nx = 1\n```\n\nThen\n\n```python\nassert x == 2\n```\n")

    assert [(3, "x = 1\n"), (9, "assert x == 2\n")] == run_pages.blocks(page)
    assert "page.md:10" in run_pages.run(page)


def commands() -> list[str]:
    """Every `genai-sentry …` line of the console blocks."""
    found = []
    for page in [*PAGES, ROOT / "README.md"]:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            found += re.findall(r"^\$ (genai-sentry .*)$", block, re.M)
    return sorted(set(found))


ELSEWHERE = re.compile(r"push|doctor|--app|report|--config|demo")
"""Commands that need a server, a service or a file of the reader's: only their arguments are checked."""


@pytest.mark.parametrize("command", commands())
def test_the_commands_exist_and_run(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command line of the documentation is understood, and does what it says where it needs nothing else."""
    arguments = shlex.split(command)[1:]
    if ELSEWHERE.search(command):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert 0 == ended.value.code
        text = capsys.readouterr().out
        assert all(word in text for word in arguments if word.startswith("--"))
        return
    assert main(arguments) in (0, 1)
    assert capsys.readouterr().out


def tables() -> list[tuple[str, dict]]:
    """Every TOML block with the file name in its first line."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            found.append((block.splitlines()[0].removeprefix("# "), tomllib.loads(block)))
    return found


@pytest.mark.parametrize(("name", "table"), tables(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_files_load(name: str, table: dict) -> None:
    """A TOML file of the documentation is one that the package takes."""
    readers = {
        "prices.toml": PriceTable,
        "budgets.toml": load_budgets,
        "llm.toml": read_config,
        "providers.toml": lambda hosts: Settings(providers=hosts),
    }

    assert readers[name](table)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The generator of the tables."""
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_generated_tables_are_up_to_date(page: Path, generate: ModuleType) -> None:
    """Whoever changes the code runs `python docs/generate.py`."""
    text = page.read_text(encoding="utf-8")

    assert generate.filled(text) == text


def test_every_error_type_has_a_page(generate: ModuleType) -> None:
    """Each type has a runbook, in English; the Korean page has a section for each."""
    korean = (DOCS / "ko/errors.md").read_text(encoding="utf-8")

    assert {f"{kind}.md" for kind in KINDS} | {"index.md"} == {page.name for page in (DOCS / "errors").iterdir()}
    assert [str(kind) for kind in KINDS] == re.findall(r"^## (\w+)", korean, re.M)[: len(KINDS)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_names_the_page_about_its_type(kind: ErrorType) -> None:
    """Whoever reads an issue finds the runbook by what the event says."""
    record = CallRecord(operation="chat", provider="openai", model="gpt-4o", classification=classification(kind))

    analysis = contexts(record, Settings())["llm_analysis"]

    assert ADVICE[kind] == analysis["advice"]
    assert (DOCS / analysis["runbook"]).with_suffix(".md").is_file()


def test_every_attribute_is_documented() -> None:
    """Names in the code and names in the words are the same."""
    from_code = {value for name, value in vars(attributes).items() if name.isupper() and isinstance(value, str)}
    from_code |= {name for names in attributes.USAGE.values() for name in names}
    from_code |= set(attributes.LIMITS.values()) | set(attributes.CONTENT.values())
    documented = {name for group in words().ATTRIBUTES.values() for name in group}

    assert set() == from_code - documented
    assert documented - from_code <= set(request_attributes())


def test_every_request_attribute_of_the_wire_formats_is_documented() -> None:
    """What a format puts on a span is in the table."""
    documented = {name for group in words().ATTRIBUTES.values() for name in group}

    assert set() == set(request_attributes()) - documented


def request_attributes() -> set[str]:
    """Attributes that the wire formats read from requests with everything in them."""
    body = {
        "model": "m", "messages": [], "input": "x", "temperature": 0.5, "top_p": 0.5, "top_k": 3, "seed": 1, "n": 2,
        "max_tokens": 5, "max_output_tokens": 5, "frequency_penalty": 0.1, "presence_penalty": 0.1, "stop": ["x"],
        "service_tier": "flex", "reasoning_effort": "low", "reasoning": {"effort": "low"}, "encoding_format": "float",
        "previous_response_id": "r", "conversation": "c", "response_format": {"type": "json_object"},
        "generationConfig": {"temperature": 0.5, "maxOutputTokens": 5}, "options": {"num_predict": 4},
    }  # fmt: skip
    found: set[str] = set()
    for item in FORMATS.values():
        found |= set(item.request(body, "/v1/x", capture=True).attributes)
    return found


def test_every_metric_is_documented() -> None:
    """Names of instruments in the code and in the words are the same."""
    otel = {value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)}
    otel |= set(metrics.SUCCESSORS.values())
    otel = {name for name in otel if "." in name and not name.startswith("http")}
    sentry = {value for name, value in vars(sentry_metrics).items() if name.isupper() and isinstance(value, str)}

    assert otel == set(words().OTEL_METRICS)
    assert sentry == set(words().SENTRY_METRICS)


def words() -> ModuleType:
    """The words of the generated tables."""
    spec = importlib.util.spec_from_file_location("docs_words", DOCS / "words.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_in_the_navigation() -> None:
    """No page is lost; that none is missing, the strict build tells."""
    named = set(re.findall(r"(?m): (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))

    assert set() == {str(page.relative_to(DOCS)) for page in PAGES} - named


@pytest.mark.slow
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    """No broken link, no page out of the navigation; nothing is loaded from elsewhere."""
    pytest.importorskip("material")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    pages = list(tmp_path.rglob("*.html"))
    loaded = {
        address
        for page in pages
        for address in re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"?(https?://[^\s\">]+)", page.read_text())
    }
    assert len(pages) >= len(PAGES)
    assert set() == loaded
