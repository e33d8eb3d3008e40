"""`genai-sentry queries`: named Sentry searches, ready to paste."""

from __future__ import annotations

import argparse
import dataclasses
import json

from genai_sentry.cli import OK, UsageError
from genai_sentry.ops.queries import DATASETS, QUERIES, Query


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; a single one is printed bare")
    parser.add_argument("--dataset", choices=DATASETS, help="only those for one explorer")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns its exit code."""
    by_name = {query.name: query for query in QUERIES}
    unknown = [name for name in arguments.names if name not in by_name]
    if unknown:
        raise UsageError(f"no query {unknown[0]!r}; there are {', '.join(by_name)}")
    chosen = [by_name[name] for name in arguments.names or by_name]
    if arguments.dataset:
        chosen = [query for query in chosen if query.dataset == arguments.dataset]
    if arguments.json:
        print(json.dumps([dataclasses.asdict(query) for query in chosen], indent=2))
    elif len(arguments.names) == 1 and chosen:
        print(chosen[0].query)
    else:
        _print_people(chosen)
    return OK


def _print_people(queries: list[Query]) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for query in queries:
        console.print(f"[bold]{query.name}[/bold] ({query.dataset})")
        console.print(f"  {query.about}", markup=False)
        for title, value in (
            ("search", query.query or "(none)"),
            ("show", ", ".join(query.fields)),
            ("group by", ", ".join(query.by)),
            ("sort", query.sort),
        ):
            if value:
                console.print(f"  {title + ':':<10}{value}", markup=False)
        console.print()
