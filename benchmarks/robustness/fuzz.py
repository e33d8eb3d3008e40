"""Coverage-guided fuzzing of what reads a provider's bytes: decoders, encodings, headers, classifier, scrubbing,
and of what is made of them: hidden usage, results of batches.

    python benchmarks/robustness/fuzz.py --seconds 120             # each target so long, one after the other
    python benchmarks/robustness/fuzz.py --target wire --seconds 3600

Needs `atheris` (pip install atheris). Each target holds what must be true of any input: nothing raises, an answer in
pieces says what the whole one says, counts are counts, no secret stays in a message. Inputs that break it, or take
longer than ten seconds or two gigabytes, stop the target and are kept in `--artifacts`. Printed are executions,
executions a second, and coverage (edges of the instrumented modules that were taken).
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECRET = "sk-proj-4f9aa8b7c6d5e4f3a2b1"
PROMPT = "please keep these eight odd words to yourself"

CHAT = (
    b'{"id": "c", "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "hi"}}], '
    b'"usage": {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}}}'
)
SEEDS: tuple[bytes, ...] = (
    CHAT,
    b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: {"choices": [], "usage": {"prompt_tokens": 1}}\n\n',
    b'event: message_start\ndata: {"type": "message_start", "message": {"id": "i", "usage": {"input_tokens": 2}}}\n\n',
    b'event: response.completed\ndata: {"type": "response.completed", "response": {"status": "completed"}}\n\n',
    b'{"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 2}}',
    b'{"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded", "type": "requests"}}',
    b'[{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "7s"}]}}]',
    b"<html><head><title>502 Bad Gateway</title></head></html>",
    b'{"done": true, "done_reason": "stop", "prompt_eval_count": 3}\n{"message": {"content": "x"}}\n',
    gzip.compress(CHAT),
    zlib.compress(CHAT),
    b"x-ratelimit-limit-requests: 60\nx-ratelimit-reset-requests: 1m2s\nretry-after: 3\n",
    b'data: {"choices": [{"delta": {}}], "usage": null}\n\ndata: {"choices": [], "usage": {"prompt_tokens": 1}}\n\n',
    b'{"custom_id": "a", "response": {"status_code": 200, "body": %s}}\n' % CHAT,
    b'{"custom_id": "a", "result": {"type": "errored", "error": {"error": {"type": "overloaded_error"}}}}\n',
    b'{"key": "a", "response": {"candidates": [], "usageMetadata": {"promptTokenCount": 2}}}\n{"status": {}}\n',
    b"Try again in 1h2m3.5s. https://host/v1?key=abc Bearer abcdefgh 'input': 'word'",
)

Check = Callable[[bytes], None]


def wire() -> Check:
    """Decoders of every wire format."""
    from genai_sentry.wire.formats import FORMATS
    from genai_sentry.wire.outcome import Outcome, Usage

    formats = [FORMATS[name] for name in sorted(FORMATS)]
    counts = [item.name for item in fields(Usage)]

    def sound(outcome: Outcome) -> None:
        assert isinstance(outcome, Outcome)
        for name in counts:
            value = getattr(outcome.usage, name, None)
            assert value is None or (type(value) in (int, float) and value >= 0), (name, value)
        texts = (outcome.model, outcome.id, outcome.service_tier, *outcome.finish_reasons)
        assert all(text is None or (len(text) <= 256 and text.isprintable()) for text in texts), texts

    def check(data: bytes) -> None:
        if len(data) < 3:
            return
        format, step, capture, body = formats[data[0] % len(formats)], data[1] % 64 + 1, data[2] & 1 == 1, data[3:]
        sound(format.response(body, None, capture=capture))
        whole, pieces = format.reader(capture=capture), format.reader(capture=capture)
        whole.feed(body)
        for begin in range(0, len(body), step):
            pieces.feed(body[begin : begin + step])
        one, other = whole.finish(), pieces.finish()
        sound(one)
        assert one == other, (format.name, step, one, other)
        facts = format.request_bytes(body, None, "/v1/x", capture=capture)
        assert facts.model is None or (len(facts.model) <= 256 and facts.model.isprintable())

    return check


def encodings() -> Check:
    """Content encodings, however cut."""
    from genai_sentry.wire import encoding

    names = ["gzip", "deflate", "br", "zstd", "gzip, br", "deflate, deflate"]

    def check(data: bytes) -> None:
        if len(data) < 2:
            return
        name, step, body = names[data[0] % len(names)], data[1] + 1, data[2:]
        whole, pieces = encoding.decoder(name), encoding.decoder(name)
        assert whole is not None
        assert pieces is not None
        out = whole.feed(body)
        other = b"".join(pieces.feed(body[begin : begin + step]) for begin in range(0, len(body), step))
        assert len(out) <= encoding.MAX_OUTPUT
        assert whole.failed or (out == other and not pieces.failed), name

    return check


def headers() -> Check:
    """Rate limits and waits in headers."""
    from genai_sentry.ratelimit import read

    def check(data: bytes) -> None:
        lines = [line.partition(":") for line in data.decode("latin-1").split("\n")]
        limits = read({name.strip(): value.strip() for name, _, value in lines}, ("openai", "anthropic")[len(data) % 2])
        if limits is None:
            return
        for name, value in limits._asdict().items():
            assert value is None or name == "windows" or (value >= 0 and value - value == 0), (name, value)
        assert all(0 <= ratio <= 1 for ratio in limits.ratios().values())

    return check


def classifier() -> Check:
    """Any body, message, status and headers."""
    from genai_sentry.errors.classify import classify
    from genai_sentry.errors.error_type import error_type
    from genai_sentry.errors.taxonomy import KINDS

    def check(data: bytes) -> None:
        if len(data) < 2:
            return
        status = (None, 200, 400, 401, 403, 404, 413, 429, 500, 503, 529)[data[0] % 11]
        body: object = data[2:]
        text = data[2:].decode("utf-8", "replace")
        if data[1] & 1:
            try:
                body = json.loads(text)
            except (ValueError, RecursionError):
                body = text
        found = classify(
            body=body, status=status, message=text if data[1] & 2 else None, headers={"retry-after": text[:9]}
        )
        assert found.reason in KINDS[found.type].reasons
        assert 0 < len(found.evidence) <= 200
        assert "\n" not in found.evidence
        assert found.retry_after is None or 0 <= found.retry_after < 1e8
        assert all(value >= 0 for value in found.details.values())
        assert error_type(body=body, status=status)

    return check


def scrubbing() -> Check:
    """A key and a prompt anywhere in any text."""
    from genai_sentry.sentry.scrub import Echo, message

    body = json.dumps({"messages": [{"role": "user", "content": PROMPT}]}).encode()

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "replace")[:1500]
        middle = len(text) // 2
        kept = message(f"{text[:middle]} {SECRET} {text[middle:]}")
        assert SECRET not in kept, kept
        kept = message(f"{text[:middle]} {PROMPT} {text[middle:]}", echo=Echo(body))
        assert PROMPT not in kept, kept

    return check


def hiding() -> Check:
    """The chunk with the usage that was asked for, hidden from the application: nothing else is."""
    from genai_sentry import usage_injection
    from genai_sentry.wire import fields, sse

    def said(stream: bytes) -> list[object]:
        """What an application reads of a stream's events, but for usage that is null."""
        found: list[object] = []
        for event in sse.with_boundaries(stream + b"\n\n"):
            data = sse.data_of(event)[1]
            value = fields.loads(data) or (data == b"[DONE]")
            if isinstance(value, dict):
                if value.get("choices") == [] and isinstance(value.get("usage"), dict):
                    continue
                value = {key: item for key, item in value.items() if key != "usage" or item is not None}
            found.append(value)
        return [value for value in found if value]

    def check(data: bytes) -> None:
        if len(data) < 2:
            return
        step, stream = data[0] % 64 + 1, data[1:]
        whole, pieces = usage_injection.Hider(), usage_injection.Hider()
        out = whole.feed(stream) + whole.rest()
        other = b"".join(pieces.feed(stream[begin : begin + step]) for begin in range(0, len(stream), step))
        assert out == other + pieces.rest(), step
        assert out == stream or b'"usage"' in stream
        if b"\\u" not in stream and stream.count(b"usage") < 2:
            assert said(out) == said(stream)
        asked, given = usage_injection.with_usage(stream), fields.loads(stream)
        if asked is not None and isinstance(given, dict) and given:
            options = {**(given.get("stream_options") or {}), "include_usage": True}
            assert {**given, "stream_options": options} == fields.loads(asked)

    return check


