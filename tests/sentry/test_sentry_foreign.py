"""What a span of another instrumentation says of its call, whatever its attributes hold."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from genai_sentry.record import CallRecord
from genai_sentry.sentry import foreign
from genai_sentry.wire.outcome import Usage


def _record(**attributes: Any) -> CallRecord:
    given = {name.replace("__", "."): value for name, value in attributes.items()}
    return foreign.record_of(ReadableSpan("chat", attributes=given), "chat")


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1, -0.5, 2**70, True, "7", (7,)])
def test_what_is_no_count_is_unknown(odd: Any) -> None:
    """An attribute may hold any number; the others are read all the same."""
    record = _record(gen_ai__usage__input_tokens=odd, gen_ai__usage__output_tokens=7.0, http__status_code=odd)
    assert (Usage(output_tokens=7), None) == (record.usage, record.status)


@pytest.mark.parametrize("odd", ["[" * 99_000, "{", "[1]", '{"model": 7}', '{"model": null}'])
def test_parameters_that_name_no_model_are_passed_over(odd: str) -> None:
    """Nested as deeply as can be, too."""
    attributes = {"llm.invocation_parameters": odd, "llm.model_name": "m"}
    assert "m" == foreign.model_of(attributes)
    assert "gpt-4o" == foreign.model_of({**attributes, "llm.invocation_parameters": '{"model": "gpt-4o"}'})


def test_the_path_is_the_endpoint() -> None:
    """By the convention's name or by the older one, without what was asked for in the query."""
    assert ["/v1/chat", "/v1/chat", ""] == [
        _record(**given).endpoint
        for given in ({"url__path": "/v1/chat"}, {"http__target": "/v1/chat?key=k"}, {"url__full": "u"})
    ]
