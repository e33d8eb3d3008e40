"""The instrumentations that are compared: what each needs installed, and how it is switched on.

Every one with spans to the same no-op processor, content capture off (this package's default), its own telemetry off.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SDK = ("openai", "opentelemetry-sdk")
ALL_MODES = ("traced", "metrics", "unsampled", "noop")

Around = Callable[[], AbstractContextManager[Any]]
"""Put around every ten calls; a peer may need it to make spans at all."""


@dataclass(frozen=True)
class Setup:
    """What a worker hands to a peer."""

    mode: str
    tracer_provider: Any
    meter_provider: Any
    processor: Any


@dataclass(frozen=True)
class Peer:
    """One instrumentation.

    Attributes:
        name: in tables, and of its environment's folder.
        packages: what is installed for it.
        switch_on: instruments the worker's process; returns what it needs around calls, or None.
        modes: the set-ups it can be measured in.
        distribution: whose version is named.
        own_provider: whether it insists on a TracerProvider of its own.
    """

    name: str
    packages: tuple[str, ...]
    switch_on: Callable[[Setup], Around | None]
    modes: tuple[str, ...] = ALL_MODES
    distribution: str = ""
    own_provider: bool = False


def _providers(setup: Setup) -> dict[str, Any]:
    found = {"tracer_provider": setup.tracer_provider}
    if setup.meter_provider is not None:
        found["meter_provider"] = setup.meter_provider
    return found


def _plain(setup: Setup) -> Around | None:
    return None


def _bare_span(setup: Setup) -> Around | None:
    """What OpenTelemetry costs at least: one span, six attributes at its start and nine at its end, set by hand."""
    import openai
    from opentelemetry import trace

    tracer = trace.get_tracer("bare", tracer_provider=setup.tracer_provider)
    completions = openai.resources.chat.completions.Completions
    create = completions.create

    def with_span(self: Any, **request: Any) -> Any:
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": request["model"],
            "gen_ai.request.stream": False,
            "server.address": "api.openai.com",
            "server.port": 443,
        }
        with tracer.start_as_current_span(
            f"chat {request['model']}",
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            answer = create(self, **request)
            if span.is_recording() and hasattr(answer, "usage"):
                span.set_attributes(_answered(answer))
            return answer

    completions.create = with_span  # type: ignore[method-assign]
    return None


def _answered(answer: Any) -> dict[str, Any]:
    usage = answer.usage
    return {
        "gen_ai.response.id": answer.id,
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": tuple(choice.finish_reason for choice in answer.choices),
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.prompt_tokens_details.cached_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.completion_tokens_details.reasoning_tokens,
        "openai.response.service_tier": answer.service_tier,
        "llm_cost_usd": 0.0035,
    }


def _genai_sentry(setup: Setup) -> Around | None:
    from genai_sentry import GenAIInstrumentor

    GenAIInstrumentor().instrument(**_providers(setup))
    return None


def _genai_openai(setup: Setup) -> Around | None:
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "no_content"
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(**_providers(setup))
    return None


def _openllmetry(setup: Setup) -> Around | None:
    os.environ.update(TRACELOOP_TRACE_CONTENT="false", TRACELOOP_TELEMETRY="false")
    os.environ["TRACELOOP_METRICS_ENABLED"] = "true" if setup.meter_provider is not None else "false"
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(**_providers(setup))
    return None


def _openinference(setup: Setup) -> Around | None:
    os.environ.update(OPENINFERENCE_HIDE_INPUTS="true", OPENINFERENCE_HIDE_OUTPUTS="true")
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=setup.tracer_provider)
    return None


def _openlit(setup: Setup) -> Around | None:
    import openlit

    prices = Path(tempfile.mkdtemp(prefix="overhead-"), "prices.json")
    price = {"promptPrice": 0.0025, "completionPrice": 0.01}
    prices.write_text(json.dumps({"chat": {"gpt-4o": price}, "embeddings": {}, "images": {}, "audio": {}}), "utf-8")
    openlit.init(pricing_json=str(prices), capture_message_content=False, disable_metrics=setup.meter_provider is None)
    return None


def _logfire(setup: Setup) -> Around | None:
    import logfire

    logfire.configure(
        send_to_logfire=False,
        console=False,
        inspect_arguments=False,
        additional_span_processors=[setup.processor],
        metrics=None if setup.mode == "metrics" else False,
    )
    logfire.instrument_openai()
    return None


def _langfuse(setup: Setup) -> Around | None:
    from langfuse import Langfuse
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    logging.getLogger("langfuse").setLevel(logging.CRITICAL)
    Langfuse(
        public_key="pk-lf-benchmark",
        secret_key="sk-lf-benchmark",
        base_url="http://127.0.0.1:9",
        span_exporter=Nowhere(),
        tracer_provider=setup.tracer_provider,
        mask=lambda *, data, **rest: "",
    )
    import langfuse.openai  # noqa: F401

    return None


def _sentry(setup: Setup) -> Around | None:
    import sentry_sdk
    from sentry_sdk.integrations.openai import OpenAIIntegration
    from sentry_sdk.transport import Transport

    class Nowhere(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            pass

    sentry_sdk.init(
        dsn="http://benchmark@127.0.0.1:9/1",
        transport=Nowhere,
        traces_sample_rate=0.0 if setup.mode == "unsampled" else 1.0,
        default_integrations=False,
        integrations=[OpenAIIntegration(include_prompts=False)],
    )
    return lambda: sentry_sdk.start_transaction(name="benchmark", op="benchmark")


OURS = "genai-sentry"
BARE = "bare span"
PLAIN = "plain"

PEERS = (
    Peer(OURS, (*SDK, "."), _genai_sentry),
    Peer(BARE, (*SDK, "."), _bare_span, distribution="opentelemetry-sdk"),
    Peer(PLAIN, (*SDK, "."), _plain, distribution="openai"),
    Peer(
        "genai-openai",
        (*SDK, "opentelemetry-instrumentation-genai-openai"),
        _genai_openai,
        distribution="opentelemetry-instrumentation-genai-openai",
    ),
    Peer(
        "OpenLLMetry",
        (*SDK, "opentelemetry-instrumentation-openai"),
        _openllmetry,
        distribution="opentelemetry-instrumentation-openai",
    ),
    Peer(
        "OpenInference",
        (*SDK, "openinference-instrumentation-openai"),
        _openinference,
        ("traced", "unsampled", "noop"),
        "openinference-instrumentation-openai",
    ),
    Peer("OpenLIT", ("openai<3", "openlit>=1.45"), _openlit),
    Peer("Logfire", ("openai", "logfire"), _logfire, ("traced", "metrics"), own_provider=True),
    Peer("Langfuse", ("openai", "langfuse"), _langfuse, ("traced", "unsampled")),
    Peer("Sentry", (*SDK, "sentry-sdk"), _sentry, ("traced", "unsampled"), "sentry-sdk"),
)
"""Plain is the noise of the method: plain workers against plain workers. These three share one environment."""
