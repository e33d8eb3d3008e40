"""Runs the Python blocks of documentation pages: `python run_pages.py PAGE…` prints what went wrong, by page, as JSON.

All blocks of a page run in order in one process, as a reader would paste them. Each page has a process of its own,
forked from one that has imported what is slow to import. The environment leads to a simulated provider and a
recording Sentry, both in this process.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import linecache
import os
import re
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)```python[^\n]*\n(?P<code>.*?)^(?P=indent)```$", re.M | re.S)
SLOW = (
    "genai_prices",
    "genai_sentry.setup",
    "genai_sentry.testing",
    "openai.resources.chat",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.instrumentation.httpx",
    "sentry_sdk",
)
"""Imported once, before the processes fork."""
IMPORTED = re.compile(r"^\s*(?:import|from) (\w+)", re.M)


def blocks(page: Path) -> list[tuple[int, str]]:
    """Line number and code of each block."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, found.start("code")), found["code"]) for found in FENCE.finditer(text)]


def missing(page: Path) -> list[str]:
    """Modules that the page's blocks import and that are not installed."""
    names = {name for _, code in blocks(page) for name in IMPORTED.findall(code)}
    return sorted(name for name in names if importlib.util.find_spec(name) is None)


def run(page: Path) -> str:
    """Run a page's blocks; the traceback of the first that fails, empty where none does."""
    from genai_sentry.testing import SentryReceiver, SimulatedProvider

    namespace: dict[str, object] = {"__name__": "__main__"}
    with SentryReceiver() as sentry, SimulatedProvider() as provider, redirect_stdout(io.StringIO()):
        os.environ.update(SENTRY_DSN=sentry.dsn, OPENAI_BASE_URL=provider.base_url, OPENAI_API_KEY="sk-none")
        for line, code in blocks(page):
            name = f"{page.name}:{line + 1}"
            linecache.cache[name] = (len(code), None, code.splitlines(True), name)
            try:
                exec(compile(code, name, "exec"), namespace)
            except BaseException:
                return traceback.format_exc()
    return ""


def forked(page: Path) -> str:
    """Run a page in a forked process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            answer.write(run(page))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = answer.read()
    status = os.waitpid(child, 0)[1]
    return found or (f"ended with status {status}" if status else "")


def main() -> None:
    """Run all pages."""
    for module in SLOW:
        importlib.import_module(module)
    from sentry_sdk.integrations import iter_default_integrations

    for _ in iter_default_integrations(True):  # each looks for the library that it is for
        pass
    pages = [Path(argument) for argument in sys.argv[1:]]
    found = {str(page): [f"needs {', '.join(lacking)}", ""] if (lacking := missing(page)) else ["", forked(page)]
             for page in pages}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
