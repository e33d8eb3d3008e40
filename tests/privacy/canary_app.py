"""An application with a distinctive value in every place where a secret can be: run by the canary test, as a script.

Standard input is JSON: a list of runs, `{"settings", "sentry", "variant", "without"}`. Each runs in a fork, so that
modules are imported once. Standard output is one JSON line a run: in which receiver which value was seen.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import secrets
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pydantic
import sentry_sdk
import sentry_sdk.integrations.httpx
import sentry_sdk.integrations.httpx2
import sentry_sdk.integrations.openai
import sentry_sdk.integrations.stdlib
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor, HTTPXClientInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

import genai_sentry
import genai_sentry.launcher.exporter
import genai_sentry.triage
from genai_sentry import own_provider
from genai_sentry.telemetry.file_exporter import FileSpanExporter
from genai_sentry.testing import SentryReceiver, SimulatedProvider
from privacy.takeouts import TAKEOUTS

PLACES = (
    *("prompt", "system", "tool", "argument", "schema", "stop", "user", "metadata", "key", "org", "header", "query"),
    *("embedding", "input", "local", "extra", "image", "output", "collector", "imagequery"),
)
FAILURES = ("rate_limit", "quota_exceeded", "context_length", "authentication", "content_filter", "invalid_request",
            "server_error", "model_unavailable", "permission_denied")  # fmt: skip
TRACE_HEADERS = ("traceparent", "tracestate", "sentry-trace", "baggage")


def canaries() -> dict[str, str]:
    """A value for each place, of the shape that such values have; longer than whatever may be quoted."""
    made = {place: f"{place} {' '.join(secrets.token_hex(3) for _ in range(18))}" for place in PLACES}
    made |= {place: f"{place}{secrets.token_hex(12)}" for place in ("header", "query", "local", "image", "imagequery")}
    made |= {place: f"{place}{secrets.token_hex(12)}" for place in ("metadata", "user", "stop", "extra", "collector")}
    return made | {"key": f"sk-proj-{secrets.token_hex(20)}", "org": f"org-{secrets.token_hex(12)}"}


class Answer(pydantic.BaseModel):
    """What structured output is parsed into."""

    number: int


class App:
    """The application's calls."""

    def __init__(self, canary: dict[str, str], provider: SimulatedProvider) -> None:
        self.canary = canary
        self.provider = provider
        self.client = openai.OpenAI(
            base_url=provider.base_url, api_key=canary["key"], organization=canary["org"], max_retries=0,
            default_headers={"x-tenant": canary["header"]}, default_query={"session": canary["query"]},
        )  # fmt: skip
        image = "https://pictures.test/cat.png?signature=" + canary["imagequery"]
        self.messages: list[Any] = [
            {"role": "system", "content": canary["system"]},
            {"role": "user", "content": canary["prompt"]},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64," + canary["image"]}},
                {"type": "image_url", "image_url": {"url": image}}]},
            {"role": "assistant", "tool_calls": [{"id": "t", "type": "function", "function": {
                "name": "f", "arguments": json.dumps({"a": canary["argument"]})}}]},
            {"role": "tool", "tool_call_id": "t", "content": canary["tool"]},
        ]  # fmt: skip
        self.options: dict[str, Any] = {
            "messages": self.messages, "stop": [canary["stop"]], "user": canary["user"],
            "metadata": {"m": canary["metadata"]}, "extra_body": {"note": canary["extra"]},
            "tools": [{"type": "function", "function": {
                "name": "f", "description": canary["schema"], "parameters": {}}}],
        }  # fmt: skip

    def chat(self, client: openai.OpenAI | None = None, **more: Any) -> Any:
        """One chat completion; a stream is read to its end."""
        answer = (client or self.client).chat.completions.create(model="gpt-4o-mini", **{**self.options, **more})
        return list(answer) if more.get("stream") else answer

    def attempt(self, work: Callable[[], Any], how: str = "") -> None:
        """Do something that may fail, and treat the failure as applications do."""
        local = self.canary["local"]
        gathered: list[Exception] = []
        try:
            work()
        except Exception as error:
            gathered += [error]
            if how == "captured":
                sentry_sdk.capture_exception(error)
            elif how == "logged":
                logging.getLogger("app").exception("asking failed: %s", error)
            elif how == "told":
                given = {"why": str(error), "error": error, "all": [{"error": error}, str(error).encode()]}
                logging.getLogger("app").error("asking failed: %(error)s", {"error": error}, extra=given)
                sentry_sdk.add_breadcrumb(message=f"asking failed: {error}", data={"why": [error]})
                sentry_sdk.capture_message(f"asking failed: {error}")
            elif how == "wrapped":
                try:
                    raise RuntimeError(f"no answer: {error}") from error
                except RuntimeError as outer:
                    sentry_sdk.capture_exception(outer)
            assert local
        for failure in gathered if how == "told" else ():
            logging.getLogger("app").error("one of many failed: %s", failure)

    def ordinary(self, *, every: bool) -> None:
        """Calls that succeed and calls that the provider refuses."""
        for stream in (False, True):
            self.attempt(lambda stream=stream: self.chat(stream=stream))
            for kind in FAILURES if every else FAILURES[:1]:
                self.provider.fail_next(kind)
                self.attempt(lambda stream=stream: self.chat(stream=stream), "captured" if stream else "")
        self.provider.fault_next(cut=1)
        self.attempt(lambda: self.chat(stream=True))
        self.provider.fault_next(garbage=True)
        self.attempt(self.chat)
        self.attempt(lambda: self.client.responses.create(
            model="gpt-4o-mini", input=self.canary["input"], instructions=self.canary["system"]))  # fmt: skip
        self.attempt(lambda: self.client.embeddings.create(
            model="text-embedding-3-small", input=self.canary["embedding"]))  # fmt: skip
        for module in (httpx, httpx2):
            with module.Client(headers={"authorization": "Bearer " + self.canary["key"]}) as http:
                body = {"model": "m", "messages": self.messages}
                http.post(self.provider.base_url + "/chat/completions", params={"key": self.canary["query"]}, json=body)
                http.get(self.provider.url + "/v1beta/models", params={"key": self.canary["query"]})
        wrong = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key=self.canary["key"], max_retries=0)
        self.attempt(lambda: self.chat(wrong))

    def others(self) -> None:
        """Other SDKs, other APIs."""
        claude = anthropic.Anthropic(base_url=self.provider.url, api_key=self.canary["key"], max_retries=0)
        ask: dict[str, Any] = {"model": "claude-test", "max_tokens": 9, "system": self.canary["system"]}
        ask["messages"] = [{"role": "user", "content": self.canary["prompt"]}]
        self.attempt(lambda: claude.messages.create(**ask))
        self.provider.fail_next("rate_limit", dialect="anthropic")
        self.attempt(lambda: claude.messages.create(**ask), "captured")
        self.attempt(lambda: self.client.images.generate(model="gpt-image-1", prompt=self.canary["prompt"]))
        self.attempt(lambda: self.client.moderations.create(input=self.canary["prompt"]))
        self.attempt(lambda: self.client.audio.speech.create(model="tts-1", voice="a", input=self.canary["input"]))
        with genai_sentry.record_call("chat", "own", "inhouse") as call:
            call.fail(f"zorb glimmered on '{self.canary['prompt']}': Bearer {self.canary['key']}")
        line = {"custom_id": "1", "response": {"status_code": 400, "body": {"error": {
            "message": f"no such key {self.canary['key']}", "code": "invalid_value"}}}}  # fmt: skip
        genai_sentry.record_batch_results([line], provider="openai")

    def refused_with(self, message: str, code: str = "invalid_value") -> openai.OpenAI:
        """A provider that refuses with these words."""
        error = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
        return self._answered(httpx2.Response(400, json=error))

    def _answered(self, response: httpx2.Response) -> openai.OpenAI:
        http = httpx2.Client(transport=httpx2.MockTransport(lambda request: response))
        return openai.OpenAI(
            base_url=self.provider.base_url, api_key=self.canary["key"], http_client=http, max_retries=0
        )

    def echoes(self) -> None:
        """Providers and libraries that quote the request, the answer, the key."""
        canary = self.canary
        words = f"Can't do {canary['prompt']} with {canary['key']} of {canary['org']}, see {canary['tool']}"
        odd = f"strange words: {canary['prompt'][:60]} and key {canary['key']}"
        for how in ("", "captured", "logged", "told", "wrapped"):
            self.attempt(lambda: self.chat(self.refused_with(words)), how)
            self.attempt(lambda: self.chat(self.refused_with(odd, "unheard_of_" + canary["key"])), how)
        stream = b'data: {"error": {"message": "' + words.encode() + b'", "code": "server_error"}}\n\n'
        self.attempt(lambda: self.chat(self._answered(httpx2.Response(200, content=stream)), stream=True))
        answer = {
            "id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": canary["output"]}}],
        }  # fmt: skip
        spoiled = self._answered(httpx2.Response(200, json=answer))
        parse = lambda: spoiled.chat.completions.parse(  # noqa: E731
            model="m", messages=self.messages, response_format=Answer
        )
        self.attempt(parse, "captured")
        self.attempt(parse, "wrapped")

        def quoting() -> None:
            raise ValueError(f"the model said '{self.chat(spoiled).choices[0].message.content}', which is no number")

        def after_failure() -> None:
            try:
                self.chat(self.refused_with("no"))
            except openai.BadRequestError as error:
                raise ValueError(f"the model said '{canary['output']}' before") from error

        def after_success() -> None:
            text = self.chat(spoiled).choices[0].message.content
            try:
                self.chat(self.refused_with("no"))
            except openai.BadRequestError as error:
                raise ValueError(f"wrong answer [type=int_parsing, input_value='{text[:90]}']") from error

        self.attempt(quoting)
        self.attempt(after_success, "captured")
        self.attempt(after_failure, "captured")

    def bystander(self) -> None:
        """An event that is no LLM failure, but carries breadcrumbs of the calls before it."""
        # From a thread: with `attach_stacktrace` the application's variables on the stack are its own affair.
        thread = threading.Thread(target=sentry_sdk.capture_message, args=("unrelated",))
        thread.start()
        thread.join()


