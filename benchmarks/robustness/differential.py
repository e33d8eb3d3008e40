"""Differential fuzzing over loopback: the same application, plain and instrumented, before the same odd provider.

    python benchmarks/robustness/differential.py --cases 2000
    python benchmarks/robustness/differential.py --minutes 60

Two processes, of which one is instrumented, make the same calls, drawn at random from a seed, to a server of their
own: whole answers and streams of odd JSON, cut anywhere, compressed, broken off, with odd statuses and headers,
through the synchronous and the asynchronous client, read in several ways. What the application sees (objects, classes,
exceptions and their texts, bytes, what is closed) and what arrives at the server must be the same. A difference is
printed with its number; `--only NUMBER` makes that call alone. Exit code 1 where there was one.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

KEYS = (
    "id",
    "model",
    "choices",
    "message",
    "delta",
    "usage",
    "error",
    "finish_reason",
    "content",
    "index",
    "x",
    "code",
)
HEADERS = (
    "x-request-id",
    "x-ratelimit-limit-requests",
    "x-ratelimit-reset-tokens",
    "retry-after",
    "openai-processing-ms",
)
MESSAGES = [{"role": "user", "content": "hello"}]


def value(draw: random.Random, depth: int = 0) -> Any:
    """Any JSON, of keys that mean something."""
    kind = draw.randrange(10 if depth < 3 else 6)
    if kind > 7:
        return {draw.choice(KEYS): value(draw, depth + 1) for _ in range(draw.randrange(4))}
    if kind > 5:
        return [value(draw, depth + 1) for _ in range(draw.randrange(3))]
    return draw.choice((None, True, 0, -1, 10**30, 1.5, "", "stop", "text", "7", "é\u2028"))


def answer(draw: random.Random) -> dict[str, Any]:
    """A chat completion or a piece of one, with a few things wrong."""
    made: dict[str, Any] = {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"},
                     "delta": {"content": "hi"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }  # fmt: skip
    for _ in range(draw.choice((0, 0, 1, 2))):
        made[draw.choice(KEYS)] = value(draw)
    if draw.random() < 0.1:
        made = {"error": value(draw)}
    return made


def body(draw: random.Random, stream: bool) -> tuple[bytes, str]:
    """The bytes of an answer and their type."""
    if not stream:
        odd = (b"", b"null", b"[1]", b"{oops", b"<html>", b"\xff\xfe", json.dumps(value(draw)).encode())
        whole = draw.choice(odd) if draw.random() < 0.3 else json.dumps(answer(draw)).encode()
        return whole, draw.choice(("application/json", "application/json", "text/plain"))
    end = draw.choice((b"\n\n", b"\r\n\r\n"))
    events = [b"data: " + json.dumps(answer(draw)).encode() for _ in range(draw.randrange(6))]
    for _ in range(draw.choice((0, 0, 0, 1))):
        events.insert(draw.randrange(len(events) + 1), draw.choice((b"data: {oops", b": ping", b"data:", b"event: x")))
    if draw.random() < 0.8:
        events.append(b"data: [DONE]")
    return b"".join(event + end for event in events), "text/event-stream"


def reply(seed: str) -> list[bytes]:
    """What the server sends, in pieces; now and then not all of it."""
    draw = random.Random(seed)
    content, kind = body(draw, draw.random() < 0.6)
    status = draw.choice((200,) * 7 + (400, 401, 429, 500, 503))
    lines = [f"HTTP/1.1 {status} Said", f"content-type: {kind}", "connection: close"]
    lines += [f"{draw.choice(HEADERS)}: {draw.choice(('1', '2s', 'soon', '-1', 'x' * 300, ''))}" for _ in range(3)]
    encoding = draw.choice(("", "", "", "gzip", "deflate", "br"))
    if encoding in ("gzip", "deflate"):
        content = (gzip.compress(content, mtime=0) if encoding == "gzip" else zlib.compress(content))  # fmt: skip
    if encoding:
        lines.append(f"content-encoding: {encoding}")  # `br` is a lie: how a client fails must not change
    chunked = draw.random() < 0.5
    lines.append("transfer-encoding: chunked" if chunked else f"content-length: {len(content)}")
    size = draw.choice((1, 7, 50, 100_000)) if len(content) < 300 else draw.choice((50, 1000, 100_000))
    pieces = [content[begin : begin + size] for begin in range(0, len(content), size)]
    if chunked:
        pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
    if draw.random() < 0.15:
        pieces = pieces[: draw.randrange(len(pieces) + 1)]
    return ["\r\n".join(lines).encode() + b"\r\n\r\n", *pieces]


class Server:
    """Answers each request by the seed in its path, and keeps a digest of what arrived."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listening.getsockname()[1]
        self.arrived: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            try:
                self._answer(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = b""
        while b"\r\n\r\n" not in got:
            more = connection.recv(65_536)
            if not more:
                return
            got += more
        head, _, rest = got.partition(b"\r\n\r\n")
        lines = sorted(line for line in head.lower().split(b"\r\n") if not line.startswith(b"host:"))
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        while len(rest) < length:
            rest += connection.recv(65_536)
        self.arrived.append(hashlib.sha1(b"\n".join([*lines, rest])).hexdigest())
        for piece in reply(head.split(b" ")[1].split(b"/")[1].decode()):
            connection.sendall(piece)


def shown(item: Any) -> Any:
    """A value as the application sees it."""
    dump = getattr(item, "model_dump", None)
    return (type(item).__qualname__, repr(dump(warnings=False)) if dump is not None else repr(item))


def failure(error: BaseException) -> tuple[str, ...]:
    """An exception as the application sees it."""
    cause = type(error.__cause__).__name__
    known = (getattr(error, name, None) for name in ("body", "status_code", "code"))
    return (type(error).__module__, type(error).__qualname__, str(error), cause, *map(repr, known))


def asked(draw: random.Random) -> tuple[str, dict[str, Any]]:
    """How the application reads, and what it asks for."""
    way = draw.choice(("create", "create", "raw", "bytes", "lines", "all", "all", "first", "with"))
    return way, {"model": "gpt-4o", "messages": MESSAGES, "stream": way in ("all", "first", "with", "lines")}


def call(client: Any, way: str, options: dict[str, Any]) -> Iterator[Any]:
    """Make a call and tell all that is seen of it."""
    completions = client.chat.completions
    if way == "create":
        yield shown(completions.create(**options))
    elif way == "raw":
        raw = completions.with_raw_response.create(**options)
        yield raw.status_code, raw.content, len(raw.headers)
        yield shown(raw.parse())
    elif way in ("bytes", "lines"):
        with completions.with_streaming_response.create(**options) as raw:
            # How the network cuts bytes differs from run to run.
            yield b"".join(raw.iter_bytes()) if way == "bytes" else list(raw.iter_lines())
        yield raw.http_response.is_closed
    else:
        stream = completions.create(**options)
        yield type(stream).__qualname__
        for chunk in stream:
            yield shown(chunk)
            if way != "all":
                break
        stream.close()
        yield stream.response.is_closed, stream.response.is_stream_consumed


async def acall(client: Any, way: str, options: dict[str, Any], seen: list[Any]) -> None:
    """The same with the asynchronous client."""
    completions = client.chat.completions
    if way in ("create", "raw"):
        seen.append(shown(await completions.create(**options)))
    elif way in ("bytes", "lines"):
        async with completions.with_streaming_response.create(**options) as raw:
            if way == "bytes":
                seen.append(b"".join([piece async for piece in raw.iter_bytes()]))
            else:
                seen.append([line async for line in raw.iter_lines()])
        seen.append(raw.http_response.is_closed)
    else:
        stream = await completions.create(**options)
        async for chunk in stream:
            seen.append(shown(chunk))
            if way != "all":
                break
        await stream.close()
        seen.append((stream.response.is_closed, stream.response.is_stream_consumed))


class Clients:
    """The application's clients, both kinds."""

    def __init__(self) -> None:
        import openai

        made: dict[str, Any] = {"api_key": "sk-x", "max_retries": 0, "timeout": 10.0}
        self.sync, self.asynchronous = openai.OpenAI(**made), openai.AsyncOpenAI(**made)
        self.loop = asyncio.new_event_loop()


def case(server: Server, seed: str, clients: Clients) -> list[Any]:
    """One call: all that the application and the server saw."""
    draw = random.Random(f"way-{seed}")
    way, options = asked(draw)
    server.arrived.clear()
    seen: list[Any] = []
    address = f"http://127.0.0.1:{server.port}/{seed}/v1"
    try:
        if draw.random() < 0.5:
            client = clients.asynchronous.with_options(base_url=address)
            clients.loop.run_until_complete(acall(client, way, options, seen))
        else:
            for item in call(clients.sync.with_options(base_url=address), way, options):
                seen.append(item)  # noqa: PERF402 - what was seen before an exception counts
    except Exception as error:
        seen.append(failure(error))
    return [way, seen, sorted(server.arrived)]


def work(instrumented: bool, first: int, cases: int, *, show: bool) -> None:
    """Make the calls; print a digest of each, and how many spans there were."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    if instrumented:
        from genai_sentry import GenAIInstrumentor

        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        GenAIInstrumentor().instrument(tracer_provider=provider)
    server, clients = Server(), Clients()
    spans = 0
    for number in range(first, first + cases):
        seen = case(server, str(number), clients)
        text = repr(seen).replace(f":{server.port}", ":PORT")
        print(text if show else hashlib.sha1(text.encode()).hexdigest(), flush=show)
        if instrumented and number % 500 == 0:
            spans += len(exporter.get_finished_spans())
            exporter.clear()
    if instrumented:
        GenAIInstrumentor().uninstrument()  # settles what waits
    print(f"spans {spans + len(exporter.get_finished_spans())}", flush=True)
    os._exit(0)


def compared(first: int, cases: int, *, show: bool = False) -> tuple[list[int], int]:
    """Numbers of the calls that differ, and the spans of the last calls."""
    command = [sys.executable, "-W", "ignore", __file__, "--first", str(first), "--cases", str(cases), "--inside"]
    children = [
        subprocess.Popen(
            [*command, who, *(["--show"] if show else [])], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for who in ("plain", "instrumented")
    ]
    plain, instrumented = (child.communicate()[0].splitlines() for child in children)
    if len(plain) != cases + 1 or len(instrumented) != cases + 1:
        raise RuntimeError(f"a child ended early: {len(plain)} and {len(instrumented)} of {cases + 1} lines")
    if show:
        print(plain[0], instrumented[0], sep="\n\n")
    differing = [
        first + at for at, (one, other) in enumerate(zip(plain[:-1], instrumented[:-1], strict=True)) if one != other
    ]
    return differing, int(instrumented[-1].split()[1])


def main() -> int:
    """Compare; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--minutes", type=float, help="instead of a number of cases")
    parser.add_argument("--first", type=int, default=1, help="the first case's number")
    parser.add_argument("--only", type=int, help="show one case, plain and instrumented")
    parser.add_argument("--inside", choices=("plain", "instrumented"), help=argparse.SUPPRESS)
    parser.add_argument("--show", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        work(arguments.inside == "instrumented", arguments.first, arguments.cases, show=arguments.show)
    if arguments.only is not None:
        return 1 if compared(arguments.only, 1, show=True)[0] else 0
    began, done, faults = time.monotonic(), 0, 0
    while done < arguments.cases if arguments.minutes is None else time.monotonic() - began < arguments.minutes * 60:
        count = min(2000, arguments.cases - done) if arguments.minutes is None else 2000
        differing, spans = compared(arguments.first + done, count)
        if not spans:
            print("nothing was observed")
            return 1
        for number in differing:
            print(f"case {number} differs", flush=True)
        done, faults = done + count, faults + len(differing)
    print(f"{done} cases in {time.monotonic() - began:.0f} s, {faults} differ")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
