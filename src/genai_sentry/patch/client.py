"""The call: `request` of the generated SDKs' base clients (openai, anthropic, groq, together, cerebras, …)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from genai_sentry.call import Call, current
from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state
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
    return [
        Seam(sync, "request", lambda original: _sync(original, known)),
        Seam(asynchronous, "request", lambda original: _async(original, known)),
    ]


def _sync(original: Callable[..., Any], known: bool) -> Callable[..., Any]:
    def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = begin(self, args, kwargs, known)
        if call is None:
            return original(self, *args, **kwargs)
        call.enter()
        try:
            result = original(self, *args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        finally:
            call.leave()
        call.result()
        return result

    return request


def _async(original: Callable[..., Any], known: bool) -> Callable[..., Any]:
    async def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = begin(self, args, kwargs, known)
        if call is None:
            return await original(self, *args, **kwargs)
        call.enter()
        try:
            result = await original(self, *args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        finally:
            call.leave()
        call.result()
        return result

    return request


def begin(client: Any, args: tuple[Any, ...], kwargs: dict[str, Any], known: bool) -> Call | None:
    """Open a call, or None where there is nothing to observe. Never raises."""
    runtime = state.runtime
    if runtime is None:
        return None
    try:
        outer = current.get()
        if outer is not None and not outer.returned and not outer.done:
            return None  # the outermost logical call wins; this one's attempts are its attempts
        if runtime.suppressed():
            return None
        options = kwargs["options"] if "options" in kwargs else args[1]
        return _open(runtime, client, options, known)
    except Exception as fault:
        if not swallowed("call", fault):
            raise
        return None


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
        make_span=found is not None and runtime.makes_span(client),
    )


def _body(options: Any) -> dict[str, object] | None:
    """The JSON body as far as it is known before the request is built; the caller's objects are only read."""
    data, extra = options.json_data, getattr(options, "extra_json", None)
    if not isinstance(data, dict):
        return None
    if isinstance(extra, dict) and extra:
        return {**data, **extra}
    return data
