"""Responses within OpenAI's Realtime sessions: like those of the Responses API, in another envelope."""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.wire import openai_request as req
from genai_sentry.wire.fields import items, mapping
from genai_sentry.wire.openai_responses import ResponsesFormat
from genai_sentry.wire.outcome import Outcome, RequestFacts


class RealtimeFormat(ResponsesFormat):
    """`response.create` and what follows, over a WebSocket. The session names the model, not the request."""

    name = "openai.realtime"
    endpoint_kind = "realtime"

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a response that is asked for."""
        req.sampling(body, facts.attributes)
        req.max_tokens(body, facts.attributes, "max_output_tokens", "max_response_output_tokens")
        wanted = items(body.get("output_modalities") or body.get("modalities"))
        if "audio" in wanted:
            facts.attributes["gen_ai.output.type"] = "speech"
        elif wanted:
            facts.attributes["gen_ai.output.type"] = "text"

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A response in any state; why it is incomplete stands among its status details."""
        outcome = super().decode({**value, "incomplete_details": mapping(value.get("status_details"))})
        conversation = value.get("conversation_id")
        if isinstance(conversation, str) and conversation:
            outcome.attributes["gen_ai.conversation.id"] = conversation
        return outcome
