"""`genai-sentry classify`: an error text, a JSON body or a traceback becomes a classification."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.errors.advice import ADVICE, DEFAULT_LINK, LINKS
from genai_sentry.errors.classify import classify, known_families
from genai_sentry.errors.taxonomy import Classification, ErrorType

MAX_INPUT = 4_000_000
"""Bytes that are read; an error is shorter."""

STATUS = re.compile(r"[1-5][0-9]{2}")
"""An error that is no more than this is an HTTP status."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "error", nargs="?", metavar="ERROR", help="the error, its HTTP status, or the name of a file; - reads stdin"
    )
    parser.add_argument("--file", metavar="FILE", help="read the error from this file")
    parser.add_argument("--provider", metavar="NAME", help="who answered, such as openai or aws.bedrock")
    parser.add_argument("--status", type=int, metavar="CODE", help="the HTTP status; it may be all there is")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Classify and print; 1 where the error stays unknown, 2 where there is nothing to classify."""
    text = _input(arguments.error, arguments.file)
    if not text.strip() and arguments.status is None:
        raise UsageError("nothing to classify: give an error text, a file or --status, or pipe one in")
    body = _json(text)
    bare = int(text) if arguments.status is None and STATUS.fullmatch(text.strip()) else None
    found = classify(
        status=arguments.status if bare is None else bare,
        body=body,
        message=None if body is not None or bare is not None else text,
        provider=arguments.provider,
    )
    link = _link(text, arguments.provider)
    if arguments.json:
        print(json.dumps(_as_dict(found, link), indent=2, ensure_ascii=False))
    else:
        _show(found, link)
    return FOUND if found.type is ErrorType.UNKNOWN else OK


def _input(argument: str | None, file: str | None) -> str:
    if argument is not None and file is not None:
        raise UsageError("give an error or --file, not both")
    if file is not None:
        return _read(Path(file))
    if argument is None or argument == "-":
        if argument is None and sys.stdin.isatty():
            return ""
        return sys.stdin.buffer.read(MAX_INPUT).decode("utf-8", "replace")
    return _read(Path(argument)) if _is_file(argument) else argument


def _is_file(argument: str) -> bool:
    if len(argument) > 1000 or "\n" in argument or "{" in argument:
        return False
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):
        return False


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_INPUT).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def _json(text: str) -> object:
    """The body, where the whole text is JSON that is more than a word."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _link(text: str, provider: str | None) -> str:
    for family in known_families(text, provider):
        if family in LINKS:
            return LINKS[family]
    return DEFAULT_LINK


def _as_dict(found: Classification, link: str) -> dict[str, object]:
    return {
        "type": str(found.type),
        "reason": str(found.reason),
        "severity": str(found.severity),
        "retryable": found.retryable,
        "action": found.action,
        "retry_after": found.retry_after,
        "evidence": found.evidence,
        "details": dict(found.details),
        "advice": ADVICE[found.type],
        "link": link,
    }


_COLOURS = {"info": "cyan", "warning": "yellow", "error": "red", "fatal": "bold red"}


def _show(found: Classification, link: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    retry = "yes" if found.retryable else "no"
    if found.retry_after is not None:
        retry += f", after {found.retry_after:g} s" if found.retryable else f" (it says: after {found.retry_after:g} s)"
    rows = [
        ("type", Text(f"{found.type}/{found.reason}", style=_COLOURS[found.severity])),
        ("severity", Text(str(found.severity))),
        ("retryable", Text(retry)),
        ("evidence", Text(found.evidence)),
        ("action", Text(found.action)),
        ("what to do", Text(ADVICE[found.type])),
        ("see", Text(link)),
    ]
    if found.details:
        figures = ", ".join(f"{name} {value:,}" for name, value in found.details.items())
        rows.insert(3, ("figures", Text(figures)))
    for name, value in rows:
        table.add_row(name, value)
    Console().print(table)
