"""What an application feels while what it delivers to is in trouble: nothing, and what is lost is counted.

    python benchmarks/robustness/chaos.py [--calls 200] [--rounds 10] [--only sentry,collector,file] [--markdown FILE]

For each trouble two processes of an application are alive, one whose deliveries are sound and one whose deliveries are
not; they make their calls in short blocks, in turn (ABBA), so that whatever else the machine does burdens both. One
call in twenty fails. The receivers are in a process of their own. Told are the p99 of a call's wall time beside the
undisturbed one (of each block, the lower quartile over the blocks: what else the machine does only ever adds), what
arrived, and what was lost by `genai_sentry.stats()`. The first line, two sound processes, is the noise of the method.
Exit code 1 where the p99 exceeds the undisturbed by more than 5 % beyond that noise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SECTION = "<!-- chaos -->"

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "word"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13},
}
REFUSAL = {"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached", "type": "requests"}}

TROUBLES = ("down", "silent", "slow", "resetting", "429", "413", "500")
"""`silent` takes the connection and never answers; `slow` answers after a second."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is in trouble, and how."""

    target: str
    trouble: str

    def __str__(self) -> str:
        return f"{self.target} {self.trouble}" if self.trouble else "all sound (noise)"


CONDITIONS = (
    Condition("sentry", ""),
    *(Condition("sentry", trouble) for trouble in TROUBLES),
    *(Condition("collector", trouble) for trouble in TROUBLES),
    Condition("file", "disk full"),
)


# The application -------------------------------------------------------------------------------------------------


def application(target: str, dsn: str, collector: str, file: str) -> None:
    """Make a block of calls for each line that is read, and print how long each took; at the end what was lost."""
    import httpx2
    import openai

    import genai_sentry

    _deliver(target, collector, file)
    genai_sentry.init(
        dsn,
        settings=genai_sentry.Settings(http_spans=False, event_interval_s=1.0),
        sentry_options={"auto_enabling_integrations": False},
    )
    counter = iter(range(10**9))

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(429, json=REFUSAL) if next(counter) % 20 == 0 else httpx2.Response(200, json=ANSWER)

    transport = httpx2.MockTransport(answer)
    client = openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=transport), max_retries=0)

    def block(calls: int) -> list[float]:
        took: list[float] = []
        for number in range(calls):
            began = time.perf_counter()
            with contextlib.suppress(openai.APIError):
                client.chat.completions.create(model=f"model-{number % 5}", messages=[{"role": "user", "content": "x"}])
            took.append(time.perf_counter() - began)
            time.sleep(0.001)
        return took

    for line in sys.stdin:
        print(json.dumps(block(int(line))), flush=True)
    genai_sentry.flush(15.0)  # what still waits is counted nowhere
    stats = genai_sentry.stats()
    print(json.dumps({"calls": stats.calls, "lost": stats.lost, "why": stats.lost_by_reason}), flush=True)
    os._exit(0)  # what a silent server still holds is of no interest here


