"""Checks of a service's own set-up, as it stands in this process."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import NoOpTracerProvider, ProxyTracerProvider

from genai_sentry import own_provider
from genai_sentry.ops.doctor.facts import Facts
from genai_sentry.ops.doctor.findings import PROCESS, Finding, check


@check("instrumentation", PROCESS)
def instrumentation(facts: Facts) -> Iterator[Finding]:
    """Nothing observes the calls."""
    processors = [type(item).__name__ for item in facts.processors()]
    if facts.runtime is None and "GenAIErrorProcessor" not in processors:
        yield Finding(
            "not-instrumented",
            "After the service's set-up neither the instrumentation nor GenAIErrorProcessor is active.",
            "Call genai_sentry.init() at start-up, before the first request.",
        )


@check("Sentry client", PROCESS)
def sentry_client(facts: Facts) -> Iterator[Finding]:
    """Sentry is not set up, though there is a DSN."""
    if facts.client is None and facts.dsn:
        yield Finding(
            "sentry-not-initialised",
            "After the service's set-up there is no active Sentry client: no event is sent.",
            "Call genai_sentry.init() (it sets up Sentry), or sentry_sdk.init() before it.",
        )


@check("span exporter", PROCESS)
def span_exporter(facts: Facts) -> Iterator[Finding]:
    """Spans go nowhere; where the DSN or the configurator is missing, that is told already."""
    if (not facts.dsn and _made_here(facts)) or (
        facts.launched and not facts.entry_points["opentelemetry_configurator"]
    ):
        return
    if isinstance(facts.provider, ProxyTracerProvider | NoOpTracerProvider):
        yield Finding(
            "exporter-missing",
            "OpenTelemetry has no TracerProvider of its SDK: no span is recorded.",
            "Call genai_sentry.init(), or set a TracerProvider before instrumenting.",
        )
    elif (
        _open(facts.provider)
        and not any(facts.exporters())
        and not any(_sends_itself(item) for item in facts.processors())
    ):
        yield Finding(
            "exporter-missing",
            "The TracerProvider has no exporter: spans are made and go nowhere.",
            "Add a BatchSpanProcessor with an exporter, or let genai_sentry.init() set Sentry up with its DSN.",
        )


def _open(provider: Any) -> bool:
    """Whether it can be seen what becomes of a provider's spans: in the SDK's own, not in one of another make."""
    return hasattr(provider, "_active_span_processor")


def _made_here(facts: Facts) -> bool:
    """Whether this package made the provider: its spans carry their sampling rate."""
    from genai_sentry.telemetry.stamp import is_stamped

    return is_stamped(facts.provider)


def _sends_itself(processor: Any) -> bool:
    return type(processor).__name__ == "SentrySpanProcessor"


@check("order of set-up", PROCESS)
def provider_order(facts: Facts) -> Iterator[Finding]:
    """A second provider was refused by OpenTelemetry, and its processors with it."""
    if not any("Overriding of current TracerProvider" in message for message in facts.warnings):
        return
    if "otlp" in facts.integrations or _made_here(facts):
        yield Finding(
            "provider-after-sentry",
            "set_tracer_provider() was called after Sentry's set-up had made a provider: OpenTelemetry refused it, "
            "and its processors and exporters see nothing.",
            "Set your TracerProvider first, then call genai_sentry.init() or sentry_sdk.init().",
        )
    else:
        yield Finding(
            "provider-set-twice",
            "set_tracer_provider() was called twice: the second was refused, and its processors see nothing.",
            "Set one provider, and add further processors to it with add_span_processor().",
        )


@check("propagator", PROCESS)
def propagator(facts: Facts) -> Iterator[Finding]:
    """Sentry's integration puts its own propagator in place of the W3C one."""
    fields: Collection[str] = getattr(facts.propagator, "fields", ())
    if "traceparent" not in fields:
        yield Finding(
            "propagator-replaced",
            f"{type(facts.propagator).__name__} is the propagator: W3C traceparent is neither read nor sent, so traces "
            "break at other services.",
            "Use OTLPIntegration(setup_propagator=False), as genai_sentry.init() does.",
        )


@check("exporters to Sentry", PROCESS)
def exporters_to_sentry(facts: Facts) -> Iterator[Finding]:
    """Each span arrives more than once."""
    ways = _ways_to_sentry(facts)
    if len(ways) > 1:
        yield Finding(
            "second-exporter",
            f"{len(ways)} ways lead to Sentry ({', '.join(ways)}): spans, tokens and costs are counted more than once.",
            "Keep one: OTLPIntegration(setup_otlp_traces_exporter=False) leaves it to your own exporter.",
        )


