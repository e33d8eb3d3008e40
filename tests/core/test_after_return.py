"""An exception that the SDK raises about an answer that arrived is told by the call that it is about."""

from __future__ import annotations

import inspect

import openai
import pytest

from process import run


@pytest.mark.skipif(
    "completion" not in inspect.signature(openai.LengthFinishReasonError).parameters,
    reason="the exception of this version says nothing of its call",
)
def test_an_output_that_was_cut_and_can_not_be_parsed_carries_the_calls_facts() -> None:
    """`.parse()` raises when the answer is there already: the captured event has the call's model, trace and tokens."""
    seen = run(
        """
import json
import openai, sentry_sdk
from pydantic import BaseModel
import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

class Word(BaseModel):
    word: str

with SimulatedProvider() as provider, SentryReceiver() as receiver:
    genai_sentry.init(receiver.dsn)
    client = openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0)
    provider.fault_next(finish_reason="length")
    try:
        client.chat.completions.parse(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}], response_format=Word)
    except openai.LengthFinishReasonError as error:
        sentry_sdk.capture_exception(error)
    genai_sentry.flush(5)
    (event,) = receiver.events
    (span,) = [s for s in receiver.spans if "gen_ai.operation.name" in s.attributes]
    print(json.dumps([event["tags"].get("llm_error_type"), event["tags"].get("ai_model"),
                      event["contexts"]["trace"]["span_id"] == span.span_id,
                      span.attributes["gen_ai.usage.output_tokens"] > 0]))
    genai_sentry.shutdown()
"""
    )

    assert ["invalid_response", "gpt-4o-mini", True, True] == seen