def _deliver(target: str, collector: str, file: str) -> None:
    """Spans to Sentry, unless to a collector or a file."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

    if target == "sentry":
        return
    exporter: SpanExporter
    if target == "collector":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter(endpoint=f"{collector}/v1/traces", timeout=2)
    else:
        from genai_sentry.telemetry.file_exporter import FileSpanExporter

        exporter = FileSpanExporter(file)
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


# The receivers ---------------------------------------------------------------------------------------------------


def receivers() -> None:
    """Two for each line that is read, Sentry's and the collector's; told are their addresses, later what arrived."""
    from genai_sentry.testing import SentryReceiver

    for line in sys.stdin:
        target, _, trouble = line.strip().partition(" ")
        with SentryReceiver() as sentry, SentryReceiver() as collector:
            disturbed = {"sentry": sentry, "collector": collector}.get(target)
            if disturbed is not None and trouble:
                disturb(disturbed, trouble)
            print(json.dumps([sentry.dsn, collector.url]), flush=True)
            sys.stdin.readline()
            spans = {"sentry": len(sentry.spans), "collector": len(collector.spans)}.get(target)
            print(json.dumps([len(sentry.events), spans]), flush=True)


def disturb(receiver: Any, trouble: str) -> None:
    """Make a receiver behave as asked."""
    if trouble.isdigit():
        receiver.respond(int(trouble), retry_after=60 if trouble == "429" else None)
    elif trouble == "down":
        receiver.close()
    elif trouble == "resetting":
        receiver.reset_connections(True)
    else:
        receiver.hang(1 if trouble == "slow" else 600)


# The comparison --------------------------------------------------------------------------------------------------


class Child:
    """A process that answers each line by a line of JSON."""

    def __init__(self, *arguments: str) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SENTRY_", "OTEL_"))}
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=kept,
        )

    def ask(self, line: str) -> Any:
        """Send a line and read the answer."""
        self._stream(self._process.stdin).write(f"{line}\n")
        self._stream(self._process.stdin).flush()
        return json.loads(self._stream(self._process.stdout).readline())

    def end(self) -> Any:
        """Close its input; the last answer, if any."""
        self._stream(self._process.stdin).close()
        rest = self._stream(self._process.stdout).read().strip()
        self._process.wait(60)
        return json.loads(rest) if rest else None

    @staticmethod
    def _stream(stream: IO[str] | None) -> IO[str]:
        assert stream is not None
        return stream


@dataclass(slots=True)
class Row:
    """What came of one condition."""

    condition: Condition
    sound_us: float
    disturbed_us: float
    calls: int
    arrived: tuple[int, int | None]
    """Events at Sentry, and spans where they are in trouble: at Sentry or the collector."""
    lost: dict[str, int]
    why: dict[str, int]

    @property
    def ratio(self) -> float:
        """The disturbed p99 by the undisturbed."""
        return self.disturbed_us / self.sound_us


@contextlib.contextmanager
def _application(condition: Condition, folder: Path) -> Iterator[tuple[Child, Child]]:
    server = Child("--receivers")
    dsn, collector = server.ask(str(condition.target) + (f" {condition.trouble}" if condition.trouble else ""))
    file = "/dev/full" if condition.trouble == "disk full" else str(folder / f"spans-{threading.get_ident()}.jsonl")
    child = Child("--application", condition.target, dsn, collector, file)
    try:
        yield child, server
    finally:
        with contextlib.suppress(OSError, ValueError):
            server.end()


def compare(condition: Condition, calls: int, rounds: int, folder: Path) -> Row:
    """Let a sound and a disturbed application run in turn."""
    sound: list[list[float]] = []
    disturbed: list[list[float]] = []
    with (
        _application(Condition(condition.target, ""), folder) as (first, _),
        _application(condition, folder) as (second, server),
    ):
        for child in (first, second):
            child.ask(str(calls))  # imports, connections, first failures
        for number in range(rounds):
            pairs = [(first, sound), (second, disturbed)]
            for child, took in pairs if number % 2 else reversed(pairs):
                took.append(child.ask(str(calls)))
        first.end()
        told = second.end()
        arrived = server.ask("")
    return Row(condition, _p99(sound), _p99(disturbed), told["calls"], tuple(arrived), told["lost"], told["why"])


def _p99(blocks: list[list[float]]) -> float:
    each = sorted(sorted(took)[len(took) * 99 // 100] for took in blocks)
    return each[len(each) // 4] * 1e6


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| delivery | p99, undisturbed | p99, disturbed | ratio | events arrived | spans arrived | lost, as counted |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        lost = ", ".join(f"{count} {kind}" for kind, count in sorted(row.lost.items()))
        why = ", ".join(f"`{reason}`" for reason in sorted(row.why))
        cells = (
            str(row.condition),
            f"{row.sound_us:,.0f} µs",
            f"{row.disturbed_us:,.0f} µs",
            f"{row.ratio:.2f}",
            str(row.arrived[0]),
            "" if row.arrived[1] is None else str(row.arrived[1]),
            f"{lost} ({why})" if lost else "nothing",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 where the application felt something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200, help="in one block")
    parser.add_argument("--rounds", type=int, default=10, help="blocks of each process")
    parser.add_argument("--only", default="sentry,collector,file", help="what gets into trouble")
    parser.add_argument("--markdown", type=Path, help=f"a page whose part between two {SECTION} gets the table")
    parser.add_argument("--application", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--receivers", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.application:
        application(*arguments.application)
    if arguments.receivers:
        receivers()
        return 0
    wanted = arguments.only.split(",")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for condition in CONDITIONS:
            if condition.target in wanted or not condition.trouble:
                rows.append(compare(condition, arguments.calls, arguments.rounds, Path(folder)))
                print(table(rows).splitlines()[-1], flush=True)
    print(f"\n{table(rows)}")
    if arguments.markdown:
        before, _, after = arguments.markdown.read_text("utf-8").split(SECTION)
        text = f"{before}{SECTION}\n{table(rows)}\n{SECTION}{after}"
        arguments.markdown.write_text(text, "utf-8")
    noise = max(1.0, rows[0].ratio, 1 / rows[0].ratio)
    return int(any(row.ratio > 1.05 * noise for row in rows[1:]))


if __name__ == "__main__":
    sys.exit(main())
