"""What is known of one logical call when it is over: what every sink (span, metrics, stats, Sentry) reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.pricing.cost import Cost
    from genai_sentry.ratelimit.limits import RateLimits
    from genai_sentry.wire.outcome import Outcome, Usage


@dataclass(slots=True)
class StreamFacts:
    """How a stream went; all times are waiting for the provider, the consumer's own time excluded.

    Attributes:
        chunks: pieces of body that arrived.
        first_chunk_s: seconds from the call's start to the first piece of the last attempt.
        first_content_s: seconds from the call's start to the first piece that carried content.
        max_gap_s: the longest wait between two pieces, in seconds.
        outcome: `complete`, `closed_early`, `cut` or `error`.
    """

    chunks: int = 0
    first_chunk_s: float | None = None
    first_content_s: float | None = None
    max_gap_s: float | None = None
    outcome: str = "complete"


@dataclass(slots=True)
class CallRecord:
    """One logical call, whatever the number of HTTP attempts.

    Attributes:
        operation: `gen_ai.operation.name` (`chat`, `embeddings`, …); empty for a call that is no inference.
        provider: `gen_ai.provider.name`.
        model: the requested model, else the answering one; cleaned (printable, at most 100 characters); may be empty.
        endpoint: the URL's path, without query.
        server_address, server_port: where it went.
        started_at: Unix time in seconds.
        duration_s: the whole logical call, retries and streaming included.
        timed: whether the duration is known; of a batch's items it is not.
        last_attempt_s: seconds from the last attempt's start to the end.
        attempts: HTTP attempts; None where they can't be seen.
        attempt_statuses: HTTP status of each attempt, None where it had no answer.
        retry_wait_s: seconds spent waiting between attempts.
        operation_attempt: number of this call among those that retried the same operation, where `is_retryable` or
            `retry_wait` linked them; else 1.
        status: HTTP status of the last attempt.
        request_id: the provider's name for the request.
        processing_ms: the provider's own processing time, where it says so.
        stream: how a stream went; None for whole answers.
        outcome: what was decoded from the response; None where nothing was.
        usage: token counts, from the wire or, marked by `usage_estimated`, counted locally.
        cost: what it cost; None where unknown.
        limits: the rate limits named by the last attempt's headers.
        credential: a short hash of the credential, to tell limits of several keys apart; never the key.
        labels: the labels in force when the call began.
        classification: what went wrong; None where nothing did.
        error_type: `error.type` of the span; None where nothing went wrong.
        message: the failure's message as an answer worded it, scrubbed on its way out; empty where nothing went wrong.
        trace_id, span_id, parent_span_id: of the call's span, as integers; 0 where there is none.
        sampled: whether that span is sampled.
        instrumentation: who made the span: `genai_sentry`, or the scope name of another instrumentation.
    """

    operation: str = ""
    provider: str = ""
    model: str = ""
    endpoint: str = ""
    server_address: str = ""
    server_port: int | None = None
    started_at: float = 0.0
    duration_s: float = 0.0
    timed: bool = True
    last_attempt_s: float | None = None
    attempts: int | None = None
    attempt_statuses: tuple[int | None, ...] = ()
    retry_wait_s: float = 0.0
    operation_attempt: int = 1
    status: int | None = None
    request_id: str | None = None
    processing_ms: float | None = None
    stream: StreamFacts | None = None
    outcome: Outcome | None = None
    usage: Usage | None = None
    usage_estimated: bool = False
    cost: Cost | None = None
    limits: RateLimits | None = None
    credential: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    classification: Classification | None = None
    error_type: str | None = None
    message: str = ""
    trace_id: int = 0
    span_id: int = 0
    parent_span_id: int = 0
    sampled: bool = False
    instrumentation: str = "genai_sentry"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that the process itself announces; at most one per process, key and window.

    Attributes:
        kind: `rate_limit_forecast`, `retry_storm` or `budget`.
        provider, model: what it is about.
        message: one sentence for a person.
        context_name: name of the Sentry context (`rate_limit_info`, `llm_retries`, `llm_budget`).
        context: its figures.
        labels: labels of the call that raised it.
    """

    kind: str
    provider: str
    model: str
    message: str
    context_name: str
    context: Mapping[str, object]
    labels: Mapping[str, str] = field(default_factory=dict)
