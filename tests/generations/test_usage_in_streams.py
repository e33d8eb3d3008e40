"""Usage that is asked for on the application's behalf, and usage that is counted locally."""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

import sdk
from genai_sentry import local_usage
from genai_sentry.usage_injection import with_usage
from genai_sentry.wire.reencoding import encoder

MESSAGES = [{"role": "user", "content": "hällo"}]
ASKED = {"model": "gpt-4o", "messages": MESSAGES, "stream": True}
ENCODINGS = ["", *sorted(importlib.import_module(f"{sdk.http.__name__}._decoders").SUPPORTED_DECODERS)]


def _chunk(**fields: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", **fields}


CHUNKS = [
    _chunk(choices=[], prompt_filter_results=[]),
    _chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": None}]),
    _chunk(choices=[{"index": 0, "delta": {"content": ' ,"usage":null '}, "finish_reason": None}]),
    _chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]),
]
USAGE = _chunk(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})


class Server:
    """Answers as OpenAI does: with a chunk of usage where it is asked for, and a null usage in every other."""

    def __init__(self, encoding: str = "", size: int = 10_000, *, whole: bool = False) -> None:
        self.encoding, self.size, self.whole = encoding, size, whole
        self.bodies: list[bytes] = []

    def __call__(self, request: Any) -> Any:
        self.bodies.append(request.content)
        asked = json.loads(request.content).get("stream_options")
        events = [*({**chunk, "usage": None} for chunk in CHUNKS), USAGE] if asked else CHUNKS
        text = b"".join(b"data: " + json.dumps(e, separators=(",", ":")).encode() + b"\n\n" for e in events)
        body, headers = text + b"data: [DONE]\n\n", {"content-type": "text/event-stream"}
        made = encoder(self.encoding)
        if made is not None:
            headers["content-encoding"] = self.encoding
            body = made[0](body) + made[1]()
        if self.whole:
            return sdk.http.Response(200, content=body, headers=headers)
        pieces = [body[begin : begin + self.size] for begin in range(0, len(body), self.size)]
        return sdk.http.Response(200, stream=sdk.Pieces(pieces), headers=headers)


def everything(server: Server) -> list[Any]:
    """All that an application can see of a stream, in every form."""
    seen: list[Any] = []
    with sdk.client(server) as client:
        stream = client.chat.completions.create(**ASKED)
        seen.append([chunk.model_dump_json(exclude_unset=True) for chunk in stream])
        seen.append(stream.response.request.content)
        with client.chat.completions.with_streaming_response.create(**ASKED) as response:
            seen.append(list(response.iter_lines()))
        with client.chat.completions.with_streaming_response.create(**ASKED) as response:
            seen.append(b"".join(response.iter_bytes()))

    async def main() -> None:
        async with sdk.async_client(server) as client:
            seen.append(
                [c.model_dump_json(exclude_unset=True) async for c in await client.chat.completions.create(**ASKED)]
            )
            async with client.chat.completions.with_streaming_response.create(**ASKED) as response:
                seen.append(b"".join([piece async for piece in response.iter_bytes()]))

    asyncio.run(main())
    return seen


@pytest.mark.parametrize("whole", [False, True], ids=["stream", "mocked"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("encoding", [e for e in ENCODINGS if e != "identity"])
def test_usage_is_known_and_the_application_sees_no_more_of_it(
    plain: Any, encoding: str, size: int, whole: bool
) -> None:
    """Objects, lines, bytes, chunk counts and its own request are what they are without instrumentation."""
    server = Server(encoding, size, whole=whole)
    expected = everything(server)
    plain.instrument(include_usage=True)

    assert expected == everything(server)
    assert [3] * 5 == [span.attributes["gen_ai.usage.input_tokens"] for span in plain.take()]


def test_it_is_not_asked_for_unless_the_settings_say_so(observed: Any) -> None:
    """By default the request goes out as the application made it."""
    server = Server()
    everything(server)

    assert not any(b"stream_options" in body for body in server.bodies)


def test_the_request_is_otherwise_the_same(plain: Any) -> None:
    """One field is added at its end; what stands before it is the application's, byte for byte."""
    server = Server()
    everything(server)
    before, server.bodies = server.bodies, []
    plain.instrument(include_usage=True)
    everything(server)

    assert [body[:-1] + b',"stream_options":{"include_usage":true}}' for body in before] == server.bodies


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b'{"a":1}', b'{"a":1,"stream_options":{"include_usage":true}}'),
        (b'{"stream_options":{"include_usage":false}}', None),
        (b'{"stream_options":{"include_obfuscation":false}}',
         b'{"stream_options":{"include_obfuscation":false,"include_usage":true}}'),
        (b'{"stream_options":null}', b'{"stream_options":{"include_usage":true}}'),
        (b'{"stream_options":7}', None),
        (b"[]", None),
        (b"", None),
    ],
)  # fmt: skip
def test_who_has_a_say_of_its_own_is_left_alone(body: bytes, sent: bytes | None) -> None:
    """Only a body that does not mention usage is changed."""
    assert sent == with_usage(body)