def _ways_to_sentry(facts: Facts) -> list[str]:
    """Class names of what sends spans to Sentry; this package's exporter counts unless it stands aside."""
    from genai_sentry.launcher import takeover
    from genai_sentry.launcher.exporter import SentrySpanExporter

    host = urlsplit(facts.dsn).hostname or ""
    ways = [type(item).__name__ for item in facts.processors() if _sends_itself(item)]
    for exporter in facts.exporters():
        if isinstance(exporter, SentrySpanExporter):
            if not takeover.taken_over():
                ways.append(type(exporter).__name__)
        elif _goes_to_sentry(exporter, host):
            ways.append(type(exporter).__name__)
    return ways


def _goes_to_sentry(exporter: Any, host: str) -> bool:
    parts = urlsplit(str(getattr(exporter, "_endpoint", "")))
    return "/integration/otlp/" in parts.path or bool(host and parts.hostname == host)


OTHERS = re.compile(
    r"^(opentelemetry\.instrumentation\.(openai|openai_v2|genai|anthropic|cohere|mistralai|groq|together|ollama|"
    r"google_generativeai|vertexai|bedrock|litellm)|openinference\.instrumentation)(\.|$)"
)
"""Modules of other instrumentations of LLM calls."""


@check("other instrumentations", PROCESS)
def other_instrumentations(facts: Facts) -> Iterator[Finding]:
    """Another instrumentation makes spans of the same calls."""
    from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined, unused-ignore]

    if facts.runtime is None:
        return
    for kind in _subclasses(BaseInstrumentor):
        instance = kind.__dict__.get("_instance")
        if instance is None or not OTHERS.match(kind.__module__):
            continue
        if getattr(instance, "is_instrumented_by_opentelemetry", False):
            yield Finding(
                "other-instrumentation",
                f"{kind.__module__}.{kind.__qualname__} is active too: its spans are kept where it wraps a call, and "
                "lack what only this package sees of streams and attempts.",
                "Uninstrument it, or keep it and use GenAIErrorProcessor in place of genai_sentry.init().",
            )


def _subclasses(kind: type) -> list[type]:
    found: list[type] = kind.__subclasses__()
    return found + [deeper for each in found for deeper in _subclasses(each)]


@check("Sentry's own integrations", PROCESS)
def sentry_integrations(facts: Facts) -> Iterator[Finding]:
    """Sentry's own integrations report the same failures, unhandled and without application frames."""
    from genai_sentry.sentry.integrations import COVERED

    for name in sorted(COVERED.keys() & facts.integrations.keys()):
        yield Finding(
            "sentry-llm-integration",
            f"Sentry's own {name} integration is active: failures are reported twice, the second time as unhandled.",
            "Call genai_sentry.init() in place of sentry_sdk.init(), or give sentry_sdk.init() "
            "disabled_integrations=[…] with it.",
        )


@check("tracers of SDKs", PROCESS)
def sdk_tracers(facts: Facts) -> Iterator[Finding]:
    """anthropic from 2.12 on makes gen_ai spans of its own."""
    version = tuple(int(part) for part in re.findall(r"\d+", facts.versions.get("anthropic", ""))[:2])
    off = facts.environ.get("ANTHROPIC_OPEN_TELEMETRY", "").lower() == "false"
    if facts.runtime is not None and version >= (2, 12) and not off:
        yield Finding(
            "sdk-tracer",
            "The anthropic SDK makes spans of its own: its calls are seen, but without cost on their spans.",
            "Set ANTHROPIC_OPEN_TELEMETRY=false; genai_sentry.init() does, unless the variable is set.",
        )


@check("sampling", PROCESS)
def sampler(facts: Facts) -> Iterator[Finding]:
    """The provider keeps a share of traces, of which Sentry knows nothing."""
    kept: Any = getattr(facts.provider, "sampler", None)
    text = str(kept.get_description()) if kept is not None and hasattr(kept, "get_description") else ""
    ratio = re.search(r"TraceIdRatioBased\{([0-9.eE+-]+)\}", text)
    off = text.startswith(("AlwaysOff", "ParentBased{root:AlwaysOff"))
    share = float(ratio.group(1)) if ratio else float(not off)
    if share == 0:
        yield Finding(
            "sampling-hides-spans",
            f"The TracerProvider's sampler ({text}) keeps no trace: dashboards of spans stay empty.",
            "Sample a share above 0; failures and metrics are complete at any rate.",
        )
    elif share < 1 and not _made_here(facts):
        yield Finding(
            "sampling-not-extrapolated",
            f"The TracerProvider keeps a share of {share:g}, which Sentry is not told: sums over spans are too small.",
            "Let genai_sentry.init() make the provider with trace_sample_rate, or use metrics for totals.",
        )


