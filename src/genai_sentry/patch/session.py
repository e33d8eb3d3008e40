"""What happens in one WebSocket session: which response an event belongs to, and when a response is over."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from genai_sentry.call import Call
from genai_sentry.patterns import lazy
from genai_sentry.stream import observe
from genai_sentry.wire import fields
from genai_sentry.wire.fields import mapping
from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.openai_realtime import RealtimeFormat
from genai_sentry.wire.outcome import Outcome, RequestFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genai_sentry.runtime import Runtime

MAX_FLIGHTS: Final = 64
"""Responses of one session that are under way at once, as far as they are told apart."""

_REALTIME: Final = RealtimeFormat()
_TYPE: Final = lazy(rb'"type"\s*:\s*"([a-z_.]{1,80})"')
_ENDS: Final = frozenset({f"response.{end}" for end in ("completed", "incomplete", "failed", "cancelled", "done")})
_NAMED: Final = lazy(rb'"(?:response_id|stream_id)"\s*:\s*"([^"]{1,256})"')
"""How events say which response they belong to; where several lanes share a session, by the lane."""


class Flight:
    """A response that is under way: its call, and what watches its events."""

    __slots__ = ("call", "event_id", "lane", "observer")

    def __init__(self, call: Call, event_id: object, lane: object) -> None:
        self.call = call
        self.event_id = event_id
        self.lane = lane
        call.attempts_known = False
        self.observer = observe(call, streamed=True)
        call.result()

    def take(self, message: bytes, waited: float) -> None:
        """An event of this response, after `waited` seconds."""
        self.observer.chunk(b"data: " + message.replace(b"\n", b" ") + b"\n\n", waited)


class Session:
    """One connection: responses that were asked for, in order, and those that have begun, by their identifier.

    Attributes:
        runtime: what the instrumentor had set up when the session was first seen.
    """

    def __init__(self, runtime: Runtime, websocket: Any, *, realtime: bool) -> None:
        self.runtime = runtime
        self._format = _REALTIME if realtime else FORMATS["openai.responses"]
        self._realtime = realtime
        self._asked: deque[Flight] = deque()
        self._begun: dict[str, Flight] = {}
        request = getattr(websocket, "request", None)
        parts = urlsplit("//" + str(request.headers.get("Host", "")) + request.path if request is not None else "")
        self._host, self._path = parts.hostname or "", parts.path
        self._port = parts.port or 443
        query = parse_qs(parts.query)
        self._model = (query.get("model") or query.get("deployment") or [""])[0]

    def requested(self, event: Any) -> Flight | None:
        """The application sends an event: a response begins if it asks for one."""
        value = _asking(event)
        if value is None:
            return None
        body = mapping(value.get("response")) if self._realtime else value
        flight = self._open(body, value.get("event_id"), value.get("stream_id"))
        self._asked.append(flight)
        if len(self._asked) > MAX_FLIGHTS:
            self._asked.popleft().observer.end()
        return flight

    def unsent(self, flight: Flight, error: BaseException) -> None:
        """The event that asked for a response could not be sent."""
        if flight in self._asked:
            self._asked.remove(flight)
        flight.observer.end(error)

    def received(self, message: bytes, waited: float) -> None:
        """An event arrived after `waited` seconds."""
        found = _TYPE.search(message, 0, 4096)
        kind = found[1].decode() if found is not None else ""
        if "." not in kind and kind != "error":
            kind = str(mapping(fields.loads(message)).get("type"))
        if kind == "response.created":
            flight: Flight | None = self._created(message)
        elif kind.startswith("response."):
            flight = self._of(message)
        elif kind == "error":
            self._failed(message, waited)
            return
        else:
            if kind in ("session.created", "session.updated"):
                session = mapping(mapping(fields.loads(message)).get("session"))
                self._model = fields.text(session.get("model")) or self._model
            return
        if flight is not None:
            flight.take(message, waited)
            if kind in _ENDS:
                self._over(flight)

    def lost(self, error: BaseException) -> None:
        """Receiving failed; the connection's end, unless it was but a deadline or a cancellation."""
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "ConnectionClosedOK" in kinds:
            self._end(None, exhausted=True)
        elif "ConnectionClosed" in kinds or ("OSError" in kinds and "TimeoutError" not in kinds):
            self._end(error)

    def close(self) -> None:
        """The application has closed the connection, or dropped it."""
        self._end(None)

    def __del__(self) -> None:
        self._end(None)

    def _end(self, error: BaseException | None, *, exhausted: bool = False) -> None:
        flights = [*self._begun.values(), *self._asked]
        self._begun = {}
        self._asked.clear()
        for flight in flights:
            flight.observer.end(error, exhausted=exhausted)

    def _open(self, body: Mapping[str, object], event_id: object, lane: object = None) -> Flight:
        facts = self._format.request(body, self._path, capture=self.runtime.captures)
        facts.model = facts.model or self._model or None
        facts.stream = True
        return Flight(self._call(facts), event_id, lane)

    def _call(self, facts: RequestFacts | None) -> Call:
        found = self._format if facts is not None else None
        return Call(
            self.runtime,
            found,
            facts,
            provider=self.runtime.provider(self._host, self._port, self._path, found, "OpenAI"),
            address=self._host,
            port=self._port,
            path=self._path,
        )

    def _created(self, message: bytes) -> Flight:
        value = mapping(fields.loads(message))
        # Where the application asked for nothing, the session has begun a response by itself: somebody spoke.
        flight = self._next(value.get("stream_id")) or self._open({}, None)
        names = (mapping(value.get("response")).get("id"), value.get("stream_id"))
        if len(self._begun) >= MAX_FLIGHTS:
            self._over(next(iter(self._begun.values())))
        self._begun.update((str(name), flight) for name in names if name)
        return flight

    def _over(self, flight: Flight) -> None:
        """A response is over: nothing more is expected of it."""
        self._begun = {key: other for key, other in self._begun.items() if other is not flight}
        flight.observer.end(exhausted=True)

    def _next(self, lane: object) -> Flight | None:
        """The response that was asked for first, of the lane where the event names one."""
        flight = next((each for each in self._asked if lane is None or each.lane in (None, lane)), None)
        if flight is not None:
            self._asked.remove(flight)
        return flight

    def _of(self, message: bytes) -> Flight | None:
        begun = self._begun
        if len(begun) < 2:
            return next(iter(begun.values()), None)
        found = _NAMED.search(message)
        if found is not None:
            return begun.get(found[1].decode("utf-8", "replace"))
        name = mapping(mapping(fields.loads(message)).get("response")).get("id")
        return begun.get(str(name)) or next(reversed(begun.values()))

    def _failed(self, message: bytes, waited: float) -> None:
        value = mapping(fields.loads(message))
        cause = mapping(value.get("error")).get("event_id")
        flight = next((each for each in self._asked if cause is not None and each.event_id == cause), None)
        if flight is None and (cause is None or not self._realtime):
            flight = self._asked[0] if self._asked else None
            if flight is None and not self._realtime:
                flight = self._of(message)
        status = fields.count(value.get("status"))
        if flight is None:
            call = self._call(None)
            call.attempts_known = False
            call.status = status
            call.outcome = Outcome(error=dict(value))
            call.result()
            return
        if flight in self._asked:
            self._asked.remove(flight)
        flight.call.status = status
        flight.take(message, waited)
        self._over(flight)


def _asking(event: Any) -> Mapping[str, object] | None:
    """An event as a mapping, where it asks for a response."""
    if isinstance(event, str | bytes):
        probe = b"response.create" if isinstance(event, bytes) else "response.create"
        value = fields.loads(event) if probe in event else None  # type: ignore[operator]
    elif isinstance(event, dict):
        value = event
    elif getattr(event, "type", None) == "response.create":
        value = event.model_dump(exclude_unset=True)
    else:
        return None
    return value if isinstance(value, dict) and value.get("type") == "response.create" else None