def batches() -> Check:
    """Results of a batch, a line each."""
    from genai_sentry import record_batch_results

    def check(data: bytes) -> None:
        results = record_batch_results(data, events=False)
        assert len(results.items) == results.succeeded + results.failed + results.cancelled
        assert results.failed == sum(results.failures_by_type.values())
        assert results.input_tokens >= 0
        assert results.output_tokens >= 0
        assert 0 <= results.cost_usd < float("inf")

    check(b"{}\n")  # waits for the prices
    return check


TARGETS: dict[str, tuple[Callable[[], Check], tuple[str, ...]]] = {
    "wire": (wire, ("genai_sentry.wire",)),
    "encodings": (encodings, ("genai_sentry.wire.encoding",)),
    "headers": (headers, ("genai_sentry.ratelimit",)),
    "classifier": (classifier, ("genai_sentry.errors",)),
    "scrubbing": (scrubbing, ("genai_sentry.sentry.scrub",)),
    "hiding": (hiding, ("genai_sentry.usage_injection", "genai_sentry.wire.sse")),
    "batches": (batches, ("genai_sentry.batches", "genai_sentry.wire", "genai_sentry.pricing")),
}
"""Each target and the modules whose coverage guides it."""


def words() -> Iterator[str]:
    """Short texts of the readers' source, as a dictionary for the fuzzer: keys, codes, ends of formats."""
    for folder in ("wire", "errors", "ratelimit"):
        for path in (ROOT / "src/genai_sentry" / folder).glob("*.py"):
            yield from re.findall(r"\"([\w.:/\[\]-]{3,30})\"", path.read_text(encoding="utf-8"), re.ASCII)


