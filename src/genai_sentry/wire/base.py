"""What every wire format is made of: `Format`, and the readers that follow a streamed answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content, fields, scan, sse
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.body import EDGE, MAX_BODY, Body, body_of, decoded, error_of, shrunk
from genai_sentry.wire.fields import mappings
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts

MAX_KEPT: Final = 256
"""Most events of one stream kept for decoding, beside the first and the last with usage."""
MAX_KEPT_BYTES: Final = 2 * 1024 * 1024
MAX_SAID: Final = 4096
"""How much is kept of an error that is mere text, in bytes."""
DONE: Final = b"[DONE]"
"""What many providers end a stream with; some send more after it, in the same piece."""
BLANK: Final = b"\xef\xbb\xbf \t\r\n"
"""What may stand before the first byte that counts: a byte order mark and white space."""


class Format:
    """One wire format: which requests it takes, and how their answers are read. No method raises on odd payloads.

    Attributes:
        name: the format's name (`openai.chat`, `anthropic.messages`, …).
        operation: `gen_ai.operation.name`; empty for a request that is no inference (a token count, a batch).
        task: name of the span of a request that is no inference and has a span all the same; else empty.
        endpoint_kind: the endpoint in short (`chat`, `embeddings`, `images.edits`, …).
        priced: whether the provider bills the request for its tokens.
        provider: `gen_ai.provider.name` of whoever speaks it on an unknown host.
        common: whether its path is anybody's, so that only a request's body tells.
        lines: whether answers are streamed as lines of JSON.
        framed: whether they are streamed as AWS's binary frames, the first byte of which is zero.
        longest: bytes of an answer that is decoded whole; of a longer one only the ends are looked at.
        telling: bytes of which a request's body holds at least one; a body without is never decoded. Empty where any
            body may be one.
    """

    name: str = ""
    operation: str = ""
    task: str = ""
    endpoint_kind: str = ""
    priced: bool = True
    provider: str = "openai"
    common: bool = False
    lines: bool = False
    longest: int = MAX_BODY
    framed: bool = False
    telling: tuple[bytes, ...] = (b'"model"',)

    @property
    def spanned(self) -> bool:
        """Whether its calls have a span."""
        return bool(self.operation or self.task)

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Whether a request body looks like this format's, for traffic that no SDK vouches for."""
        return isinstance(body.get("model"), str)

    def request(self, body: Mapping[str, object] | None, path: str, *, capture: bool = False) -> RequestFacts:
        """What a request says. The body is only looked at, never changed; its content only where `capture` is set."""
        if type(body) is not dict and not isinstance(body, Mapping):  # asking for a dict takes a tenth of the time
            body = {}
        facts = RequestFacts(model=fields.text(body.get("model")), stream=body.get("stream") is True)
        self.describe(body, path, facts)
        if capture:
            facts.content = self.prompt(body)
            req.stop_sequences(body, facts.attributes)
        return facts

    def request_bytes(
        self, content: bytes, content_type: str | None, path: str, *, capture: bool = False
    ) -> RequestFacts:
        """What a request's bytes say: JSON, or a multipart form whose files are stepped over."""
        return self.request(body_of(content, content_type), path, capture=capture)

    def response(self, body: bytes, content_type: str | None = None, *, capture: bool = False) -> Outcome:
        """What a whole answer says. A body of server-sent events is read as the stream that it is."""
        if not body and self.operation:
            return Outcome(fault="empty")
        if sse.is_event_stream(body, content_type):
            return self._followed(body, capture)
        if len(body) > self.longest:
            return self.edges(body[:EDGE], body[-EDGE:])
        value = fields.loads(body)
        if value is None and (self.lines or (self.framed and body[:1] == b"\0")):
            return self._followed(body, capture)
        return self.read(value, capture=capture)

    def read(self, value: object, *, capture: bool = False) -> Outcome:
        """What a decoded answer says, with its content where that is captured."""
        if isinstance(value, list) and len(value) == 1:
            value = value[0]  # Google wraps errors so
        if not isinstance(value, dict):
            return Outcome()
        outcome = self.decode(value)
        if capture:
            outcome.content = Content(output_messages=content.bounded(self.output(value)))
        return outcome

    def _followed(self, body: bytes, capture: bool) -> Outcome:
        reader = self.reader(capture=capture)
        reader.feed(body)
        return reader.finish()

    def headers(self, outcome: Outcome, headers: Mapping[str, str]) -> None:
        """Add what an answer's headers tell to an outcome without usage."""

    def plain(self, body: bytes) -> bool:
        """Whether a whole answer certainly tells no failure, by a look at its bytes; False where that is open."""
        return False

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader for an answer that comes in pieces."""
        return StreamReader(self, capture=capture)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Add a request's model, stream flag and attributes."""

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """A request's content, as chat-like requests name it; asked for only where it is captured."""
        given = body.get("messages")
        return Content(
            input_messages=content.bounded([content.message(item) for item in mappings(given)]),
            system_instructions=content.bounded_list(content.parts(body.get("system"))),
            tool_definitions=content.tools(body.get("tools")),
        )

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """An answer's content; asked for only where it is captured."""
        return []

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """What a decoded answer says."""
        return Outcome(error=error_of(value))

    def edges(self, head: bytes, tail: bytes) -> Outcome:
        """What head and tail of an answer too long to decode say."""
        return self.decode(scan.facts(head, tail))


