"""The rules: data, one table for each family of providers. To add a provider, add a `Family` and name it here."""

from genai_sentry.errors.rules.model import Family, Rule

__all__ = ["Family", "Rule", "families"]


def families() -> tuple[Family, ...]:
    """All families, the more special first."""
    from genai_sentry.errors.rules.anthropic import ANTHROPIC
    from genai_sentry.errors.rules.china import DASHSCOPE, DEEPSEEK, MINIMAX, MOONSHOT, ZHIPU
    from genai_sentry.errors.rules.china_clouds import BAIDU, HUAWEI, SILICONFLOW, SPARK, TENCENT, VOLCENGINE
    from genai_sentry.errors.rules.chinese import CHINESE
    from genai_sentry.errors.rules.chinese_account import CHINESE_ACCOUNT
    from genai_sentry.errors.rules.chinese_network import CHINESE_NETWORK
    from genai_sentry.errors.rules.chinese_service import CHINESE_SERVICE
    from genai_sentry.errors.rules.clients import CLIENTS
    from genai_sentry.errors.rules.cloud import AZURE, BEDROCK
    from genai_sentry.errors.rules.decoders import DECODERS
    from genai_sentry.errors.rules.east_asian import EAST_ASIAN
    from genai_sentry.errors.rules.english_account import ENGLISH_ACCOUNT
    from genai_sentry.errors.rules.english_answer import ENGLISH_ANSWER
    from genai_sentry.errors.rules.english_apps import ENGLISH_APPS
    from genai_sentry.errors.rules.english_content import ENGLISH_CONTENT
    from genai_sentry.errors.rules.english_context import ENGLISH_CONTEXT
    from genai_sentry.errors.rules.english_credentials import ENGLISH_CREDENTIALS
    from genai_sentry.errors.rules.english_everyday import ENGLISH_EVERYDAY
    from genai_sentry.errors.rules.english_limits import ENGLISH_LIMITS
    from genai_sentry.errors.rules.english_messages import ENGLISH_MESSAGES
    from genai_sentry.errors.rules.english_models import ENGLISH_MODELS
    from genai_sentry.errors.rules.english_request import ENGLISH_REQUEST
    from genai_sentry.errors.rules.english_service import ENGLISH_SERVICE
    from genai_sentry.errors.rules.european import EUROPEAN_CLIENTS
    from genai_sentry.errors.rules.gateways import EDGE, LITELLM, NEW_API, OPENROUTER
    from genai_sentry.errors.rules.google import GOOGLE
    from genai_sentry.errors.rules.hosts import CEREBRAS, COHERE, FIREWORKS, GROQ, MISTRAL, REPLICATE, TOGETHER, XAI
    from genai_sentry.errors.rules.hubs import CODE_HOSTS, HUGGINGFACE, NVIDIA, PERPLEXITY
    from genai_sentry.errors.rules.openai import OPENAI
    from genai_sentry.errors.rules.other_languages import EUROPEAN, JAPANESE_AND_KOREAN
    from genai_sentry.errors.rules.relays import RELAYS
    from genai_sentry.errors.rules.sdk import SDK
    from genai_sentry.errors.rules.self_hosted import FASTCHAT, SELF_HOSTED
    from genai_sentry.errors.rules.transport import TRANSPORT
    from genai_sentry.errors.rules.transport_platforms import TRANSPORT_PLATFORMS
    from genai_sentry.errors.rules.transport_words import TRANSPORT_WORDS

    return (
        ZHIPU, DASHSCOPE, MOONSHOT, DEEPSEEK, MINIMAX, BAIDU, TENCENT, VOLCENGINE, SILICONFLOW, SPARK, HUAWEI,
        AZURE, BEDROCK, ANTHROPIC, GOOGLE, XAI, GROQ, TOGETHER, REPLICATE, FIREWORKS, CEREBRAS, MISTRAL, COHERE, NVIDIA,
        HUGGINGFACE, PERPLEXITY, CODE_HOSTS, OPENROUTER, LITELLM, NEW_API, RELAYS, EDGE, SELF_HOSTED, FASTCHAT,
        OPENAI, TRANSPORT, TRANSPORT_WORDS, TRANSPORT_PLATFORMS, DECODERS, SDK, CLIENTS,
        ENGLISH_ACCOUNT, ENGLISH_CREDENTIALS, ENGLISH_MODELS, ENGLISH_MESSAGES, ENGLISH_REQUEST, ENGLISH_CONTEXT,
        ENGLISH_CONTENT, ENGLISH_LIMITS, ENGLISH_SERVICE, ENGLISH_ANSWER, ENGLISH_EVERYDAY, ENGLISH_APPS,
        CHINESE_ACCOUNT, CHINESE_SERVICE, CHINESE_NETWORK, CHINESE,
        JAPANESE_AND_KOREAN, EAST_ASIAN, EUROPEAN, EUROPEAN_CLIENTS,
    )  # fmt: skip
