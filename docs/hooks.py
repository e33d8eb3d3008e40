"""Checks, while the site is built, that its generated tables say what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

GENERATE = Path(__file__).with_name("generate.py")


def on_pre_build(config: MkDocsConfig) -> None:
    """Stop the build where a page is out of date."""
    done = subprocess.run([sys.executable, GENERATE, "--check"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PluginError(f"{done.stdout}{done.stderr}".strip())
