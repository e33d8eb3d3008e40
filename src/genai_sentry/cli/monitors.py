"""`genai-sentry monitors export|push`."""

from __future__ import annotations

import argparse

from genai_sentry.cli import objects
from genai_sentry.ops.monitors import monitors


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    objects.configure(parser, "monitors")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns its exit code."""
    if arguments.action == "export":
        return objects.export(monitors(objects.configured(arguments)), arguments.names)
    return objects.push(arguments, "detector", lambda config, api, project_id: (monitors(config), []))
