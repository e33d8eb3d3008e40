"""`genai-sentry demo`: simulated traffic, failures included, and what arrives of it in Sentry."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys

from genai_sentry.cli import FOUND, OK, UsageError

PAUSE_S = 0.12
"""Pause after each step, so that a person can follow, in seconds."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--dsn",
        help="also send what was recorded to this Sentry (default: the environment variable SENTRY_DSN, else nowhere)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--fast", action="store_true", help="no pauses between the steps")


def run(arguments: argparse.Namespace) -> int:
    """Play, show, compare.

    Returns:
        0 where all that was simulated was reported as it was, else 1.

    Raises:
        UsageError: openai is not installed, or the DSN is none.
    """
    if importlib.util.find_spec("openai") is None:
        raise UsageError("the demo drives the openai SDK, which is not installed: python -m pip install openai")
    from rich.console import Console

    from genai_sentry.cli.demo.forward import Target, forward
    from genai_sentry.cli.demo.play import play
    from genai_sentry.cli.demo.show import Screen, document

    dsn = arguments.dsn or os.environ.get("SENTRY_DSN")
    try:
        target = Target.of(dsn) if dsn else None
    except ValueError as error:
        raise UsageError(f"--dsn: {error}") from None
    console = Console(stderr=arguments.json, quiet=arguments.json)
    screen = Screen(console)
    screen.begin()
    outcome = play(screen.step, pause_s=PAUSE_S if console.is_terminal and not arguments.fast else 0.0)
    undelivered = list(forward(outcome.deliveries, target)) if target else []
    if arguments.json:
        print(document(outcome))
    screen.end(outcome)
    for problem in undelivered:
        print(f"genai-sentry demo: not delivered: {problem}", file=sys.stderr)
    if target and not undelivered:
        console.print(f"\nSent to {target.host}, too. Look at {target.where_to_look()}.", soft_wrap=True)
    return FOUND if outcome.differences or undelivered else OK