class Watched:
    """All that leaves the process, by receiver."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.sentry = SentryReceiver().__enter__()
        self.console = io.StringIO()
        self.log = io.StringIO()
        self.reader = InMemoryMetricReader()
        self.triaged: list[str] = []
        handler = logging.StreamHandler(self.log)
        logging.getLogger("genai_sentry").addHandler(handler)
        logging.getLogger("genai_sentry").setLevel(logging.DEBUG)

    def complete(self, prompt: str, **facts: object) -> str:
        """The model, or the callable, that gives a second opinion: it, too, is somebody else."""
        self.triaged.append(prompt)
        return "unknown"

    def add_exporters(self) -> None:
        """To the provider in force."""
        provider = own_provider.private() or trace.get_tracer_provider()
        self.file = FileSpanExporter(Path(self.folder.name) / "spans.jsonl")
        for exporter in (self.file, ConsoleSpanExporter(out=self.console)):
            provider.add_span_processor(SimpleSpanProcessor(exporter))  # type: ignore[attr-defined]

    def seen(self, provider: SimulatedProvider) -> dict[str, bytes]:
        """What each receiver was given."""
        self.file.force_flush(5000)
        sentry = self.sentry
        told = [sentry.events, sentry.transactions, sentry.metrics, sentry.logs]
        told.append([dict(span.attributes) for span in sentry.spans])
        data = self.reader.get_metrics_data()
        arrived = [
            name
            for request in provider.requests
            if request.method == "POST"
            for name in TRACE_HEADERS
            if name in request.headers
        ]
        return {
            "sentry": b"\n".join(sentry.raw) + json.dumps(told, default=str, ensure_ascii=False).encode(),
            "file": b"".join(path.read_bytes() for path in Path(self.folder.name).iterdir()),
            "console": self.console.getvalue().encode(),
            "metrics": data.to_json().encode() if data is not None else b"",
            "log": self.log.getvalue().encode(),
            "stats": json.dumps(genai_sentry.stats().as_dict()).encode(),
            "triage": "\n".join(self.triaged).encode(),
            "provider": " ".join(arrived).encode(),
        }


def leaks(canary: dict[str, str], seen: dict[str, bytes]) -> dict[str, list[str]]:
    """Which values, or tell-tale parts of them, each receiver was given."""
    found: dict[str, list[str]] = {}
    for receiver, given in seen.items():
        text = given.decode("utf-8", "replace")
        names = [name for name, value in canary.items() if any(part in text for part in _parts(value))]
        names += [name for name in TRACE_HEADERS if receiver == "provider" and name in text]
        if names:
            found[receiver] = sorted(names)
    return found


def _parts(value: str) -> list[str]:
    """The value; and any run of its words that is long enough to be no accident."""
    words = value.split(" ")
    return (
        [" ".join(words[begin : begin + 6]) for begin in range(max(1, len(words) - 5))] if len(words) > 6 else [value]
    )


def play(run: dict[str, Any]) -> dict[str, Any]:
    """One run of the application."""
    canary = canaries()
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"x-collector-key={canary['collector']}"
    for name in run["without"]:
        TAKEOUTS[name]()
    watched = Watched()
    settings = dict(run["settings"])
    if run["variant"] == "triage":
        settings["classifier"] = genai_sentry.LLMTriage(watched.complete)
    if run["variant"] == "classifier":
        settings["classifier"] = watched.complete
    if settings.pop("redacting", False):
        words = re.compile("|".join(canary["prompt"].split()))
        settings["redact"] = lambda text: words.sub("…", text)
    metrics.set_meter_provider(MeterProvider(metric_readers=[watched.reader]))
    if run["variant"] == "own instrumentation":
        HTTPXClientInstrumentor().instrument()
        HTTPX2ClientInstrumentor().instrument()
    if run["variant"] == "own provider":
        trace.set_tracer_provider(TracerProvider())
    logging.basicConfig(level=logging.INFO, stream=io.StringIO())
    with SimulatedProvider() as provider:
        genai_sentry.init(watched.sentry.dsn, settings=genai_sentry.Settings(**settings), sentry_options=run["sentry"])
        watched.add_exporters()
        app = App(canary, provider)

        def everything() -> None:
            app.echoes()
            app.ordinary(every=run["every"])
            app.others()

        with trace.get_tracer("app").start_as_current_span("request"), sentry_sdk.start_transaction(name="request"):
            everything()
        if run["every"]:
            thread = threading.Thread(target=everything)
            thread.start()
            thread.join()
        app.bystander()
        genai_sentry.flush(10)
        sentry_sdk.flush(5)
        genai_sentry.shutdown()
        seen = watched.seen(provider)
    sentry = watched.sentry
    return {
        "leaks": leaks(canary, seen),
        "events": len(sentry.events),
        "spans": len(sentry.spans),
        "transactions": len(sentry.transactions),
        "sizes": {name: len(given) for name, given in seen.items()},
        "captured": seen[run.get("show", "sentry")].decode("utf-8", "replace") if "show" in run else "",
    }


def forked(run: dict[str, Any]) -> str:
    """A run in a process of its own; its result as one line of JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            line = json.dumps(play(run))
        except BaseException:
            line = json.dumps({"fault": traceback.format_exc()})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(line)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        line = pipe.read()
    os.waitpid(child, 0)
    return line


if __name__ == "__main__":
    for asked in json.load(sys.stdin):
        print(forked({"settings": {}, "sentry": {}, "variant": "", "without": [], "every": False, **asked}), flush=True)
