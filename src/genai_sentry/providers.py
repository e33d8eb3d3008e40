"""Who answers: `gen_ai.provider.name` from host, path, client class and response headers; a model's maker by name.

The tables are data. Names come from the semantic convention where it has one, else they are the provider's own in
lower case. A gateway is named as itself: whose model it passes on is `maker_of`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from genai_sentry.makers import maker_of
from genai_sentry.patterns import lazy
from genai_sentry.wire import formats

__all__ = ["CLIENTS", "HEADERS", "HOSTS", "maker_of", "provider_of"]

HOSTS: Final[dict[str, str]] = {
    # First-party APIs.
    "openai.com": "openai",
    "chatgpt.com": "openai",
    "openai.azure.com": "azure.ai.openai",
    "openai.azure.us": "azure.ai.openai",
    "openai.azure.cn": "azure.ai.openai",
    "cognitiveservices.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "inference.ai.azure.com": "azure.ai.inference",
    "models.ai.azure.com": "azure.ai.inference",
    "inference.ml.azure.com": "azure.ai.inference",
    "anthropic.com": "anthropic",
    "claude.com": "anthropic",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    "aiplatform.us.rep.googleapis.com": "gcp.vertex_ai",
    "aiplatform.eu.rep.googleapis.com": "gcp.vertex_ai",
    "cohere.com": "cohere",
    "cohere.ai": "cohere",
    "deepseek.com": "deepseek",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "moonshot.ai": "moonshot_ai",
    "moonshot.cn": "moonshot_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
    "ml.cloud.ibm.com": "ibm.watsonx.ai",
    "watsonx.ai": "ibm.watsonx.ai",
    "dataplatform.cloud.ibm.com": "ibm.watsonx.ai",
    # Inference clouds.
    "together.ai": "together",
    "together.xyz": "together",
    "fireworks.ai": "fireworks",
    "cerebras.ai": "cerebras",
    "sambanova.ai": "sambanova",
    "deepinfra.com": "deepinfra",
    "novita.ai": "novita",
    "hyperbolic.xyz": "hyperbolic",
    "nebius.com": "nebius",
    "nebius.ai": "nebius",
    "nebius.cloud": "nebius",
    "lambda.ai": "lambda",
    "lambdalabs.com": "lambda",
    "lepton.run": "lepton",
    "baseten.co": "baseten",
    "replicate.com": "replicate",
    "friendli.ai": "friendli",
    "featherless.ai": "featherless",
    "chutes.ai": "chutes",
    "parasail.io": "parasail",
    "inference.net": "inference_net",
    "crusoecloud.com": "crusoe",
    "crusoe.ai": "crusoe",
    "modal.run": "modal",
    "modal.direct": "modal",
    "runpod.ai": "runpod",
    "runpod.net": "runpod",
    "scaleway.ai": "scaleway",
    "ovh.net": "ovhcloud",
    "ovhcloud.com": "ovhcloud",
    "ionos.com": "ionos",
    "digitalocean.com": "digitalocean",
    "do-ai.run": "digitalocean",
    "api.nvidia.com": "nvidia",
    "nvcf.nvidia.com": "nvidia",
    "huggingface.co": "huggingface",
    "hf.space": "huggingface",
    "endpoints.huggingface.cloud": "huggingface",
    "ollama.com": "ollama",
    "ai21.com": "ai21",
    "writer.com": "writer",
    "reka.ai": "reka",
    "inflection.ai": "inflection",
    "upstage.ai": "upstage",
    "inceptionlabs.ai": "inception",
    "liquid.ai": "liquid",
    "aleph-alpha.com": "aleph_alpha",
    "publicai.co": "publicai",
    "voyageai.com": "voyage",
    "jina.ai": "jina",
    "mixedbread.com": "mixedbread",
    "mixedbread.ai": "mixedbread",
    "nomic.ai": "nomic",
    "elevenlabs.io": "elevenlabs",
    "deepgram.com": "deepgram",
    "assemblyai.com": "assemblyai",
    "stability.ai": "stability",
    "morphllm.com": "morph",
    "relace.run": "relace",
    # China.
    "dashscope.aliyuncs.com": "dashscope",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "dashscope-us.aliyuncs.com": "dashscope",
    "maas.aliyuncs.com": "dashscope",
    "bigmodel.cn": "zhipu",
    "z.ai": "zhipu",
    "siliconflow.cn": "siliconflow",
    "siliconflow.com": "siliconflow",
    "volces.com": "volcengine",
    "volcengineapi.com": "volcengine",
    "bytepluses.com": "volcengine",
    "baidubce.com": "qianfan",
    "hunyuan.cloud.tencent.com": "hunyuan",
    "hunyuan.tencentcloudapi.com": "hunyuan",
    "lkeap.cloud.tencent.com": "hunyuan",
    "minimax.chat": "minimax",
    "minimaxi.com": "minimax",
    "minimax.io": "minimax",
    "stepfun.com": "stepfun",
    "stepfun.ai": "stepfun",
    "baichuan-ai.com": "baichuan",
    "lingyiwanwu.com": "01_ai",
    "01.ai": "01_ai",
    "xf-yun.com": "spark",
    "sensenova.cn": "sensenova",
    "modelscope.cn": "modelscope",
    "gitee.com": "gitee",
    "ppinfra.com": "ppio",
    "ppio.com": "ppio",
    "infini-ai.com": "infinigence",
    "xiaomimimo.com": "xiaomi",
    "longcat.chat": "longcat",
    # Gateways.
    "openrouter.ai": "openrouter",
    "holysheep.ai": "holysheep",
    "githubcopilot.com": "github_copilot",
    "models.github.ai": "github",
    "models.inference.ai.azure.com": "github",
    "ai-gateway.vercel.sh": "vercel",
    "vercel.ai": "vercel",
    "v0.dev": "vercel",
    "gateway.ai.cloudflare.com": "cloudflare",
    "api.cloudflare.com": "cloudflare",
    "portkey.ai": "portkey",
    "helicone.ai": "helicone",
    "litellm.ai": "litellm",
    "pydantic.dev": "pydantic_gateway",
    "requesty.ai": "requesty",
    "unify.ai": "unify",
    "aimlapi.com": "aimlapi",
    "eden-ai.com": "edenai",
    "edenai.run": "edenai",
    "poe.com": "poe",
    "orqai.com": "orq",
    "orq.ai": "orq",
    "glama.ai": "glama",
    "braintrust.dev": "braintrust",
    "braintrustproxy.com": "braintrust",
    "nano-gpt.com": "nanogpt",
    "venice.ai": "venice",
    "302.ai": "302ai",
    "aihubmix.com": "aihubmix",
    "cometapi.com": "cometapi",
    "opencode.ai": "opencode",
    # Data platforms.
    "databricks.com": "databricks",
    "azuredatabricks.net": "databricks",
    "databricks.net": "databricks",
    "databricksapps.com": "databricks",
    "snowflakecomputing.com": "snowflake",
    "snowflakecomputing.cn": "snowflake",
    "hana.ondemand.com": "sap",
    "oci.oraclecloud.com": "oracle",
}
"""Host, or the end of one after a dot, to provider. The longest wins."""

_PATTERNS: Final = (
    (lazy(r"(?:^|[.-])aiplatform\.googleapis\.com$"), "gcp.vertex_ai"),
    (lazy(r"^(?:bedrock|bedrock-runtime|bedrock-mantle|bedrock-agent-runtime)[.-]"), "aws.bedrock"),
    (lazy(r"^(?:runtime|api)\.sagemaker\.|\.sagemaker\.[a-z0-9-]+\.(?:amazonaws\.com|app)"), "aws.sagemaker"),
    (lazy(r"^dashscope[a-z0-9-]*\.aliyuncs\.com$"), "dashscope"),
)
"""Hosts whose telling part is not at the end."""

_AZURE: Final = frozenset({"azure.ai.openai", "azure.ai.inference"})

CLIENTS: Final[dict[str, str]] = {
    "AzureOpenAI": "azure.ai.openai",
    "AsyncAzureOpenAI": "azure.ai.openai",
    "Anthropic": "anthropic",
    "AsyncAnthropic": "anthropic",
    "AnthropicBedrock": "aws.bedrock",
    "AsyncAnthropicBedrock": "aws.bedrock",
    "AnthropicBedrockMantle": "aws.bedrock",
    "AsyncAnthropicBedrockMantle": "aws.bedrock",
    "BedrockOpenAI": "aws.bedrock",
    "AsyncBedrockOpenAI": "aws.bedrock",
    "AnthropicVertex": "gcp.vertex_ai",
    "AsyncAnthropicVertex": "gcp.vertex_ai",
    "AnthropicFoundry": "azure.ai.inference",
    "AsyncAnthropicFoundry": "azure.ai.inference",
    "Groq": "groq",
    "AsyncGroq": "groq",
    "Together": "together",
    "AsyncTogether": "together",
    "Cerebras": "cerebras",
    "AsyncCerebras": "cerebras",
    "Mistral": "mistral_ai",
    "MistralAzure": "azure.ai.inference",
    "MistralGoogleCloud": "gcp.vertex_ai",
    "Fireworks": "fireworks",
    "AsyncFireworks": "fireworks",
    "Perplexity": "perplexity",
    "AsyncPerplexity": "perplexity",
    "Writer": "writer",
    "AsyncWriter": "writer",
    "ZhipuAI": "zhipu",
    "ZhipuAiClient": "zhipu",
    "ZaiClient": "zhipu",
    "Ark": "volcengine",
    "AsyncArk": "volcengine",
    "Portkey": "portkey",
    "AsyncPortkey": "portkey",
}
"""Class of the client to provider, for hosts that say nothing. A plain `OpenAI` says nothing: it is used for all."""

HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("x-litellm-version", "litellm"),
    ("x-litellm-call-id", "litellm"),
    ("x-litellm-model-id", "litellm"),
    ("x-portkey-trace-id", "portkey"),
    ("helicone-id", "helicone"),
    ("cf-aig-log-id", "cloudflare"),
    ("x-ms-deployment-name", "azure.ai.openai"),
    ("x-amzn-bedrock-invocation-latency", "aws.bedrock"),
    ("x-groq-region", "groq"),
    ("anthropic-ratelimit-requests-limit", "anthropic"),
    ("anthropic-organization-id", "anthropic"),
    ("x-fireworks-request-id", "fireworks"),
    ("fireworks-prompt-tokens", "fireworks"),
)
"""Response header to provider, for unknown hosts only (a company's own proxy passes them on). First match wins."""


def provider_of(
    host: str,
    path: str,
    *,
    client_class: str = "",
    headers: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> str:
    """`gen_ai.provider.name` of a request.

    Args:
        host: the URL's host; letter case, port and a trailing dot do not matter.
        path: the URL's path; tells services that share a host apart, and names the wire format's usual provider.
        client_class: name of the SDK's client class, asked where the host says nothing.
        headers: response headers, asked next; names in any case.
        overrides: host or host suffix to provider, from the settings; they win over everything.
    """
    name = host.strip().lower().rstrip(".")
    if ":" in name and not name.startswith("["):
        name = name.rpartition(":")[0] if name.count(":") == 1 else name
    if overrides:
        found = _by_override(name, overrides)
        if found is not None:
            return found
    known = _by_host(name)
    if known is not None:
        return _refined(known, path) if known in _AZURE or known == "aws.bedrock" else known
    if client_class in CLIENTS:
        return CLIENTS[client_class]
    if headers:
        found = _by_header(headers)
        if found is not None:
            return found
    return _by_path(path)


def is_provider(host: str, overrides: Mapping[str, str] | None = None) -> bool:
    """Whether a host is known to be a provider's, whatever the path.

    Args:
        host: the URL's host, without port.
        overrides: host or host suffix to provider, from the settings.
    """
    name = host.strip().lower().rstrip(".")
    return _by_host(name) is not None or (bool(overrides) and _by_override(name, overrides or {}) is not None)


def _by_override(host: str, overrides: Mapping[str, str]) -> str | None:
    best, provider = -1, None
    for key, value in overrides.items():
        suffix = key.strip().lower().removeprefix("*").strip(".")
        if suffix and len(suffix) > best and (host == suffix or host.endswith("." + suffix)):
            best, provider = len(suffix), value
    return provider


@lru_cache(maxsize=512)
def _by_host(host: str) -> str | None:
    rest = host
    while rest:
        found = HOSTS.get(rest)
        if found is not None:
            return found
        rest = rest.partition(".")[2]
    for pattern, provider in _PATTERNS:
        if pattern.search(host):
            return provider
    return None


def _refined(provider: str, path: str) -> str:
    """Azure serves OpenAI's models and others from the same hosts: the path tells which service was asked."""
    if provider in _AZURE:
        if path.startswith("/openai/"):
            return "azure.ai.openai"
        if path.startswith(("/models/", "/anthropic/", "/providers/")):
            return "azure.ai.inference"
    return provider


def _by_header(headers: Mapping[str, str]) -> str | None:
    names = {str(name).lower() for name in headers}
    for name, provider in HEADERS:
        if name in names:
            return provider
    return None


def _by_path(path: str) -> str:
    if path.startswith("/openai/deployments/"):
        return "azure.ai.openai"
    if "/publishers/google/" in path or "/publishers/anthropic/" in path:
        return "gcp.vertex_ai"
    if path.startswith("/api/v2/cortex/"):
        return "snowflake"
    if path.startswith("/serving-endpoints/"):
        return "databricks"
    found = formats.match(path)
    return found.provider if found is not None else "openai"
