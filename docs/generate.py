"""Fills the generated tables of the documentation from the code, between markers in the pages.

python docs/generate.py            # write
python docs/generate.py --check    # exit code 1 where a page does not say what the code says

A marker is `<!-- generated: NAME ARGUMENTS -->`, its end `<!-- end -->`.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from words import ATTRIBUTES, EVENT_TAGS, OTEL_METRICS, REASONS, REASONS_KO, SENTRY_METRICS

import genai_sentry
from genai_sentry.errors.advice import ADVICE
from genai_sentry.errors.taxonomy import KINDS, ErrorType, Reason
from genai_sentry.ops import config
from genai_sentry.settings import Settings
from genai_sentry.wire.formats import FORMATS

DOCS = Path(__file__).parent
MARKER = re.compile(r"(<!-- generated: ([^\n]*?) -->\n).*?(<!-- end -->)", re.S)


def main() -> int:
    """Write the pages, or say which are out of date."""
    stale = [page for page in pages() if filled(text := page.read_text(encoding="utf-8")) != text]
    if "--check" in sys.argv:
        for page in stale:
            sys.stdout.write(f"{page.relative_to(DOCS)}: out of date; run python docs/generate.py\n")
        return 1 if stale else 0
    for page in stale:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"{page.relative_to(DOCS)}: written\n")
    return 0


def pages() -> list[Path]:
    """All pages."""
    return sorted(DOCS.rglob("*.md"))


def filled(text: str) -> str:
    """A page's text with every generated part made anew."""
    return MARKER.sub(lambda found: f"{found[1]}\n{_made(found[2])}\n\n{found[3]}", text)


def _made(name: str) -> str:
    what, *arguments = name.split()
    return MAKERS[what](*arguments)


def table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


RETRY: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("yes", "no", "yes, but not {}", "only {}"),
    "ko": ("예", "아니요", "예, {} 제외", "{}만"),
}
"""Whether a retry helps: yes, no, and each with its exceptions."""

ERROR_HEADS: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("type", "Sentry level", "retry helps", "action"),
    "ko": ("유형", "Sentry 수준", "재시도가 도움이 되는가", "할 일(`llm_action_required`)"),
}


def retry_word(kind: ErrorType, language: str = "en") -> str:
    """Whether a type is retryable, with its exceptions."""
    facts = KINDS[kind]
    yes, no, but, only = RETRY[language]
    if not facts.exceptions:
        return yes if facts.retryable else no
    named = ", ".join(f"`{reason}`" for reason in sorted(facts.exceptions))
    return (but if facts.retryable else only).format(named)


def error_table(folder: str = "", language: str = "en") -> str:
    """All error types; their names link to the pages in `folder`."""
    rows = (
        (f"[`{kind}`]({folder}{kind}.md)", str(facts.severity), retry_word(kind, language), f"`{facts.action}`")
        for kind, facts in KINDS.items()
    )
    return table(ERROR_HEADS[language], rows)


def error_facts(name: str) -> str:
    """What is fixed for one type."""
    kind = ErrorType(name)
    facts = KINDS[kind]
    rows = iter(
        [
            ("Sentry level", str(facts.severity)),
            ("retry helps", retry_word(kind)),
            ("`llm_action_required`", f"`{facts.action}`"),
            ("in one sentence", ADVICE[kind]),
        ]
    )
    return table(("fact", "value"), rows)


def error_reasons(name: str, language: str = "en") -> str:
    """The reasons of one type."""
    kind = ErrorType(name)
    words = REASONS_KO if language == "ko" else REASONS
    rows = (
        (f"`{reason}`", words.get((kind, reason)) or words[(None, reason)])
        for reason in Reason
        if reason in KINDS[kind].reasons
    )
    return table(("이유" if language == "ko" else "reason", "뜻" if language == "ko" else "means"), rows)


def documented(docstring: str | None) -> dict[str, str]:
    """Descriptions in a docstring's `Attributes:` block, by name."""
    block = (docstring or "").partition("Attributes:")[2].strip("\n")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in block.splitlines():
        entry = re.match(r" {4,8}([a-z_0-9]+(?:, [a-z_0-9]+)*): (.*)", line)
        if entry and len(line) - len(line.lstrip()) <= 8:
            names = entry[1].split(", ")
            found.update(dict.fromkeys(names, entry[2]))
        elif names and line.strip():
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found


