"""`genai-sentry dashboards export|push`."""

from __future__ import annotations

import argparse

from genai_sentry.cli import objects
from genai_sentry.ops.dashboards import dashboards


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    objects.configure(parser, "dashboards")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns its exit code."""
    if arguments.action == "export":
        return objects.export(dashboards(objects.configured(arguments)), arguments.names)
    return objects.push(arguments, "dashboard", lambda config, api, project_id: (dashboards(config), []))