def run(target: str, seconds: int, artifacts: Path) -> None:
    """One target in this process; ends it."""
    import atheris

    make, modules = TARGETS[target]
    with atheris.instrument_imports(include=list(modules)):
        check = make()
    with tempfile.TemporaryDirectory() as folder:
        corpus, known = Path(folder) / "corpus", Path(folder) / "words.txt"
        corpus.mkdir()
        for number, seed in enumerate(SEEDS):
            (corpus / f"{number}").write_bytes(
                seed if target in ("headers", "scrubbing", "batches") else bytes([number, 7, 1]) + seed
            )
        known.write_text("".join(f'"{word}"\n' for word in sorted(set(words()))), encoding="ascii")
        options = [
            f"-max_total_time={seconds}",
            "-print_final_stats=1",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-max_len=4096",
        ]
        options += [f"-dict={known}", f"-artifact_prefix={artifacts}/{target}-", "-verbosity=1", str(corpus)]
        atheris.Setup([sys.argv[0], *options], check)
        atheris.Fuzz()


def main() -> int:
    """Run the targets, each in a process of its own; 1 where one of them found something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", action="append", choices=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--artifacts", type=Path, default=Path("fuzz-artifacts"))
    parser.add_argument("--inside", choices=list(TARGETS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: python -m pip install atheris")
    arguments.artifacts.mkdir(parents=True, exist_ok=True)
    if arguments.inside:
        run(arguments.inside, arguments.seconds, arguments.artifacts.resolve())
        return 0
    faults = 0
    for target in arguments.target or TARGETS:
        command = [sys.executable, __file__, "--inside", target, "--seconds", str(arguments.seconds)]
        command += ["--artifacts", str(arguments.artifacts)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stderr + done.stdout
        covered = re.findall(r"cov: (\d+)", said)
        runs, rate = (
            re.findall(rf"{name}:\s+(\d+)", said) for name in ("number_of_executed_units", "average_exec_per_sec")
        )
        figures = [
            f"{(found or ['?'])[-1]} {unit}" for found, unit in ((runs, "runs"), (rate, "a second"), (covered, "edges"))
        ]
        print(f"{target}: {', '.join(figures)}, {'a fault' if done.returncode else 'no fault'}", flush=True)
        if done.returncode:
            faults += 1
            print("\n".join(said.splitlines()[-60:]), flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
