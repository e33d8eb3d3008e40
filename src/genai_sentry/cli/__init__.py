"""`genai-sentry …`: one module per command, imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS: dict[str, str] = {
    "demo": "run simulated traffic, failures included, and show what arrives",
    "doctor": "find what is wrong with a set-up",
    "classify": "classify an error text, a JSON body or a traceback",
    "prices": "show what models cost",
    "estimate": "estimate a month's cost and compare models",
    "report": "make an HTML report from spans",
    "queries": "print named Sentry searches",
    "dashboards": "export or push Sentry dashboards",
    "monitors": "export or push Sentry monitors",
    "alerts": "export or push Sentry alerts",
}
"""Command and what it does. `genai_sentry.cli.<command>` has `configure(parser)` and `run(arguments) -> int`."""

OK, FOUND, USAGE = 0, 1, 2
"""Exit codes: all is well, something was found, wrong usage."""


class UsageError(Exception):
    """Wrong usage: the message goes to standard error, the exit code is 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    from genai_sentry.version import __version__

    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="genai-sentry", description="LLM calls in production, observable in Sentry.")
    parser.add_argument("--version", action="version", version=f"genai-sentry {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == wanted:
            importlib.import_module(f"genai_sentry.cli.{name}").configure(command)
    parsed = parser.parse_args(arguments)
    try:
        return int(importlib.import_module(f"genai_sentry.cli.{parsed.command}").run(parsed))
    except UsageError as error:
        print(f"genai-sentry {parsed.command}: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        return OK
    except KeyboardInterrupt:
        return 130