@check("two tracings", PROCESS)
def two_tracings(facts: Facts) -> Iterator[Finding]:
    """Sentry's own tracing and OpenTelemetry's export side by side."""
    if facts.provider is own_provider.private():  # of LLM spans alone, which join Sentry's trace
        return
    if "otlp" not in facts.integrations and not _ways_to_sentry(facts):
        return
    if facts.option("traces_sample_rate") is not None or facts.option("traces_sampler") is not None:
        yield Finding(
            "two-tracings",
            "traces_sample_rate (or traces_sampler) is set, and OpenTelemetry's spans go to Sentry too: two traces for "
            "each request, and errors are linked to one of them.",
            "Remove traces_sample_rate and traces_sampler from sentry_sdk.init(); sampling is OpenTelemetry's. Or "
            "call genai_sentry.init() after it, without a TracerProvider: LLM spans then join Sentry's trace.",
        )


@check("content and personal data", PROCESS)
def content(facts: Facts) -> Iterator[Finding]:
    """Prompts are sent although Sentry is told to keep personal data out, or the other way round."""
    if facts.settings is None or facts.client is None:
        return
    personal = bool(facts.option("send_default_pii"))
    if facts.settings.captures_spans and not personal:
        yield Finding(
            "content-without-pii",
            "capture_content puts prompts and outputs on spans, while send_default_pii is off: personal data goes to "
            "Sentry all the same.",
            "Switch capture_content off, or send_default_pii on, whichever is meant.",
        )
    elif personal and not facts.settings.captures_spans:
        yield Finding(
            "pii-without-content",
            "send_default_pii is on, but capture_content is off: prompts and outputs are not on spans.",
            "Set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only if they are wanted; else switch "
            "send_default_pii off.",
        )


@check("losses so far", PROCESS)
def losses(facts: Facts) -> Iterator[Finding]:
    """What this process could not deliver."""
    from genai_sentry.statistics import stats

    found = stats()
    if found.lost:
        what = ", ".join(f"{count} {kind}" for kind, count in sorted(found.lost.items()))
        why = ", ".join(sorted(found.lost_by_reason))
        yield Finding(
            "delivery-losses",
            f"Since its start this process could not deliver {what} ({why}).",
            "Look at Sentry's quota and rate limits, and at the network between the two; genai_sentry.stats() of a "
            "running service counts its losses in lost and lost_by_reason.",
        )


RETRIERS = ("tenacity", "stamina", "backoff", "retrying")
"""Libraries by which applications retry."""


@check("retries on retries", PROCESS)
def retries(facts: Facts) -> Iterator[Finding]:
    """The application retries what the SDK has retried already."""
    users = sorted({(name, retrier) for name, module in _own_modules() if (retrier := _retrier(module))})
    if not users:
        return
    clients = sorted({f"{type(item).__name__}(max_retries={item.max_retries})" for item in _sdk_clients()})
    if clients:
        name, retrier = users[0]
        yield Finding(
            "retries-multiplied",
            f"{name} uses {retrier}, and {', '.join(clients)} retries too: attempts multiply, and a failing provider "
            "is asked many times over.",
            "Give the SDK's client max_retries=0, or leave retrying to it; genai_sentry.is_retryable() tells what is "
            "worth it.",
        )


def _own_modules() -> Iterator[tuple[str, ModuleType]]:
    """Modules of the application: not installed packages, not the standard library, not this package."""
    base = getattr(sys, "base_prefix", sys.prefix)
    for name, module in sys.modules.copy().items():
        path = getattr(module, "__file__", None) or ""
        if not path or "-packages" in path or path.startswith((f"{base}/lib", f"{base}\\Lib")):
            continue
        if not name.startswith("genai_sentry"):
            yield name, module


def _retrier(module: ModuleType) -> str:
    for value in list(vars(module).values()):
        origin = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(origin, str) and origin.partition(".")[0] in RETRIERS:
            return origin.partition(".")[0]
    return ""


def _sdk_clients() -> Iterator[Any]:
    """Live clients of generated SDKs that retry."""
    import gc

    kinds: list[type] = []
    for package in ("openai", "anthropic", "groq", "together", "cerebras.cloud.sdk"):
        module = sys.modules.get(f"{package}._base_client")
        kind = getattr(module, "BaseClient", None)
        if isinstance(kind, type):
            kinds.append(kind)
    if not kinds:
        return
    wanted = tuple(kinds)
    for item in gc.get_objects():
        # by its real type: asking a lazy proxy for its class would wake it
        if issubclass(type(item), wanted) and getattr(item, "max_retries", 0) > 0:
            yield item
