"""What can go wrong on purpose with one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

NEVER_S = 60.0
"""Seconds of silence that stand for no answer at all; a client gives up long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to answer badly. Fields combine; the default answers well.

    What an endpoint's format has no place for (the finish reason of an embedding) changes nothing there.

    Attributes:
        delay: seconds of silence before the headers.
        chunk_delay: seconds of silence before each event of a stream.
        reset: reset the connection in place of an answer.
        cut: end the connection after so many events of a stream; a whole body ends in the middle.
        status: HTTP status in place of 200; 400 and above bring an error body that says nothing more.
        body: this text as the whole body, whatever was asked (with `status`, `headers`).
        garbage: malformed JSON: the whole body, or, in a stream, the event after the first.
        empty: no byte of body.
        error_event: an error of this kind (`type` or `type.reason`) in mid-stream, after the first events.
        error_body_200: an error body of this kind under status 200.
        finish_reason: in place of `stop`, in OpenAI's words (`length`, `content_filter`).
        response_failed: Responses API: status `failed` with this error code (`server_error`, …).
        text: the answer's text.
        usage: whether token counts are given.
        done: whether a stream's own end mark (`[DONE]`) is sent.
        retry_after: seconds, in a `retry-after` header.
        headers: further response headers; they win over the usual ones.
    """

    delay: float = 0.0
    chunk_delay: float = 0.0
    reset: bool = False
    cut: int | None = None
    status: int | None = None
    body: str | None = None
    garbage: bool = False
    empty: bool = False
    error_event: str | None = None
    error_body_200: str | None = None
    finish_reason: str | None = None
    response_failed: str | None = None
    text: str | None = None
    usage: bool = True
    done: bool = True
    retry_after: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class FaultFields(TypedDict, total=False):
    """The fields of `Fault`, as keywords."""

    delay: float
    chunk_delay: float
    reset: bool
    cut: int | None
    status: int | None
    body: str | None
    garbage: bool
    empty: bool
    error_event: str | None
    error_body_200: str | None
    finish_reason: str | None
    response_failed: str | None
    text: str | None
    usage: bool
    done: bool
    retry_after: float | None
    headers: Mapping[str, str]


NO_FAULT = Fault()

FAULT_MODELS: Mapping[str, Fault] = {
    "cut": Fault(cut=3),
    "reset": Fault(reset=True),
    "garbage": Fault(garbage=True),
    "empty": Fault(empty=True),
    "error_event": Fault(error_event="server_error"),
    "error_body_200": Fault(error_body_200="server_error"),
    "length": Fault(finish_reason="length"),
    "content_filter": Fault(finish_reason="content_filter"),
    "response_failed": Fault(response_failed="server_error"),
    "no_usage": Fault(usage=False),
    "no_done": Fault(done=False),
    "slow": Fault(delay=0.5),
    "hang": Fault(delay=NEVER_S),
}
"""What the model name `fault-<word>` brings about."""
