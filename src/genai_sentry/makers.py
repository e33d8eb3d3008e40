"""Who made a model, by its name: for pricing behind gateways, whose own name stays the provider's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from genai_sentry.patterns import lazy

_MAKERS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (lazy(pattern), maker)
    for pattern, maker in (
        (r"gpt-|chatgpt|o[134](?:-|$)|text-embedding-(?:3-|ada)|text-davinci|davinci|babbage|curie(?:-|$)", "openai"),
        (r"dall-e|whisper-1|tts-1|codex|computer-use-preview|omni-moderation|text-moderation|sora|gpt\d", "openai"),
        (r"claude", "anthropic"),
        (
            r"gemini|gemma|palm|text-bison|chat-bison|imagen|veo-|learnlm|text-embedding-00\d|textembedding-",
            "gcp.gemini",
        ),
        (r"deepseek", "deepseek"),
        (r"mistral|mixtral|codestral|magistral|ministral|devstral|pixtral|voxtral|open-mi[sx]tral", "mistral_ai"),
        (r"command(?:-|$)|c4ai-|aya-|embed-(?:v\d|english|multilingual)|rerank-(?:v\d|english|multilingual)", "cohere"),
        (r"grok", "x_ai"),
        (r"sonar", "perplexity"),
        (r"kimi|moonshot", "moonshot_ai"),
        (r"llama|meta-llama|codellama", "meta"),
        (r"qwen|qwq|qvq|tongyi|text-embedding-v\d", "dashscope"),
        (r"glm-|chatglm|cogview", "zhipu"),
        (r"minimax|abab", "minimax"),
        (r"ernie", "qianfan"),
        (r"hunyuan", "hunyuan"),
        (r"doubao", "volcengine"),
        (r"nova-(?:micro|lite|pro|premier|sonic)|titan-", "aws.bedrock"),
        (r"phi-\d|phi\d", "microsoft"),
        (r"granite", "ibm.watsonx.ai"),
        (r"nemotron", "nvidia"),
        (r"jamba|j2-", "ai21"),
        (r"voyage-", "voyage"),
        (r"jina-", "jina"),
    )
)
_VENDORS: Final[dict[str, str]] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "gcp.gemini",
    "vertex_ai": "gcp.gemini",
    "gemini": "gcp.gemini",
    "deepseek": "deepseek",
    "deepseek-ai": "deepseek",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "cohere": "cohere",
    "x-ai": "x_ai",
    "xai": "x_ai",
    "perplexity": "perplexity",
    "moonshotai": "moonshot_ai",
    "moonshot": "moonshot_ai",
    "meta": "meta",
    "meta-llama": "meta",
    "qwen": "dashscope",
    "z-ai": "zhipu",
    "zai-org": "zhipu",
    "minimax": "minimax",
    "amazon": "aws.bedrock",
    "microsoft": "microsoft",
    "ibm-granite": "ibm.watsonx.ai",
    "nvidia": "nvidia",
    "ai21": "ai21",
}
_REGION: Final = lazy(r"^(?:us|eu|apac|au|ca|jp|sa|us-gov|global)\.")


@lru_cache(maxsize=512)
def maker_of(model: str) -> str | None:
    """Who made a model, by its name, as a provider name; None where the name does not tell.

    Knows vendor prefixes of gateways (`anthropic/claude-…`), Bedrock's (`eu.anthropic.claude-…`), and fine-tunes
    (`ft:gpt-4o:…`). It serves pricing behind gateways and never replaces the provider's own name.
    """
    name = model.strip().lower()[:200].lstrip("~@")
    name = _REGION.sub("", name.removeprefix("ft:"))
    while "/" in name:
        vendor, _, rest = name.partition("/")
        if vendor in _VENDORS and "/" not in rest:
            # The last word of the path decides where it tells; open weights carry their maker's name anyway.
            return _by_name(rest) or _VENDORS[vendor]
        name = rest
    vendor, dot, rest = name.partition(".")
    if dot and vendor in _VENDORS:
        return _by_name(rest) or _VENDORS[vendor]
    return _by_name(name)


def _by_name(name: str) -> str | None:
    for pattern, maker in _MAKERS:
        if pattern.match(name):
            return maker
    return None
