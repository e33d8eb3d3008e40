"""What `dashboards`, `monitors` and `alerts` have in common: export, and push with its plan."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.ops.api import Access, Api
from genai_sentry.ops.config import Config, load
from genai_sentry.ops.errors import ApiError, OpsError
from genai_sentry.ops.objects import Object
from genai_sentry.ops.push import Step, Stopped, apply, check_access, existing, plan

Describe = Callable[[Config, Api, str], tuple[list[Object], list[str]]]
"""Makes the objects to push, and notes about them; gets the API and the project's id."""


def configure(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `export` and `push` with their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    export = actions.add_parser("export", help=f"print {what} as JSON")
    export.add_argument("names", nargs="*", metavar="NAME", help="only these; a single one is printed bare")
    push = actions.add_parser(
        "push",
        help=f"bring Sentry's {what} to what is described",
        epilog="The auth token comes from SENTRY_AUTH_TOKEN.",
    )
    push.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
    push.add_argument("--prune", action="store_true", help="delete marked ones that are no longer described")
    push.add_argument("--url", help="Sentry server (SENTRY_URL, else https://sentry.io)")
    push.add_argument("--org", help="organisation slug (SENTRY_ORG)")
    if what != "dashboards":
        push.add_argument("--project", help="project slug (SENTRY_PROJECT)")
    push.add_argument("--json", action="store_true", help="print the steps as JSON")
    for command in (export, push):
        command.add_argument("--config", metavar="FILE", help="TOML file with thresholds, environments, routing")


def configured(arguments: argparse.Namespace) -> Config:
    """The configuration that was asked for; raises `UsageError`."""
    try:
        return load(arguments.config)
    except OpsError as error:
        raise UsageError(str(error)) from None


def export(objects: Sequence[Object], wanted: Sequence[str]) -> int:
    """Print payloads; raises `UsageError` for a name that does not exist."""
    by_key = {item.key: item.payload for item in objects}
    unknown = [name for name in wanted if name not in by_key]
    if unknown:
        raise UsageError(f"no {unknown[0]!r} here; there are {', '.join(by_key)}")
    chosen = [by_key[name] for name in wanted or by_key]
    print(json.dumps(chosen[0] if len(wanted) == 1 else chosen, indent=2))
    return OK


def push(arguments: argparse.Namespace, kind: str, describe: Describe) -> int:
    """Plan and carry out; raises `UsageError` where nothing was changed."""
    try:
        access = Access.of(
            os.environ,
            url=arguments.url,
            organization=arguments.org,
            project=getattr(arguments, "project", None),
            needs_project=kind != "dashboard",
        )
        if kind == "dashboard":
            access = Access(access.url, access.organization, token=access.token)
        api = Api(access)
        project_id = check_access(api, kind)
        objects, notes = describe(configured(arguments), api, project_id)
        mine = f"{access.project}/" if kind == "workflow" else ""
        steps = plan(kind, objects, existing(api, kind, project_id), prune=arguments.prune, mine=mine)
    except (OpsError, ApiError) as error:
        raise UsageError(f"{error}; nothing was changed") from None
    if kind == "detector" and any(step.action == "create" for step in steps):
        notes = [*notes, "new monitors notify nobody until `genai-sentry alerts push` connects them"]
    report = _Report(arguments, notes)
    if arguments.dry_run:
        return report.end(steps)
    try:
        apply(api, steps, project_id=project_id)
    except Stopped as stopped:
        if not any(step.state in ("done", "unclear") for step in steps):
            raise UsageError(f"{stopped}; nothing was changed") from None
        return report.end(steps, stopped)
    return report.end(steps)


class _Report:
    """What a push says: JSON for programs, a table for people."""

    def __init__(self, arguments: argparse.Namespace, notes: list[str]) -> None:
        self._json, self._dry, self._notes = arguments.json, arguments.dry_run, notes

    def end(self, steps: list[Step], stopped: Stopped | None = None) -> int:
        """Say what happened; returns the exit code."""
        if self._json:
            self._print_json(steps, stopped)
        else:
            self._print_table(steps, stopped)
        return FOUND if stopped else OK

    def _print_json(self, steps: list[Step], stopped: Stopped | None) -> None:
        rows = [
            {
                "action": step.action,
                "state": step.state,
                "kind": step.kind,
                "key": step.key,
                "title": step.title,
                "id": step.id,
                "differs": step.differs,
            }
            for step in steps
        ]
        print(json.dumps({"steps": rows, "notes": self._notes, "error": str(stopped) if stopped else None}, indent=2))

    def _print_table(self, steps: list[Step], stopped: Stopped | None) -> None:
        from rich.console import Console
        from rich.table import Table

        console = Console()
        table = Table("action", "state", "title", "id", "differs")
        for step in steps:
            shown = ", ".join(step.differs[:3]) + (" …" if len(step.differs) > 3 else "")
            table.add_row(step.action, step.state, step.title, step.id, shown)
        console.print(table)
        for note in self._notes:
            console.print(f"note: {note}", markup=False, highlight=False)
        console.print(_summary(steps, dry=self._dry), markup=False, highlight=False)
        if stopped:
            print(f"stopped: {stopped}", file=sys.stderr)


def _summary(steps: list[Step], *, dry: bool) -> str:
    states = [step.state for step in steps]
    if dry:
        return f"dry run: {sum(step.writes for step in steps)} to write, nothing was changed"
    order = ("done", "failed", "unclear", "not tried", "unchanged", "leftover")
    parts = [f"{states.count(state)} {state}" for state in order]
    return ", ".join(part for part in parts if not part.startswith("0 "))