@pytest.mark.parametrize("url", ["https://api.mistral.ai/v1", "https://api.perplexity.ai"])
def test_providers_that_refuse_the_field_are_not_asked(plain: Any, url: str) -> None:
    """A request that would be refused is no way to learn its usage."""
    server = Server()
    plain.instrument(include_usage=True)
    with sdk.client(server, base_url=url) as client:
        list(client.chat.completions.create(**ASKED))

    assert b"stream_options" not in server.bodies[0]


def test_a_failing_request_is_the_applications_own(plain: Any) -> None:
    """An exception carries the request that the application made."""

    def broken(request: Any) -> Any:
        raise sdk.http.ConnectError("no route", request=request)

    plain.instrument(include_usage=True)
    with sdk.client(broken) as client, pytest.raises(sdk.openai.APIConnectionError) as caught:
        client.chat.completions.create(**ASKED)

    assert b"stream_options" not in caught.value.request.content
    assert b"stream_options" not in caught.value.__cause__.request.content


def _words(name: str) -> Callable[[str], int]:
    return lambda text: len(text.split())


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are words, so that no encoding's file is needed."""
    monkeypatch.setattr(local_usage, "_encoding_of", lambda model: "words" if model == "gpt-4o" else None)
    monkeypatch.setattr(local_usage, "_load", _words)


def test_a_stream_without_usage_is_counted_and_marked(plain: Any, words: None) -> None:
    """Prompt and output are counted once the stream is over; the span says that it is an estimate."""
    plain.instrument(estimate_usage=True)
    with sdk.client(Server()) as client:
        list(client.chat.completions.create(**ASKED))

    (span,) = plain.take()
    attributes = span.attributes
    # Two words and what frames a message and begins the reply; `hi ,"usage":null` is two words, too.
    assert (8, 2, True) == (
        attributes["gen_ai.usage.input_tokens"],
        attributes["gen_ai.usage.output_tokens"],
        attributes["llm_usage_estimated"],
    )
    assert attributes["llm_cost_usd"] > 0
    assert "gen_ai.output.messages" not in attributes


def test_counting_does_not_hold_up_the_application(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding that takes long to load is no business of the request."""
    monkeypatch.setattr(local_usage, "_encoding_of", lambda model: "slow")
    monkeypatch.setattr(local_usage, "_load", lambda name: time.sleep(1) or _words(name))
    plain.provider._active_span_processor._span_processors = ()  # nobody looks at the attributes
    plain.instrument(estimate_usage=True)
    with sdk.client(Server()) as client:
        began = time.perf_counter()
        list(client.chat.completions.create(**ASKED))

        assert time.perf_counter() - began < 0.8


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "some-llama"},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}]},
    ],
    ids=["unknown model", "an image"],
)
def test_what_cannot_be_counted_stays_unknown(plain: Any, words: None, asked: dict[str, Any]) -> None:
    """No estimate by another model's encoding, none of an image."""
    chunk = {**CHUNKS[1], "model": asked.get("model", "gpt-4o")}
    body = b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
    plain.instrument(estimate_usage=True)
    answer = lambda request: sdk.http.Response(  # noqa: E731
        200, stream=sdk.Pieces([body]), headers={"content-type": "text/event-stream"}
    )
    with sdk.client(answer) as client:
        list(client.chat.completions.create(**{**ASKED, **asked}))

    (span,) = plain.take()
    assert "gen_ai.usage.input_tokens" not in span.attributes
    assert "llm_usage_estimated" not in span.attributes


def test_an_encoding_that_is_not_on_this_machine_is_not_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """An empty cache, one with a damaged file, and one that is switched off all mean: unknown."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert not local_usage.is_cached("o200k_base")

    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(b"damaged")
    assert not local_usage.is_cached("o200k_base")

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert not local_usage.is_cached("o200k_base")
