"""The call: `request` of the generated SDKs' base clients (openai, anthropic, groq, together, cerebras, …)."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import NoOpTracer, ProxyTracer

from genai_sentry.call import Call
from genai_sentry.patch import shell
from genai_sentry.patch.beneath import Beneath
from genai_sentry.patch.seam import Seam

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

LLM_SDKS: tuple[str, ...] = (
    "openai",
    "anthropic",
    "groq",
    "together",
    "cerebras.cloud.sdk",
    "llama_api_client",
    "writerai",
    "perplexity",
    "gradient",
    "openrouter",
)
"""Generated SDKs of LLM providers: every call of theirs counts, also what is no inference."""

PINGS: frozenset[str] = frozenset({"/v1/tcp_warming"})
"""What an SDK asks for by itself, to have a connection: its failure is nobody's (cerebras passes over it)."""

BASE_CLIENT = "._base_client"


def package_of(module_name: str) -> str:
    """`openai` of `openai._base_client`."""
    return module_name.removesuffix(BASE_CLIENT)


def is_base_client(module: ModuleType) -> bool:
    """Whether a module is a generated SDK's base client."""
    return isinstance(getattr(module, "SyncAPIClient", None), type) and isinstance(
        getattr(module, "AsyncAPIClient", None), type
    )


def loaded_base_clients() -> list[ModuleType]:
    """Base clients that are imported already, of whatever SDK."""
    found = [module for name, module in sys.modules.copy().items() if name.endswith(BASE_CLIENT) and module is not None]
    return [module for module in found if is_base_client(module)]


def seams(module: ModuleType) -> list[Seam]:
    """The replacements for one base client module; none where its shape is unknown."""
    if not is_base_client(module):
        return []
    sync, asynchronous = module.SyncAPIClient, module.AsyncAPIClient
    if "request" not in sync.__dict__ or "request" not in asynchronous.__dict__:
        return []
    known = package_of(module.__name__) in LLM_SDKS

    def open_call(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
        return _open(runtime, args[0], kwargs["options"] if "options" in kwargs else args[2], known)

    return [
        Beneath(sync, "request", lambda original: shell.around(original, open_call)),
        Beneath(asynchronous, "request", lambda original: shell.around_async(original, open_call)),
    ]


def _open(runtime: Runtime, client: Any, options: Any, known: bool) -> Call | None:
    target = runtime.target(client, options.url, options.method)
    found = target.format
    if found is None and (not known or target.path in PINGS):
        return None
    return Call(
        runtime,
        found,
        found.request(_body(options), target.path, capture=runtime.captures) if found is not None else None,
        hint=target.hint,
        provider=target.provider,
        address=target.address,
        port=target.port,
        path=target.endpoint,
        make_span=found is not None and found.spanned and not traces_itself(client, options),
    )


def _body(options: Any) -> dict[str, object] | None:
    """The JSON body as far as it is known before the request is built; the caller's objects are only read."""
    data, extra = options.json_data, vars(options).get("extra_json")
    if not isinstance(data, dict):
        return None
    if isinstance(extra, dict) and extra:
        return {**data, **extra}
    return data


def traces_itself(client: Any, options: Any) -> bool:
    """Whether the SDK makes a gen_ai span of its own for a call: anthropic does where a tracer provider is set."""
    if vars(options).get("span_name") is None:
        return False
    tracer = getattr(client, "_tracer", None)
    if isinstance(tracer, ProxyTracer):
        tracer = tracer._tracer
    return tracer is not None and not isinstance(tracer, NoOpTracer)
