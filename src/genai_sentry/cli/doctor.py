"""`genai-sentry doctor`: what is wrong with a set-up, and how to put it right."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.ops.doctor import CREDENTIALS, ENVIRONMENT, NETWORK, PROCESS, Facts, Finding, Report, examine
from genai_sentry.ops.doctor.app import set_up
from genai_sentry.ops.doctor.facts import of_environment, of_process
from genai_sentry.ops.doctor.sending import Sent, send
from genai_sentry.ops.errors import OpsError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument(
        "--app",
        metavar="MODULE[:CALLABLE]",
        help="the service's own set-up: imported (and called) here, then looked at, with a test failure that goes "
        "through its hooks to this machine only; without it only variables, packages and the way to Sentry are",
    )
    parser.add_argument("--offline", action="store_true", help="do not look whether Sentry can be reached")
    parser.add_argument(
        "--check-credentials", action="store_true", help="ask providers whether they take the keys that are set"
    )
    parser.add_argument("--send-test", action="store_true", help="send an event and a span, and say where they are")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns its exit code: 1 where something is wrong."""
    facts = of_environment()
    kinds = {ENVIRONMENT} | (set() if arguments.offline else {NETWORK})
    if arguments.check_credentials:
        kinds.add(CREDENTIALS)
    try:
        failure = _process(arguments, facts)
        if (arguments.app or facts.launched) and not failure:
            kinds.add(PROCESS)
        report = examine(facts, kinds)
        if failure:
            report = dataclasses.replace(report, findings=(*report.findings, _failed(arguments.app, failure)))
        sent = send(facts) if arguments.send_test else None
    except OpsError as error:
        raise UsageError(str(error)) from None
    if arguments.json:
        _print_json(report, sent)
    else:
        _print_people(report, sent, told=bool(arguments.app) or PROCESS in kinds)
    return FOUND if report.findings or (sent and sent.complaints) else OK


def _process(arguments: argparse.Namespace, facts: Facts) -> str:
    """Set up the service, or for a test message this package alone; what failed in the service's code.

    Under `opentelemetry-instrument` the launcher has set this process up, and it is looked at as it is.
    """
    if arguments.app:
        return set_up(facts, arguments.app)
    if arguments.send_test:
        from genai_sentry.settings import SettingsError
        from genai_sentry.setup import init

        try:
            init()
        except SettingsError as error:
            raise OpsError(f"--send-test: {error}") from None
        of_process(facts)
    elif facts.launched:
        of_process(facts)
    return ""


def _failed(app: str, failure: str) -> Finding:
    return Finding(
        "setup-failed",
        f"The service's set-up ({app}) failed: {failure}",
        "Make it run by itself first; name a callable that sets up telemetry alone, if there is one.",
    )


def _print_json(report: Report, sent: Sent | None) -> None:
    answer = {
        "findings": [dataclasses.asdict(found) for found in report.findings],
        "checked": report.checked,
        "skipped": report.skipped,
        "sent": dataclasses.asdict(sent) if sent else None,
    }
    print(json.dumps(answer, indent=2))


def _print_people(report: Report, sent: Sent | None, *, told: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if report.findings:
        table = Table("finding", "problem", "fix", show_lines=True)
        for found in report.findings:
            table.add_row(found.id, Text(found.problem), Text(found.fix))
        console.print(table)
    else:
        console.print("Nothing found.")
    console.print(f"checked: {', '.join(report.checked)}", markup=False)
    if report.skipped:
        console.print(f"not checked: {', '.join(report.skipped)}", markup=False)
    if not told:
        print("the service's own set-up was not looked at: name it with --app module:callable", file=sys.stderr)
    if sent:
        _print_sent(sent)


def _print_sent(sent: Sent) -> None:
    lines = [
        f"sent an event: search Issues for id:{sent.event_id}",
        f"sent a span: search Explore, Traces for trace:{sent.trace_id}",
        *sent.links,
        *(f"complaint: {text}" for text in sent.complaints),
    ]
    for line in lines:
        print(line)