class Endings:
    """The ordinary ways in which an answer ends, told from a look at its bytes.

    Args:
        key: the reason's key, in quotes.
        ordinary: reasons with their closing quotes.
    """

    __slots__ = ("_key", "_ordinary", "_usual")

    def __init__(self, key: bytes, *ordinary: bytes) -> None:
        self._key = key
        self._ordinary = ordinary
        self._usual = tuple(key + between + reason for reason in ordinary for between in (b':"', b': "'))

    def plain(self, body: bytes) -> bool:
        """Whether a JSON body names the reason of its end once, an ordinary one, and no error.

        Text inside strings is escaped and does not match.
        """
        key = self._key
        at = body.rfind(key)  # from the end, which takes CPython half as long
        if at < 0 or body[:1] != b"{" or body.rfind(b'"error"') >= 0 or body.rfind(key, 0, at) >= 0:
            return False
        return body.startswith(self._usual, at) or self._spaced(body[at + len(key) : at + 48])

    def _spaced(self, rest: bytes) -> bool:
        return rest.lstrip(b' \t\r\n:"').startswith(self._ordinary)


class StreamReader:
    """Follows an answer that comes in pieces; here one that is a single JSON body (or bytes of no interest).

    Attributes:
        content_seen: whether any content passed.
    """

    __slots__ = ("_body", "_capture", "_format", "content_seen")

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        self._format = format
        self._capture = capture
        self._body = Body(format.longest)
        self.content_seen = False

    def feed(self, chunk: bytes) -> None:
        """Take the next decoded bytes, cut anywhere."""
        if chunk:
            self.content_seen = True
            self._body.feed(chunk)

    def finish(self) -> Outcome:
        """What was read, once the bytes are over."""
        whole = self._body.whole
        if whole is None:
            outcome = self._format.edges(*self._body.edges)
            outcome.complete = _closed(self._body)
        else:
            value = fields.loads(whole)
            outcome = self._format.read(value, capture=self._capture)
            if self._body.size and whole.lstrip()[:1] in (b"{", b"["):
                outcome.complete = value is not None
        outcome.content_seen = self.content_seen
        return outcome


def _closed(body: Body) -> bool | None:
    """Whether a long JSON body ends as it began."""
    head, tail = body.edges
    begin, end = head.lstrip()[:1], tail.rstrip()[-1:]
    if begin == b"{":
        return end == b"}"
    return end == b"]" if begin == b"[" else None


