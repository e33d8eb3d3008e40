"""A service that already traces its LLM calls, by whatever instrumentation, and has Sentry: one line adds the events.

python app.py "What is a span?"        # OPENAI_API_KEY, SENTRY_DSN in the environment

Its TracerProvider, its exporter and its Sentry options stay as they are. Here the service makes its `gen_ai` spans by
hand; the official instrumentations, OpenLLMetry, OpenInference, Logfire and pydantic-ai are recognised alike.
"""

from __future__ import annotations

import os
import sys

import sentry_sdk
from openai import OpenAI, OpenAIError
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from sentry_sdk.integrations.openai import OpenAIIntegration

from genai_sentry import GenAIErrorProcessor

MODEL = os.environ.get("ANSWER_MODEL", "gpt-4o-mini")

# What the service had before. Sentry's own OpenAI integration is off: it would report every failure once more.
sentry_sdk.init(disabled_integrations=[OpenAIIntegration])
provider = TracerProvider(resource=Resource.create({"service.name": "answers"}))
trace.set_tracer_provider(provider)

# What is new. Spans reach the exporter as copies that carry classification and cost.
provider.add_span_processor(GenAIErrorProcessor(forward_to=BatchSpanProcessor(ConsoleSpanExporter())))

tracer = trace.get_tracer("answers")


def answer(client: OpenAI, question: str) -> str:
    """One call in one span, as the semantic convention names things."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": MODEL,
    }
    with tracer.start_as_current_span(f"chat {MODEL}", kind=SpanKind.CLIENT, attributes=attributes) as span:
        try:
            made = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
        except OpenAIError as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            raise
        if made.usage is not None:
            span.set_attribute("gen_ai.usage.input_tokens", made.usage.prompt_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", made.usage.completion_tokens)
        return made.choices[0].message.content or ""


def main() -> int:
    """Answer the question on the command line."""
    question = " ".join(sys.argv[1:]) or "Hello"
    with OpenAI(max_retries=0, timeout=30) as client:
        try:
            print(answer(client, question))
        except OpenAIError as error:
            print(f"no answer: {type(error).__name__}", file=sys.stderr)
            return 1
        finally:
            provider.force_flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
