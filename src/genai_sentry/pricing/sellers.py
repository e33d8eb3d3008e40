"""Whose list price applies: from a provider's name, a host and a model's names to the catalogue's provider and model.

A call is priced by the list of whoever served it. Behind a gateway that is not known to have prices of its own (a
LiteLLM proxy, Portkey, an unknown host that speaks OpenAI's format) the model's maker serves it in the end, so the
maker's list price of the very same model applies, where the name says who the maker is: `anthropic/claude-…`, or a
name of OpenAI's own behind OpenAI's interface. Models with open weights have no such maker: anyone may host them at
any price, so behind an unknown host their cost is unknown. A gateway that bills otherwise belongs in the user's price
table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

CATALOGUE_IDS: dict[str, str] = {
    "azure": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "aws.bedrock": "aws",
    "bedrock": "aws",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "mistralai": "mistral",
    "mistral_ai": "mistral",
    "moonshot": "moonshotai",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "together.ai": "together",
    "fireworks_ai": "fireworks",
    "voyage": "voyageai",
    "voyage_ai": "voyageai",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "z_ai": "zai",
    "z.ai": "zai",
}
"""Names of `gen_ai.provider.name`, and common other ones, where the catalogue's differ."""

GATEWAYS = frozenset({"litellm", "portkey", "helicone", "pydantic_gateway", "pydantic_ai_gateway", "vercel", "gateway"})
"""Providers that pass a call on and have no list of their own."""

MAKERS: dict[str, str] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "x-ai": "x-ai",
    "xai": "x-ai",
    "cohere": "cohere",
    "perplexity": "perplexity",
}
"""Prefixes of model names that name a maker of closed models."""

_CLOSED = (
    ("openai", re.compile(r"(gpt-(?!oss)|chatgpt-|o[134](-|$)|text-embedding-|computer-use-|codex-)")),
    ("anthropic", re.compile(r"claude-")),
    ("google", re.compile(r"gemini-")),
    ("x-ai", re.compile(r"grok-[3-9]")),
    ("cohere", re.compile(r"(command-|embed-v)")),
    ("perplexity", re.compile(r"sonar($|-)")),
)
"""Names of closed models, by maker."""

_VERSION = re.compile(r"([-@](20\d{2}-?\d{2}-?\d{2}|\d{3,4}|v\d+(:\d+)?|latest|preview))+$")
_OPENAI_HOSTS = re.compile(r"(^|\.)api\.openai\.com$")
_OPEN_WEIGHTS = re.compile(r"gpt-oss")
DEPLOYED = frozenset({"azure"})
"""Providers where the requested model is a name that the customer chose."""


def sellers(
    provider: str, models: Sequence[str], *, host: str = "", answered: str | None = None
) -> Iterator[tuple[str, str]]:
    """Catalogue's provider and model, the likeliest first.

    Where the answering model is known, only names that mean it count: a moved alias may have been served by another.

    Args:
        provider: `gen_ai.provider.name`; empty where unknown, then the model's maker is meant.
        models: names of the model, the answering one first.
        host: where the call went.
        answered: the answering model where a response was seen; on Azure no other name counts.
    """
    seller = seller_of(provider)
    if answered:
        named = [] if seller in DEPLOYED else [model for model in models if _same_model(model, answered)]
        models = [answered, *named]
    through = _is_gateway(seller, host)
    for model in dict.fromkeys(model.strip().lower() for model in models if model):
        if not through:
            yield seller, model
            continue
        maker = maker_of(model, only_openai=seller == "openai")
        if maker is not None:
            yield maker


def seller_of(provider: str) -> str:
    """The catalogue's id for a `gen_ai.provider.name`; the name itself, lower-cased, where they agree."""
    name = provider.strip().lower()
    return CATALOGUE_IDS.get(name, name)


def _same_model(asked: str, answered: str) -> bool:
    """Whether two names mean one model: the requested one may lack the answering one's version, and prefixes differ."""
    one, other = asked.strip().lower().rpartition("/")[2], answered.strip().lower().rpartition("/")[2]
    return _VERSION.sub("", one) == _VERSION.sub("", other)


def _is_gateway(seller: str, host: str) -> bool:
    if seller == "openai":
        return bool(host) and _OPENAI_HOSTS.search(host.strip().lower().partition(":")[0]) is None
    return not seller or seller in GATEWAYS


def maker_of(model: str, *, only_openai: bool = False) -> tuple[str, str] | None:
    """The maker's catalogue id and its name for a closed model, from the name alone; None where that does not say."""
    prefix, slash, rest = model.rpartition("/")
    maker = MAKERS.get(prefix.rpartition("/")[2].lstrip("@")) if slash else None
    if maker is not None:
        return None if _OPEN_WEIGHTS.match(rest) else (maker, rest)
    if slash:
        return None
    for owner, pattern in _CLOSED:
        if pattern.match(model) and (owner == "openai" or not only_openai):
            return owner, model
    return None
