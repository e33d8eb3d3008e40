"""Whose list price applies: from a provider's name, a host and a model's names to the catalogue's provider and model.

A call is priced by the list of whoever served it. A gateway that has no list of its own (a LiteLLM proxy, Portkey), or
an unknown host that speaks OpenAI's format, passes a closed model's call on to its maker in the end: there the maker's
list price of that very model applies, where the name says who the maker is. That is a name of OpenAI's behind OpenAI's
interface, or one such as `anthropic/claude-…`. Models with open weights have no such maker: anyone may serve them at
any price, so behind a gateway their cost is unknown. A gateway that bills otherwise, or a local server that borrows a
name, belongs in the user's price table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genai_sentry.makers import maker_of
from genai_sentry.patterns import lazy

CATALOGUE_IDS: dict[str, str] = {
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

BY_HOST: dict[str, tuple[tuple[str, str], ...]] = {
    "zhipu": (("z.ai", "zai"), ("bigmodel.cn", "zhipuai")),
    "cloudflare": (("gateway.ai.cloudflare.com", "gateway"),),
}
"""Providers with several price lists: the end of the host, and whose list it is."""

GATEWAYS = frozenset({"", "braintrust", "gateway", "helicone", "litellm", "portkey", "pydantic_gateway", "vercel"})
"""Providers that pass a call on and have no list of their own."""

CLOSED: dict[str, str] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gcp.gemini": "google",
    "x_ai": "x-ai",
    "cohere": "cohere",
    "perplexity": "perplexity",
}
"""Makers whose models are theirs alone to serve or to license, with the catalogue's id."""

DEPLOYED = frozenset({"azure"})
"""Providers where the requested model is a name that the customer chose."""

_OPEN = lazy(r"gpt-oss|gemma|c4ai|aya-|grok-[12](-|$)|whisper-(large|medium|small|base|tiny)")
_GOOGLE_PATH = lazy(r"^(projects/[^/]+/locations/[^/]+/)?(publishers/[^/]+/)?models/")
_DEARER_ON_VERTEX = lazy(r"(google/)?gemini-2\.0-flash($|-0|@)")
"""Has a list price of its own there, which the catalogue lacks: https://cloud.google.com/vertex-ai/generative-ai/pricing"""
_OPENAI_HOSTS = lazy(r"(^|\.)api\.openai\.com$")
_VERSION = lazy(r"([-@](20\d{2}-?\d{2}-?\d{2}|\d{3,4}|v\d+(:\d+)?|latest|preview))+$")


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
    site = host.strip().lower().partition(":")[0]
    seller = seller_of(provider)
    for end, other in BY_HOST.get(seller, ()):
        if site == end or site.endswith(f".{end}"):
            seller = other
    if answered:
        named = [] if seller in DEPLOYED else [model for model in models if _same_model(model, answered)]
        models = [answered, *named]
    unknown_host = seller == "openai" and bool(site) and _OPENAI_HOSTS.search(site) is None
    names = (model.strip().lower() for model in models if model)
    if seller == "google":
        names = (_GOOGLE_PATH.sub("", name) for name in names)
    vertex = seller == "google" and "vertex" in provider.lower()
    for model in dict.fromkeys(names):
        if vertex and _DEARER_ON_VERTEX.match(model):
            continue
        if not unknown_host and seller not in GATEWAYS:
            yield seller, model
            continue
        found = closed_model(model)
        if found is not None and not (unknown_host and "/" not in model and found[0] != "openai"):
            yield found


def seller_of(provider: str) -> str:
    """The catalogue's id for a `gen_ai.provider.name`; the name itself, lower-cased, where they agree."""
    name = provider.strip().lower()
    return CATALOGUE_IDS.get(name, name)


def closed_model(model: str) -> tuple[str, str] | None:
    """The catalogue's id of the maker, and the maker's name for a closed model; None where the name does not tell."""
    name = model.strip().lower().rpartition("/")[2]
    maker = CLOSED.get(maker_of(model) or "")
    return None if maker is None or _OPEN.match(name) else (maker, name)


def _same_model(asked: str, answered: str) -> bool:
    """Whether two names mean one model: the requested one may lack the answering one's version, and prefixes differ."""
    one, other = asked.strip().lower().rpartition("/")[2], answered.strip().lower().rpartition("/")[2]
    return _VERSION.sub("", one) == _VERSION.sub("", other)