def settings_table() -> str:
    """Every setting: keyword, environment variable, default, meaning."""
    meanings = documented(Settings.__doc__)
    rows = (
        (
            f"`{item.name}`",
            f"`{item.metadata['env']}`" if "env" in item.metadata else "",
            f"`{_default(item)}`",
            re.sub(r"\s*\(`[A-Z_]+`\)", "", meanings[item.name]).strip(),
        )
        for item in dataclasses.fields(Settings)
    )
    return table(("setting", "environment variable", "default", "meaning"), rows)


def _default(item: dataclasses.Field[object]) -> object:
    return {} if item.default is dataclasses.MISSING else item.default


def attribute_table(group: str) -> str:
    """Span attributes of one group."""
    return table(("attribute", "value"), ((f"`{name}`", text) for name, text in ATTRIBUTES[group].items()))


def _plain(words: Mapping[str, str], *heads: str) -> Callable[[], str]:
    return lambda: table(heads, ((f"`{name}`", text) for name, text in words.items()))


def _three(words: Mapping[str, tuple[str, str]], *heads: str) -> Callable[[], str]:
    return lambda: table(heads, ((f"`{name}`", *texts) for name, texts in words.items()))


def format_table() -> str:
    """Every wire format."""
    rows = (
        (f"`{name}`", f"`{item.operation}`" if item.operation else "none: no inference", "yes" if item.priced else "no")
        for name, item in sorted(FORMATS.items())
    )
    return table(("wire format", "`gen_ai.operation.name`", "priced"), rows)


def monitor_table() -> str:
    """The monitors with their defaults."""
    rows = (
        (f"`{name}`", f"{item.threshold:g} {config.UNITS[name]}", f"{item.window_minutes} min", item.route)
        for name, item in config.Config().monitors.items()
    )
    return table(("monitor", "opens an issue above", "looks at", "tells"), rows)


def alert_table() -> str:
    """The alerts with their defaults."""
    rows = (
        (f"`{name}`", f"at most every {item.every_minutes} min", item.route)
        for name, item in config.Config().alerts.items()
    )
    return table(("alert", "notifies", "tells"), rows)


def config_keys(name: str) -> str:
    """The keys of one table of the TOML file."""
    cls = getattr(config, name)
    meanings = documented(cls.__doc__)
    return table(("key", "meaning"), ((f"`{item.name}`", meanings[item.name]) for item in dataclasses.fields(cls)))


def api_table() -> str:
    """Every public name with the first sentence of its documentation."""
    rows = (
        (f"`{name}`", _first_sentence(getattr(genai_sentry, name)))
        for name in sorted(genai_sentry.__all__, key=str.lower)
        if not name.startswith("__")
    )
    return table(("name", "what"), rows)


def _first_sentence(value: object) -> str:
    paragraph = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", paragraph)[0].rstrip(".")


def coverage_tables() -> str:
    """What is seen, beside others, as `python -m benchmarks.coverage` measured it."""
    folder = DOCS.parent / "benchmarks" / "coverage"
    made: str = runpy.run_path(str(folder / "report.py"))["tables"](json.loads((folder / "coverage.json").read_text()))
    return made


MAKERS: Mapping[str, Callable[..., str]] = {
    "api": api_table,
    "errors": error_table,
    "error": error_facts,
    "reasons": error_reasons,
    "settings": settings_table,
    "attributes": attribute_table,
    "tags": _plain(EVENT_TAGS, "tag", "value"),
    "otel-metrics": _three(OTEL_METRICS, "metric", "instrument", "what"),
    "sentry-metrics": _three(SENTRY_METRICS, "metric", "kind", "what"),
    "formats": format_table,
    "monitors": monitor_table,
    "alerts": alert_table,
    "config": config_keys,
    "coverage": coverage_tables,
}

if __name__ == "__main__":
    sys.exit(main())
