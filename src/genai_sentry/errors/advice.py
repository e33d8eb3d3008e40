"""What a person can do about an error: one sentence a type, and where its provider explains its errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from genai_sentry.errors.taxonomy import ErrorType

ADVICE: Mapping[ErrorType, str] = MappingProxyType(
    {
        ErrorType.RATE_LIMIT: "Slow down and retry with exponential backoff; ask for a higher limit if it persists.",
        ErrorType.CONTEXT_LENGTH: "Shorten the input or lower max_tokens, or use a model with a larger context window.",
        ErrorType.TIMEOUT: "Raise the timeout, stream the answer, or use a faster model; the call can be retried.",
        ErrorType.AUTHENTICATION: "Check the key: present, whole, valid, and meant for this endpoint.",
        ErrorType.SERVER_ERROR: "Retry with backoff; look at the provider's status page if it persists.",
        ErrorType.INVALID_REQUEST: "Fix the request: the provider will refuse the same one again.",
        ErrorType.MODEL_UNAVAILABLE: "Use another model, or check the model's name and what this account may use.",
        ErrorType.CONTENT_FILTER: "Look at the prompt and the filter's settings; the same one will be refused again.",
        ErrorType.QUOTA_EXCEEDED: "Pay the bill, add credits or raise the budget; waiting does not help.",
        ErrorType.PERMISSION_DENIED: "Grant the key access (scope, project, organisation, region or IP address).",
        ErrorType.CONNECTION_ERROR: "Check the network path: DNS, proxy, firewall, certificates, base URL.",
        ErrorType.INVALID_RESPONSE: "Raise the output limit, or repair or ask again for the output.",
        ErrorType.CANCELLED: "Nothing: the caller gave up.",
        ErrorType.UNKNOWN: "Read the message; a rule of your own can name it from now on (Settings.rules).",
    }
)

DEFAULT_LINK = "https://platform.openai.com/docs/guides/error-codes"

LINKS: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "https://docs.claude.com/en/api/errors",
        "azure": "https://learn.microsoft.com/azure/ai-foundry/openai/quotas-limits",
        "bedrock": "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html",
        "cerebras": "https://inference-docs.cerebras.ai/support/error",
        "cohere": "https://docs.cohere.com/reference/errors",
        "dashscope": "https://www.alibabacloud.com/help/en/model-studio/error-code",
        "deepseek": "https://api-docs.deepseek.com/quick_start/error_codes",
        "google": "https://ai.google.dev/gemini-api/docs/troubleshooting",
        "groq": "https://console.groq.com/docs/errors",
        "litellm": "https://docs.litellm.ai/docs/exception_mapping",
        "minimax": "https://platform.minimax.io/docs/api-reference/errorcode",
        "openai": DEFAULT_LINK,
        "openrouter": "https://openrouter.ai/docs/api-reference/errors",
        "together": "https://docs.together.ai/docs/error-codes",
        "volcengine": "https://www.volcengine.com/docs/82379/1299023",
        "xai": "https://docs.x.ai/docs/key-information/debugging",
        "zhipu": "https://docs.z.ai/api-reference/api-code",
    }
)
"""Error references by family of rules."""


def runbook(error_type: ErrorType) -> str:
    """The page of the documentation about a type, from the site's root: what it means and what to do."""
    return f"errors/{error_type}/"
