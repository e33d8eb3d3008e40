"""`genai-sentry alerts export|push`."""

from __future__ import annotations

import argparse
import sys

from genai_sentry.cli import objects
from genai_sentry.ops.alerts import alerts
from genai_sentry.ops.api import Api
from genai_sentry.ops.channels import resolve
from genai_sentry.ops.config import Config
from genai_sentry.ops.connections import connect
from genai_sentry.ops.objects import Object


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    objects.configure(parser, "alerts")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns its exit code."""
    if arguments.action == "export":
        code = objects.export(alerts(objects.configured(arguments)), arguments.names)
        print("ids of integrations, services and monitors are filled in by push", file=sys.stderr)
        return code
    return objects.push(arguments, "workflow", _describe)


def _describe(config: Config, api: Api, project_id: str) -> tuple[list[Object], list[str]]:
    routes = {item.route for item in alerts(config)}
    channels, notes = resolve(api, config, routes)
    wanted = alerts(config, project=api.access.project, channels=channels)
    connect(wanted, api, project_id)
    return wanted, notes
