"""Who answers: provider by host, path, client and headers; maker by model name."""

from __future__ import annotations

import pytest

from genai_sentry.providers import HOSTS, maker_of, provider_of

CHAT = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("host", "path", "provider"),
    [
        ("api.openai.com", CHAT, "openai"),
        ("eu.api.openai.com", CHAT, "openai"),
        ("API.OpenAI.com:443", CHAT, "openai"),
        ("api.groq.com.", "/openai/v1/chat/completions", "groq"),
        ("res.openai.azure.com", "/openai/deployments/d/chat/completions", "azure.ai.openai"),
        ("res.services.ai.azure.com", "/models/chat/completions", "azure.ai.inference"),
        ("res.services.ai.azure.com", "/openai/v1/responses", "azure.ai.openai"),
        ("res.services.ai.azure.com", "/anthropic/v1/messages", "azure.ai.inference"),
        ("api.deepseek.com", "/chat/completions", "deepseek"),
        ("api.mistral.ai", CHAT, "mistral_ai"),
        ("api.x.ai", "/v1/responses", "x_ai"),
        ("us-east-1.api.x.ai", "/v1/responses", "x_ai"),
        ("api.perplexity.ai", "/chat/completions", "perplexity"),
        ("api.moonshot.cn", CHAT, "moonshot_ai"),
        ("openrouter.ai", "/api/v1/chat/completions", "openrouter"),
        ("api.together.xyz", CHAT, "together"),
        ("api.together.ai", CHAT, "together"),
        ("api.cerebras.ai", CHAT, "cerebras"),
        ("api.holysheep.ai", CHAT, "holysheep"),
        ("api.anthropic.com", "/v1/messages", "anthropic"),
        ("generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", "gcp.gemini"),
        ("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions", "gcp.gemini"),
        ("us-central1-aiplatform.googleapis.com", "/v1/x:generateContent", "gcp.vertex_ai"),
        ("aiplatform.googleapis.com", "/v1/x:generateContent", "gcp.vertex_ai"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "/model/m/invoke", "aws.bedrock"),
        ("bedrock-mantle.eu-west-1.api.aws", CHAT, "aws.bedrock"),
        ("us-south.ml.cloud.ibm.com", "/ml/v1/text/chat", "ibm.watsonx.ai"),
        ("api.cohere.com", "/v2/chat", "cohere"),
        ("router.huggingface.co", "/together/v1/chat/completions", "huggingface"),
        ("dashscope-intl.aliyuncs.com", "/compatible-mode/v1/chat/completions", "dashscope"),
        ("api.z.ai", "/api/paas/v4/chat/completions", "zhipu"),
        ("acme.snowflakecomputing.com", "/api/v2/cortex/v1/chat/completions", "snowflake"),
        ("ollama.com", CHAT, "ollama"),
        ("gateway.ai.cloudflare.com", CHAT, "cloudflare"),
        ("models.github.ai", "/inference/chat/completions", "github"),
    ],
)
def test_hosts_have_their_provider(host: str, path: str, provider: str) -> None:
    """By suffix, whatever the letter case, region, port or trailing dot."""
    assert provider == provider_of(host, path)


@pytest.mark.parametrize(
    ("path", "provider"),
    [
        (CHAT, "openai"),
        ("/v1/messages", "anthropic"),
        ("/v1beta/models/g:generateContent", "gcp.gemini"),
        ("/api/chat", "ollama"),
        ("/v2/chat", "cohere"),
        ("/openai/deployments/d/chat/completions", "azure.ai.openai"),
        ("/v1/projects/p/locations/l/publishers/google/models/g:generateContent", "gcp.vertex_ai"),
        ("/nothing/known", "openai"),
    ],
)
@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8000", "gateway.acme.internal", "[::1]", "", "x.ai.evil.test"]
)
def test_unknown_hosts_are_named_by_what_they_speak(host: str, path: str, provider: str) -> None:
    """A gateway or a server of one's own has the provider of its wire format."""
    assert provider == provider_of(host, path)


@pytest.mark.parametrize(
    ("client", "provider"),
    [
        ("AzureOpenAI", "azure.ai.openai"),
        ("AsyncGroq", "groq"),
        ("AnthropicBedrock", "aws.bedrock"),
        ("AnthropicVertex", "gcp.vertex_ai"),
        ("OpenAI", "openai"),
        ("MyOwn", "openai"),
    ],
)
def test_the_client_tells_where_the_host_does_not(client: str, provider: str) -> None:
    """The class of the client is asked for unknown hosts only."""
    assert provider == provider_of("proxy.acme.test", CHAT, client_class=client)
    assert "deepseek" == provider_of("api.deepseek.com", CHAT, client_class=client)


def test_headers_tell_where_the_host_does_not() -> None:
    """A proxy that calls itself by a header is named; names come in any case; known hosts ignore them."""
    headers = {"X-LiteLLM-Version": "1"}
    assert "litellm" == provider_of("proxy.acme.test", CHAT, headers=headers)
    assert "openai" == provider_of("api.openai.com", CHAT, headers=headers)
    assert "openai" == provider_of("proxy.acme.test", CHAT, headers={"server": "x"})


def test_settings_win() -> None:
    """A company's own table wins over everything; the longest match wins within it."""
    table = {"acme.test": "acme", "*.eu.Acme.test": "acme_eu", "api.openai.com": "mine"}
    assert "acme" == provider_of("llm.acme.test", CHAT, client_class="AzureOpenAI", overrides=table)
    assert "acme_eu" == provider_of("llm.eu.acme.test:8443", CHAT, overrides=table)
    assert "mine" == provider_of("api.openai.com", CHAT, overrides=table)
    assert "openai" == provider_of("notacme.test", CHAT, overrides=table)


def test_hosts_are_written_as_they_are_looked_up() -> None:
    """Every key of the table can be found."""
    assert [] == [
        host for host in HOSTS if host != host.lower().strip(".") or provider_of(host, "") not in HOSTS.values()
    ]


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("gpt-4o", "openai"),
        ("o3-mini", "openai"),
        ("o1", "openai"),
        ("text-embedding-3-small", "openai"),
        ("ft:gpt-4o-mini:acme::x", "openai"),
        ("openai/gpt-oss-120b", "openai"),
        ("claude-sonnet-4-5", "anthropic"),
        ("anthropic/claude-haiku-4.5", "anthropic"),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", "anthropic"),
        ("models/gemini-2.5-flash", "gcp.gemini"),
        ("google/gemini-2.5-pro", "gcp.gemini"),
        ("deepseek-chat", "deepseek"),
        ("mistral-large-latest", "mistral_ai"),
        ("command-r-plus", "cohere"),
        ("grok-4", "x_ai"),
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta"),
        ("accounts/fireworks/models/qwen3-235b", "dashscope"),
        ("sonar-pro", "perplexity"),
        ("kimi-k2", "moonshot_ai"),
        ("openai/unheard-of", "openai"),
        ("my-deployment", None),
        ("o12", None),
        ("", None),
    ],
)
def test_makers_are_known_by_name(model: str, maker: str | None) -> None:
    """Through gateways' prefixes, regions and fine-tunes; a name that does not tell has none."""
    assert maker == maker_of(model)
