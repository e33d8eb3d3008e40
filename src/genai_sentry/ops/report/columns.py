"""The columns of the report's table of calls, and which span attribute each is read from."""

from __future__ import annotations

from typing import NamedTuple

from genai_sentry.telemetry import attributes as emitted


class Column(NamedTuple):
    """One column.

    Attributes:
        name: its name in the table.
        kind: its SQL type.
        attributes: span attributes that may hold it, this package's own first, then those of other instrumentations.
    """

    name: str
    kind: str
    attributes: tuple[str, ...] = ()


FACTS: tuple[Column, ...] = (
    Column("start_ns", "BIGINT"),
    Column("end_ns", "BIGINT"),
    Column("trace", "VARCHAR"),
    Column("span", "VARCHAR"),
    Column("parent", "VARCHAR"),
    Column("ours", "BOOLEAN"),
    Column("service", "VARCHAR"),
    Column("environment", "VARCHAR"),
    Column("labels", "VARCHAR"),
)
"""What stands outside a span's attributes, or takes more than looking one up."""

READ: tuple[Column, ...] = (
    Column("provider", "VARCHAR", (emitted.LLM_PROVIDER, emitted.PROVIDER_NAME, "gen_ai.system", "llm.provider")),
    Column(
        "model",
        "VARCHAR",
        (emitted.AI_MODEL, emitted.REQUEST_MODEL, "llm.request.model", "llm.model_name", "embedding.model_name"),
    ),
    Column("answered", "VARCHAR", (emitted.RESPONSE_MODEL,)),
    Column(
        "operation",
        "VARCHAR",
        (emitted.OPERATION_NAME, "gen_ai.operation", "llm.request.type", "openinference.span.kind"),
    ),
    Column("host", "VARCHAR", (emitted.SERVER_ADDRESS,)),
    Column(
        "input_tokens",
        "DOUBLE",
        (emitted.USAGE["input_tokens"][0], "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    ),
    Column(
        "output_tokens",
        "DOUBLE",
        (emitted.USAGE["output_tokens"][0], "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    ),
    Column(
        "cache_read_tokens",
        "DOUBLE",
        (
            emitted.USAGE["cache_read_input_tokens"][0],
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
        ),
    ),
    Column(
        "cache_write_tokens",
        "DOUBLE",
        (
            *emitted.USAGE["cache_write_input_tokens"],
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
        ),
    ),
    Column(
        "reasoning_tokens",
        "DOUBLE",
        (
            emitted.USAGE["reasoning_output_tokens"][0],
            "gen_ai.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
        ),
    ),
    Column("cost_usd", "DOUBLE", (emitted.COST_USD, emitted.COST_TOTAL)),
    Column("cost_source", "VARCHAR", (emitted.COST_SOURCE,)),
    Column("type", "VARCHAR", (emitted.LLM_ERROR_TYPE,)),
    Column("reason", "VARCHAR", (emitted.LLM_ERROR_REASON,)),
    Column("retryable", "BOOLEAN", (emitted.LLM_RETRYABLE,)),
    Column("error", "VARCHAR", (emitted.ERROR_TYPE,)),
    Column("finish", "VARCHAR", (emitted.FINISH_REASON, emitted.FINISH_REASONS, "llm.response.finish_reason")),
    Column("attempts", "DOUBLE", (emitted.ATTEMPTS,)),
    Column("retry_wait_s", "DOUBLE", (emitted.RETRY_WAIT,)),
    Column("last_attempt_s", "DOUBLE", (emitted.LAST_ATTEMPT,)),
    Column("status", "DOUBLE", (emitted.STATUS_CODE, "http.status_code")),
    Column("stream", "VARCHAR", (emitted.STREAM_OUTCOME,)),
    Column("first_chunk_s", "DOUBLE", (emitted.TIME_TO_FIRST_CHUNK,)),
    Column("limit_requests", "DOUBLE", (emitted.LIMITS["limit_requests"],)),
    Column("remaining_requests", "DOUBLE", (emitted.LIMITS["remaining_requests"],)),
    Column("limit_tokens", "DOUBLE", (emitted.LIMITS["limit_tokens"],)),
    Column("remaining_tokens", "DOUBLE", (emitted.LIMITS["remaining_tokens"],)),
    Column("exhausted_in_s", "DOUBLE", (emitted.EXHAUSTED_IN,)),
    Column("operation_attempt", "DOUBLE", (emitted.OPERATION_ATTEMPT,)),
    Column("rate", "DOUBLE", ("sentry.client_sample_rate",)),
)
"""What is read from a span's attributes."""

COLUMNS = FACTS + READ
INDEX = {column.name: position for position, column in enumerate(READ)}
"""Position of each read column among them."""

LABEL_SEPARATOR = "\x1f"
"""Between the labels of one call, each `name=value`."""

NO_CALLS = frozenset(
    {"create_agent", "invoke_agent", "execute_tool", "invoke_workflow", "plan", "agent", "tool", "chain", "retriever",
     "reranker", "guardrail", "evaluator", "workflow", "task", "retrieval", "handoff"}
)  # fmt: skip
"""Operations whose spans are no calls: they hold calls, whose tokens some of them repeat."""


def known_attributes() -> frozenset[str]:
    """Names of attributes that are no labels."""
    names = {name for column in READ for name in column.attributes}
    for value in vars(emitted).values():
        if isinstance(value, str):
            names.add(value)
    return frozenset(names)
