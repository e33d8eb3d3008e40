"""The call: `request` of the generated SDKs' base clients (openai, anthropic, groq, together, cerebras, …)."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import NoOpTracer, ProxyTracer

from genai_sentry.call import Call
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam
from genai_sentry.wire import formats

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
    found = [module for name, module in list(sys.modules.items()) if name.endswith(BASE_CLIENT) and module is not None]
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
        Seam(sync, "request", lambda original: shell.around(original, open_call)),
        Seam(asynchronous, "request", lambda original: shell.around_async(original, open_call)),
    ]


def _open(runtime: Runtime, client: Any, options: Any, known: bool) -> Call | None:
    path = str(options.url).partition("?")[0]
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    found = formats.match(path) if str(options.method).upper() == "POST" else None
    if found is None and not known:
        return None
    provider, address, port, base_path = runtime.server(client, found, path)
    facts = None
    if found is not None:
        facts = found.request(_body(options), path, capture=runtime.captures)
    return Call(
        runtime,
        found,
        facts,
        hint=path.strip("/").encode(),
        provider=provider,
        address=address,
        port=port,
        path=base_path + path,
        make_span=found is not None and bool(found.operation) and not traces_itself(client, options),
    )


def _body(options: Any) -> dict[str, object] | None:
    """The JSON body as far as it is known before the request is built; the caller's objects are only read."""
    data, extra = options.json_data, getattr(options, "extra_json", None)
    if not isinstance(data, dict):
        return None
    if isinstance(extra, dict) and extra:
        return {**data, **extra}
    return data


def traces_itself(client: Any, options: Any) -> bool:
    """Whether the SDK makes a gen_ai span of its own for a call: anthropic does where a tracer provider is set."""
    if getattr(options, "span_name", None) is None:
        return False
    tracer = getattr(client, "_tracer", None)
    if isinstance(tracer, ProxyTracer):
        tracer = tracer._tracer
    return tracer is not None and not isinstance(tracer, NoOpTracer)
