"""A program: asks for answers by a framework, in several ways, and prints what was seen of it as JSON.

python framework_world.py FRAMEWORK REFUSALS ours|theirs
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any

warnings.simplefilter("ignore")  # theirs
os.environ.update(OPENAI_API_KEY="k", OPENAI_AGENTS_DISABLE_TRACING="1", LITELLM_LOCAL_MODEL_COST_MAP="True")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

from genai_sentry import GenAIInstrumentor, stats  # noqa: E402
from genai_sentry.statistics import recorder  # noqa: E402
from genai_sentry.testing import SimulatedProvider  # noqa: E402

MODEL = "gpt-4o-mini"
Way = Callable[[str], Any]


async def _drained(items: Any) -> None:
    async for _ in await items if asyncio.iscoroutine(items) else items:
        pass


def _langchain(base: str) -> Any:
    module = importlib.import_module("langchain_openai")
    return module.ChatOpenAI(model=MODEL, base_url=base, api_key="k", max_retries=1)


def _langchain_embeddings(base: str) -> Any:
    module = importlib.import_module("langchain_openai")
    made = module.OpenAIEmbeddings(model="text-embedding-3-small", base_url=base, api_key="k")
    made.check_embedding_ctx_length = False  # that loads a table from the network
    return made.embed_query("hi")


def _llama(base: str) -> tuple[Any, list[Any]]:
    module = importlib.import_module("llama_index.llms.openai")
    from llama_index.core.llms import ChatMessage

    return module.OpenAI(model=MODEL, api_base=base, api_key="k", max_retries=1), [ChatMessage("hi")]


def _llama_embeddings(base: str) -> Any:
    module = importlib.import_module("llama_index.embeddings.openai")
    return module.OpenAIEmbedding(model="text-embedding-3-small", api_base=base, api_key="k").get_text_embedding("hi")


def _dspy(base: str, **more: Any) -> Any:
    module = importlib.import_module("dspy")
    return module.LM(f"openai/{MODEL}", api_base=base, api_key="k", cache=False, num_retries=1, **more)


def _dspy_streamed(base: str) -> Any:
    dspy, lm = importlib.import_module("dspy"), _dspy(base)
    with dspy.context(lm=lm), contextlib.suppress(Exception):  # the answer is not of the form that it asks for
        asyncio.run(_drained(dspy.streamify(dspy.Predict("question -> answer"))(question="hi")))


def _instructor(base: str, client: str = "OpenAI") -> Any:
    instructor = importlib.import_module("instructor")
    import openai
    from pydantic import BaseModel

    class Answer(BaseModel):
        text: str

    made = instructor.from_openai(getattr(openai, client)(base_url=base, api_key="k"), mode=instructor.Mode.JSON)
    return made.chat.completions.create(
        model=MODEL, response_model=Answer, max_retries=0, messages=[{"role": "user", "content": "hi"}]
    )


def _pydantic(base: str) -> Any:
    module = importlib.import_module("pydantic_ai")
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return module.Agent(OpenAIChatModel(MODEL, provider=OpenAIProvider(base_url=base, api_key="k")))


async def _pydantic_streamed(base: str) -> None:
    async with _pydantic(base).run_stream("hi") as run:
        async for _ in run.stream_text():
            pass


def _agents(base: str, api: str, run: Callable[[Any, Any], Any]) -> Any:
    agents = importlib.import_module("agents")
    import openai

    agents.set_default_openai_client(openai.AsyncOpenAI(base_url=base, api_key="k"), use_for_tracing=False)
    agents.set_default_openai_api(api)
    return run(agents.Runner, agents.Agent(name="a", model=MODEL))


async def _agents_streamed(runner: Any, agent: Any) -> AsyncIterator[Any]:
    async for event in runner.run_streamed(agent, "hi").stream_events():
        yield event


def _parsed(make: Callable[[], Any]) -> None:
    with contextlib.suppress(Exception):  # the simulated answer is no JSON
        made = make()
        if asyncio.iscoroutine(made):
            asyncio.run(_awaited(made))


async def _awaited(made: Any) -> Any:
    return await made


WAYS: dict[str, dict[str, Way]] = {
    "langchain": {
        "whole": lambda base: _langchain(base).invoke("hi"),
        "awaited": lambda base: asyncio.run(_langchain(base).ainvoke("hi")),
        "streamed": lambda base: list(_langchain(base).stream("hi")),
        "streamed, awaited": lambda base: asyncio.run(_drained(_langchain(base).astream("hi"))),
        "embeddings": _langchain_embeddings,
    },
    "llama-index": {
        "whole": lambda base: _llama(base)[0].chat(_llama(base)[1]),
        "completion": lambda base: _llama(base)[0].complete("hi"),
        "awaited": lambda base: asyncio.run(_awaited(_llama(base)[0].achat(_llama(base)[1]))),
        "streamed": lambda base: list(_llama(base)[0].stream_chat(_llama(base)[1])),
        "streamed, awaited": lambda base: asyncio.run(_drained(_llama(base)[0].astream_chat(_llama(base)[1]))),
        "embeddings": _llama_embeddings,
    },
    "dspy": {
        "whole": lambda base: _dspy(base)("hi"),
        "awaited": lambda base: asyncio.run(_awaited(_dspy(base).acall("hi"))),
        "streamed": _dspy_streamed,
    },
    "instructor": {
        "whole": lambda base: _parsed(lambda: _instructor(base)),
        "awaited": lambda base: _parsed(lambda: _instructor(base, "AsyncOpenAI")),
    },
    "pydantic-ai": {
        "whole": lambda base: _pydantic(base).run_sync("hi"),
        "streamed, awaited": lambda base: asyncio.run(_pydantic_streamed(base)),
    },
    "openai-agents": {
        "whole": lambda base: _agents(base, "responses", lambda runner, agent: runner.run_sync(agent, "hi")),
        "chat": lambda base: _agents(base, "chat_completions", lambda runner, agent: runner.run_sync(agent, "hi")),
        "streamed, awaited": lambda base: asyncio.run(_drained(_agents(base, "responses", _agents_streamed))),
    },
}
"""Framework to the ways to ask by it. All ask for one answer."""


def _instrument(framework: str, provider: TracerProvider) -> None:
    """Switch the framework's own spans on, or an instrumentation's."""
    if framework == "pydantic-ai":
        settings = importlib.import_module("pydantic_ai.models.instrumented").InstrumentationSettings
        importlib.import_module("pydantic_ai").Agent.instrument_all(settings(tracer_provider=provider))
        return
    module, name = INSTRUMENTORS[framework]
    getattr(importlib.import_module(module), name)().instrument(tracer_provider=provider)


INSTRUMENTORS = {
    "langchain": ("openinference.instrumentation.langchain", "LangChainInstrumentor"),
    "llama-index": ("openinference.instrumentation.llama_index", "LlamaIndexInstrumentor"),
    "dspy": ("openinference.instrumentation.dspy", "DSPyInstrumentor"),
    "instructor": ("openinference.instrumentation.instructor", "InstructorInstrumentor"),
    "openai-agents": ("openinference.instrumentation.openai_agents", "OpenAIAgentsInstrumentor"),
}


def _seen(span: ReadableSpan, application: int, spans: dict[int, ReadableSpan]) -> dict[str, Any]:
    """What a test holds a span against."""
    attributes = dict(span.attributes or {})
    above = span.parent
    while above is not None and above.span_id != application:
        parent = spans.get(above.span_id)
        above = parent.parent if parent is not None else None
    return {
        "scope": span.instrumentation_scope.name if span.instrumentation_scope is not None else "",
        "within": above is not None,
        "kind": attributes.get("openinference.span.kind") or attributes.get("gen_ai.operation.name") or "",
        "ours": "ai_model" in attributes,
        "cost": attributes.get("llm_cost_usd"),
        "attempts": attributes.get("llm_attempts"),
        "failure": attributes.get("llm_error_type"),
    }


def main() -> None:
    """Ask in every way, with so many refusals first; print what was seen."""
    framework, refusals, theirs = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "theirs"
    exporter, tracing = InMemorySpanExporter(), TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(exporter))
    GenAIInstrumentor().instrument(tracer_provider=tracing)
    if theirs:
        _instrument(framework, tracing)
    found: dict[str, Any] = {}
    for way, ask in WAYS[framework].items():
        if refusals > 1 and way == "embeddings":
            continue  # repeated for minutes
        exporter.clear()
        recorder.reset()
        with SimulatedProvider() as provider:
            if refusals:
                provider.fail_next("rate_limit", reason="requests_per_minute", times=refusals, retry_after=0)
            with tracing.get_tracer("application").start_as_current_span("application") as around:
                try:
                    ask(provider.base_url)
                except Exception as error:
                    if not refusals:
                        found[way] = {"raised": repr(error)}
                        continue
            spans = {span.context.span_id: span for span in exporter.get_finished_spans() if span.context is not None}
            application = around.get_span_context().span_id
            told = [_seen(span, application, spans) for key, span in spans.items() if key != application]
            seen = stats()
            found[way] = {
                "spans": told,
                "requests": len(provider.requests),
                "calls": seen.calls,
                "failures": seen.failures,
            }
    print(json.dumps(found), flush=True)
    os._exit(0)  # some leave threads behind that would wait for the network


if __name__ == "__main__":
    main()
