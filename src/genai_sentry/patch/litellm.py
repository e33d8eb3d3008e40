"""litellm: one call of its functions may take retries and fallbacks, of several providers, by whatever client."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from genai_sentry.call import Call
from genai_sentry.makers import maker_of
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam
from genai_sentry.telemetry import attributes as names
from genai_sentry.wire import formats

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord
    from genai_sentry.runtime import Runtime
    from genai_sentry.wire.base import Format
    from genai_sentry.wire.outcome import RequestFacts

MODULES: Final = ("litellm", "litellm.main")
ROUTER: Final = "litellm.router"
ROUTER_CORE: Final = "litellm.router_rust.core"
"""What newer versions import for the first router that is made; its methods can be looked up only then."""

FUNCTIONS: Final[Mapping[str, str]] = {
    "completion": "openai.chat",
    "text_completion": "openai.completions",
    "embedding": "openai.embeddings",
    "image_generation": "openai.images.generations",
}
"""The functions that call models, and the format that their arguments and answers are like; each has an `a…` twin."""

PROVIDERS: Final[Mapping[str, str]] = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "azure": "azure.ai.openai",
    "azure_text": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "anthropic": "anthropic",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "sagemaker": "aws.bedrock",
    "gemini": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "mistral": "mistral_ai",
    "codestral": "mistral_ai",
    "xai": "x_ai",
    "moonshot": "moonshot_ai",
    "watsonx": "ibm.watsonx.ai",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "ollama_chat": "ollama",
    "hosted_vllm": "vllm",
}
"""litellm's names of providers by ours, where they differ from ours or could be taken for a maker's name."""

_BY_HOST: Final = frozenset({"openai", "text-completion-openai", "custom_openai", "litellm_proxy", ""})
"""Names that stand for any server of OpenAI's format: its host says more."""


def seams(module: ModuleType) -> list[Seam]:
    """The replacements for the functions that there are."""
    made: list[Seam] = []
    for name, format_name in FUNCTIONS.items():
        found = formats.FORMATS[format_name]
        for kind, function in ((shell.around, name), (shell.around_async, "a" + name)):
            if callable(module.__dict__.get(function)):
                made.append(Seam(module, function, _maker(kind, found)))
    return made


def router_seams(module: ModuleType) -> list[Seam] | None:
    """The replacements for the router's methods, which retry and fall back above those functions.

    None where the router has none of its own yet.
    """
    made: list[Seam] = []
    router = getattr(sys.modules.get(ROUTER), "Router", None)
    if module.__name__ == ROUTER and "completion" not in getattr(router, "__dict__", ()):
        return None
    for name, format_name in FUNCTIONS.items():
        found = formats.FORMATS[format_name]
        for kind, method in ((shell.around, name), (shell.around_async, "a" + name)):
            if callable(getattr(router, method, None)):
                made.append(Seam(router, method, _maker(kind, found, first=1)))
    return made


def _maker(
    kind: Callable[..., Callable[..., Any]], found: Format, *, first: int = 0
) -> Callable[..., Callable[..., Any]]:
    def open_call(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        return _open(runtime, found, args[first:], kwargs)

    return lambda original: kind(original, open_call, _answered)


def _open(runtime: Runtime, found: Format, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    asked = str(kwargs["model"] if "model" in kwargs else args[0] if args else "")
    told = str(kwargs.get("custom_llm_provider") or "")
    prefix, _, rest = asked.partition("/")
    if not told and rest:
        told = prefix
    model = rest if rest and prefix == told else asked
    facts = found.request({**kwargs, "model": model}, "", capture=runtime.captures)
    provider = PROVIDERS.get(told, told) or maker_of(asked) or "openai"
    call = GatewayCall(runtime, found, facts, provider=provider)
    call.by_host = told in _BY_HOST
    call.billed = kwargs.get("mock_response") is None
    return call


class GatewayCall(Call):
    """A call whose wire format and server are known from its attempts.

    Attributes:
        by_host: whether the server's host names the provider.
        billed: whether an answer whose attempts were not seen has cost anything.
    """

    by_host = False
    billed = True

    def __init__(self, runtime: Runtime, format: Format, facts: RequestFacts, *, provider: str) -> None:
        self._asked = format
        super().__init__(runtime, format, facts, provider=provider)
        self.attempts_known = False

    def owns(self, raw_path: bytes) -> bool:
        """Whether a request is an attempt: whether its path is one of the known wire formats'."""
        if not super().owns(raw_path):
            return False
        found = formats.match(raw_path)
        if found is None:
            return False
        self.format = found
        return True

    def attempt(self, request: object) -> None:
        """An HTTP attempt begins: its URL tells the server."""
        super().attempt(request)
        url: Any = getattr(request, "url", None)
        if url is None:
            return
        self.address, self.port = url.host, url.port or (443 if url.scheme == "https" else 80)
        self.path = url.path
        if self.by_host:
            self.provider = self.runtime.provider(self.address, self.port, self.path, self.format, "")
        if self.span is not None and self.recording:
            self.span.set_attributes(
                {
                    names.SERVER_ADDRESS: self.address,
                    names.SERVER_PORT: self.port,
                    names.PROVIDER_NAME: self.provider,
                    names.LLM_PROVIDER: self.provider,
                }
            )

    def answered(self, result: Any) -> None:
        """Read the answer from litellm's object, where its attempts went ways that are not observed."""
        hidden = getattr(result, "_hidden_params", None)
        cached = isinstance(hidden, dict) and bool(hidden.get("cache_hit"))
        if self.attempts_seen or cached or not self.billed or not hasattr(result, "model_dump"):
            return
        if hasattr(result, "usage"):
            value = result.model_dump(include={"id", "model", "object", "choices", "usage"})
            self.outcome = self._asked.read(value, capture=self.recording and self.runtime.captures)

    def record(self) -> CallRecord:
        """The call's facts, under the operation that was asked for."""
        record = super().record()
        record.operation = self._asked.operation
        return record


def _answered(call: Call, result: Any) -> None:
    if isinstance(call, GatewayCall):
        call.answered(result)