class EventReader(StreamReader):
    """Follows a stream of events. Bytes are only scanned; what is kept is decoded once, in `finish`.

    Subclasses say which bytes deserve a closer look (`notable`), sort single events (`_event`), and build the outcome
    (`_build`). Whole events without anything notable are passed over at the cost of one search. A stream that turns
    out to be one JSON body (an error, mostly) is read as a whole answer.
    """

    __slots__ = (
        "_begun",
        "_first",
        "_kept",
        "_kept_bytes",
        "_last",
        "_odd",
        "_open",
        "_output",
        "_search",
        "_splitter",
        "_whole",
        "done",
    )

    splitter: Callable[[], sse.Splitter] = staticmethod(sse.events)
    notable: re.Pattern[bytes] = lazy(rb"")
    begins: re.Pattern[bytes] = lazy(rb"")
    """What an event with content holds."""
    ends: tuple[bytes, ...] = (b"}\n\n", b"}\r\n\r\n")
    """What whole events of JSON end with."""
    bare_json: bool = False
    """Whether a stream may begin with `{` (lines of JSON), so that this does not make it a whole answer."""

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._splitter = type(self).splitter()
        self._search = self.notable.search
        self._begun = False
        self._whole = False
        self._open = True
        """Whether the next chunk needs a closer look whatever it holds."""
        self._first: bytes | None = None
        self._last: bytes | None = None
        self._odd: bytes | None = None
        """The first event that does not look like JSON."""
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._output = content.OutputBuilder() if capture else None
        self.done = False

    def feed(self, chunk: bytes) -> None:
        """Take the next decoded bytes, cut anywhere."""
        if self._open or not chunk.endswith(self.ends) or self._search(chunk) is not None or chunk.rfind(DONE) >= 0:
            self._look(chunk)

    def _look(self, chunk: bytes) -> None:
        if self._whole:
            self._body.feed(chunk)
            return
        if not self._begun:
            chunk = chunk.lstrip(BLANK)
            if not chunk:
                return
            self._begun = True
            if not self.bare_json and chunk[:1] in (b"{", b"["):
                self._whole = True
                self._body.feed(chunk)
                return
        for block in self._splitter.feed(chunk):
            if self._first is None or not self.content_seen or self._capture or self._stands_out(block):
                self._block(block)
        self._open = self._splitter.pending or self._first is None or self._capture or not self.content_seen

    def _stands_out(self, block: bytes) -> bool:
        """Whether a block without its boundary deserves a closer look, as `feed` finds for whole chunks."""
        return not block.endswith(b"}") or self._search(block) is not None

    def _block(self, block: bytes) -> None:
        name, data = sse.data_of(block)
        if not data:
            return
        if data == DONE:
            self.done = True
            return
        if data[:1] not in b"{[" or data[-1:] not in b"}]":
            self._odd = self._odd or data[:EDGE]
            if name == b"error":
                data = json.dumps({"error": {"message": data[:MAX_SAID].decode("utf-8", "replace")}}).encode()
        self._event(name, data)
        self._take(data)

    def _take(self, data: bytes) -> None:
        """Collect an event's content where that is captured and there is room."""
        if self._output is not None and not self._output.full:
            value = fields.loads(data)
            if isinstance(value, dict):
                self._collect(value, self._output)

    def keep(self, data: bytes) -> None:
        """Keep an event for `finish`, within bounds: where there is no room, in the place of the one before."""
        data = shrunk(data)
        if len(self._kept) >= MAX_KEPT or (self._kept and self._kept_bytes + len(data) > MAX_KEPT_BYTES):
            self._kept_bytes -= len(self._kept.pop())
        self._kept.append(data)
        self._kept_bytes += len(data)

    def finish(self) -> Outcome:
        """What was read, once the bytes are over."""
        if self._whole or not self._begun:
            outcome = super().finish()
            outcome.content_seen = self._whole and outcome.error is None
            return outcome
        rest = self._splitter.rest()
        if rest:
            self._block(rest)
        return self._built()

    def _built(self) -> Outcome:
        outcome = self._build()
        outcome.content_seen = self.content_seen
        if self._odd is not None and not outcome.complete and fields.loads(self._odd) is None:
            outcome.fault = "malformed"
        if self._output is not None and outcome.content is None:
            messages = self._output.messages(outcome.finish_reasons)
            outcome.content = Content(output_messages=content.bounded(messages))
        return outcome

    def _decoded(self) -> list[Mapping[str, object]]:
        """First event, kept events and last usage-bearing event, decoded, in that order."""
        raw = [self._first, *self._kept, self._last]
        return [value for data in raw if data is not None and (value := decoded(data)) is not None]

    def _event(self, name: bytes, data: bytes) -> None:
        """Sort one event: the first is kept, and each that is notable."""
        if not self.content_seen and self.begins.search(data):
            self.content_seen = True
        if self._first is None:
            self._first = shrunk(data)
        elif self.notable.search(data):
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        """Add an event's content."""

    def _build(self) -> Outcome:
        """The outcome of the events kept."""
        return Outcome()
