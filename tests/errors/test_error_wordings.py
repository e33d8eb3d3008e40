"""Wordings of many providers and clients, each with what it means: the rules in use, one line an error."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

Wording = tuple[str, int | None, str | None]

WORDINGS: dict[str, list[Wording]] = {
    "authentication": [
        ("Invalid username or password.", 401, "huggingface"),
        ("<html><head><title>401 Authorization Required</title></head>", 401, "perplexity"),
        ('{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found."}', 400, "watsonx"),
        ('{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}', 401, "cloudflare"),
        ("该令牌状态不可用", 401, None),
        ("ACCESS_TOKEN_TYPE_UNSUPPORTED", 401, "gemini"),
        ("Your authentication token has been invalidated. Please try signing in again.", 401, None),
        ("Your session has ended. Please log in again.", 401, None),
        ("Could not parse your authentication token. Please try signing in again.", 401, None),
    ],
    "authentication/expired": [
        ("该令牌已过期", 401, None),
    ],
    "authentication/missing_key": [
        ("No cookie auth credentials found", 401, "openrouter"),
        ("Missing Authentication header", 401, "openrouter"),
        ("API key is required", 401, None),
    ],
    "cancelled": [
        ("Operation cancelled by user", None, None),
        ("context canceled", None, None),
        ("Request interrupted by user", None, None),
        ("operation canceled by the caller", None, None),
        ("rpc error: code = Canceled desc = context canceled", None, None),
    ],
    "connection_error": [
        ("litellm.ServiceUnavailableError: OllamaException - [Errno 111] Connection refused", None, "litellm"),
        ("stream error: stream ID 5; INTERNAL_ERROR; received from peer", None, None),
        ("http2: client connection lost", None, None),
        ("Network connection lost.", None, None),
        (
            "stream disconnected before completion: Transport error: network error: error decoding response body",
            None,
            None,
        ),
        ("error sending request for url (https://chatgpt.com/backend-api/codex/responses)", None, None),
        ("Failed to connect to Ollama. Is Ollama installed and running?", None, None),
        ("Could not connect to LM Studio", None, None),
        ("Unable to connect to local Ollama instance. Ollama may not be running.", None, None),
        ("litellm.APIConnectionError: OllamaException - [Errno 61] Connection refused", None, None),
    ],
    "connection_error/dns": [
        ("getaddrinfo ENOTFOUND api.openai.com", None, None),
        ("[Errno 11001] getaddrinfo failed", None, None),
        ("<urlopen error [Errno 8] nodename nor servname provided, or not known>", None, None),
        ("dial tcp: lookup api.openai.com on 127.0.0.11:53: server misbehaving", None, None),
    ],
    "connection_error/incomplete_body": [
        ("error decoding response body: unexpected EOF during chunk size line", None, None),
        ("Premature close", None, None),
    ],
    "connection_error/proxy": [
        ("407 Proxy Authentication Required", None, None),
    ],
    "connection_error/refused": [
        ("connect ECONNREFUSED 127.0.0.1:11434", None, None),
        (
            "Connection error: [WinError 10061] No connection could be made because the target machine actively refused it",
            None,
            None,
        ),
    ],
    "connection_error/reset": [
        ("read tcp 10.0.0.1:52->104.18.6.192:443: read: connection reset by peer", None, None),
        ("socket hang up", None, None),
        ("ConnectionResetError: Cannot write to closing transport", None, None),
        ("[WinError 10054] An existing connection was forcibly closed by the remote host", None, None),
    ],
    "connection_error/tls": [
        ("self signed certificate in certificate chain", None, None),
        ("ssl.SSLError: [SSL] record layer failure (_ssl.c:2580)", None, None),
        ("hostname 'x' doesn't match either of 'y'", None, None),
        ("ClientConnectorCertificateError", None, None),
    ],
    "content_filter": [
        (
            '{"error":{"message":"sensitive words detected","type":"new_api_error","code":"sensitive_words_detected"}}',
            400,
            None,
        ),
        ("NSFW content detected. Try running it again, or try a different prompt.", None, "replicate"),
        ("The response was blocked by safety filters", None, None),
        ("Gemini blocked the request: PROHIBITED_CONTENT", None, None),
        ("Your request was flagged by the content moderation system", None, None),
        ("抱歉，您的输入可能包含敏感内容", 400, None),
        ("您的问题涉及敏感内容，请换个问题", None, None),
        ("litellm.ContentPolicyViolationError: AzureException - The response was filtered", None, None),
        (
            "Sorry, the response was filtered by the Responsible AI Service. Please rephrase your prompt and try again.",
            None,
            None,
        ),
        ("The model refused to respond due to safety reasons", None, None),
        ("Claude's response was blocked by the content filtering policy", None, None),
    ],
    "content_filter/output": [
        ("The response was filtered due to the completion triggering the content filter", 400, "azure"),
    ],
    "context_length": [
        ("输入文本长度超出限制", 400, None),
        ("上下文超出模型最大长度", None, None),
        ("400 prompt is too long: 215234 tokens > 200000 maximum", None, None),
        ("Invalid 'input': maximum context length is 8192 tokens.", 400, None),
    ],
    "invalid_request": [
        (
            "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
            404,
            "openrouter",
        ),
        ("No endpoints found that support image input", 404, "openrouter"),
        (
            '{"detail":[{"type":"extra_forbidden","loc":["body","foo"],"msg":"Extra inputs are not permitted","input":1}]}',
            422,
            "mistral",
        ),
        ('{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}', 422, "mistral"),
        ("Bad Request: bad request: missing Editor-Version header for IDE auth", 400, "github-copilot"),
        ("Unsupported value: messages[0].role", 400, None),
        ("unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`", 422, None),
        ("json: cannot unmarshal array into Go struct field ChatRequest.messages of type string", 400, "ollama"),
        ("`thinking.budget_tokens` must be less than `max_tokens`", 400, "anthropic"),
        (
            '{"error":{"message":"bad status code: 400","type":"one_api_error","param":"","code":"bad_status_code"}}',
            400,
            None,
        ),
        ("Request failed with status code 400", None, None),
        ("error: code=400 the `response_format` type `json_schema` is unavailable now", 400, None),
    ],
    "invalid_request/payload_too_large": [
        ("<html><head><title>413 Request Entity Too Large</title></head>", 413, None),
        ("Payload Too Large", 413, None),
    ],
    "invalid_request/unsupported_parameter": [
        ("adaptive thinking is not supported on this model", 400, "anthropic"),
    ],
    "invalid_response": [
        (
            '{"error":{"message":"unexpected end of JSON input","type":"new_api_error","code":"bad_response_body"}}',
            500,
            None,
        ),
        ("Failed to parse JSON response: Unexpected end of JSON input", None, None),
        ("MALFORMED_FUNCTION_CALL", None, None),
        ("failed to decode response: invalid character '<' looking for beginning of value", None, None),
        ("Cannot read properties of undefined (reading 'choices')", None, None),
        ("KeyError: 'choices'", None, None),
        ("'NoneType' object has no attribute 'content'", None, None),
        ("Tool call arguments could not be parsed as JSON", None, None),
        (
            "Invalid JSON: expected value at line 1 column 1 [type=json_invalid, input_value='Sure! Here', input_type=str]",
            None,
            None,
        ),
        ("Unexpected end of JSON input", None, None),
        ("The model returned an invalid tool call", None, None),
    ],
    "invalid_response/empty": [
        ("Gemini returned an empty response", None, None),
        ("The model returned an empty response.", None, None),
        ("API returned no choices", None, None),
        ("No response received from the model", None, None),
    ],
    "invalid_response/malformed": [
        ("Received a non-JSON response from the API", None, None),
        ("Model produced malformed tool call JSON", None, None),
        ("invalid response from provider: expected JSON, received text/html", None, None),
    ],
    "invalid_response/schema": [
        ('Response does not match schema: missing property "name"', None, None),
    ],
    "invalid_response/truncated": [
        ("stream ended before message_stop", None, "anthropic"),
        ("Response was cut off because max_tokens was reached", None, None),
    ],
    "model_unavailable": [
        ("No endpoints found for foo/bar.", 404, "openrouter"),
        (
            "Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.",
            400,
            "litellm_proxy",
        ),
        ("No models loaded. Please load a model in the developer page or use the 'lms load' command.", 404, "lmstudio"),
        ("Model foo is not supported by provider hf-inference.", 400, "huggingface"),
        (
            '{"errors":[{"code":"model_not_supported","message":"Model \'x\' is not supported for this environment"}]}',
            404,
            "watsonx",
        ),
        ('{"message":"Unknown model \'foo\'. In region ","request_id":"x"}', 400, "snowflake"),
        ('{"errors":[{"message":"No such model @cf/foo or task","code":5007}],"success":false}', 400, "cloudflare"),
        ("The model qwen-vl is not available in the current region", 404, None),
        ('Model "foo" is not available. Did you mean "bar"?', None, None),
        ('404 {"error":{"message":"The model `foo` has been retired","type":"invalid_request_error"}}', None, None),
        ("This model has been disabled by the provider", None, None),
    ],
    "model_unavailable/loading": [
        ('{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}', 503, "llama.cpp"),
    ],
    "model_unavailable/no_access": [
        ("该令牌无权访问模型 gpt-4o", 403, None),
    ],
    "model_unavailable/no_provider": [
        (
            "No endpoints found matching your data policy (Free model publication). Configure: https://openrouter.ai/settings/privacy",
            404,
            "openrouter",
        ),
    ],
    "model_unavailable/not_found": [
        ("foo/bar is not a valid model ID", 400, "openrouter"),
        ('model "llama9" not found, try pulling it first', 404, "ollama"),
    ],
    "permission_denied": [
        ("用户已被封禁", 403, None),
        ("This API key only allows Claude Code clients", 403, None),
        ("Access to this endpoint is forbidden. Please review our Terms of Service.", 403, "github-copilot"),
        ("unauthorized: not authorized to use this Copilot feature", 403, "github-copilot"),
        (
            '{"error_code":"PERMISSION_DENIED","message":"PERMISSION_DENIED: Endpoint x: User does not have permission"}',
            403,
            "databricks",
        ),
        ("Operation returned an invalid status 'Forbidden'", None, None),
        ("unexpected status 403 Forbidden: Unable to load site. cf-ray: x", None, None),
        ("unexpected status 403 Forbidden: <html><head><title>Just a moment...</title></head>", None, None),
        ('""', 403, "ollama"),
        ("Error 403: access_denied", None, None),
        (
            '{"error":{"message":"Your project does not have access to this API","type":"insufficient_permissions"}}',
            403,
            None,
        ),
    ],
    "permission_denied/ip": [
        (
            "<html><title>Attention Required! | Cloudflare</title><body>Sorry, you have been blocked</body></html>",
            403,
            None,
        ),
    ],
    "permission_denied/region": [
        ("Claude is not available in your region", 403, "anthropic"),
        ('403 {"error":{"type":"forbidden","message":"Request not allowed"}}', 403, "anthropic"),
    ],
    "permission_denied/scope": [
        (
            "This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x",
            403,
            "huggingface",
        ),
    ],
    "quota_exceeded": [
        ("该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]", 401, None),
        ("[sk-abc***xyz] 令牌额度不足", 403, None),
        ("预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.05", 403, None),
        ("Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", 403, "openrouter"),
        ("You have exceeded your premium request allowance.", 402, "github-copilot"),
        (
            '{"errors":[{"code":"token_quota_reached","message":"This request was rejected: consumed all tokens quota"}],"trace":"x"}',
            403,
            "watsonx",
        ),
        ("AI Gateway requires a valid credit card on file to service requests.", 403, "vercel"),
        ("Your monthly quota has been exceeded. Please upgrade your plan.", 429, None),
        ("You've exceeded your monthly usage limit. Upgrade your plan", 429, None),
        ("You have no remaining credits", 402, None),
    ],
    "quota_exceeded/insufficient_balance": [
        ("Insufficient credits. Add more using https://openrouter.ai/settings/credits", 402, "openrouter"),
    ],
    "quota_exceeded/spend_limit": [
        ("ExceededBudget: User=x over budget. Spend: 10.2, Budget: 10.0", 400, "litellm_proxy"),
    ],
    "rate_limit": [
        ("您已达到请求数限制：1分钟内最多请求60次", 429, None),
        ("您已达到总请求数限制", 429, None),
        (
            "litellm.RateLimitError: RateLimitError: Crossed TPM / RPM / Max Parallel Request Limit for api_key. current rpm: 11, rpm limit: 10",
            429,
            "litellm_proxy",
        ),
        ("RPM limit exceeded. Please complete identity verification to lift the restriction.", 403, "siliconflow"),
        ("TPM limit exceeded", None, None),
        ("You have sent too many requests in a short time", 429, None),
        (
            "quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model",
            429,
            "vertex_ai",
        ),
        ("You've reached your usage limit for GPT-5. Try again later", 429, None),
        ("exceeded retry limit, last status: 429 Too Many Requests, request id: abc", None, None),
        ("当前请求过多，请稍后重试", None, None),
        ("触发频率限制，请稍后再试", 429, None),
    ],
    "rate_limit/concurrency": [
        ("Max concurrency reached", 429, None),
    ],
    "rate_limit/requests_per_day": [
        (
            "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 12000 seconds before retrying.",
            429,
            "github",
        ),
    ],
    "rate_limit/requests_per_minute": [
        ("You are using a Trial key, which is limited to 20 API calls / minute.", 429, "cohere"),
    ],
    "server_error": [
        ("llama runner process has terminated: exit status 2", 500, "ollama"),
        ("model requires more system memory (8.4 GiB) than is available (5.6 GiB)", 500, "ollama"),
        ("EngineCore encountered an issue. See stack trace (above) for the root cause.", 500, "vllm"),
        ("status_code=500, upstream error: do request failed", None, None),
        ("exceeded retry limit, last status: 500 Internal Server Error", None, None),
        ("服务器开小差了，请稍后再试", 500, None),
        ("模型服务异常", 500, None),
        ("当前服务负载较高，请稍后重试", None, None),
        ("API Error: 500 [500]['ClaudeContentBlockToolResult' object has no attribute 'id']", None, None),
    ],
    "server_error/bad_gateway": [
        ("502 Bad Gateway", None, None),
    ],
    "server_error/internal": [
        ("CUDA out of memory. Tried to allocate 2.00 GiB", 500, "vllm"),
    ],
    "server_error/overloaded": [
        ("当前分组上游负载已饱和，请稍后再试 (request id: 2025)", 429, None),
        (
            "litellm.InternalServerError: AnthropicException - Overloaded. Handle with `litellm.InternalServerError`.",
            None,
            "litellm",
        ),
        ("server busy, please try again.  maximum pending requests exceeded", 503, "ollama"),
        ('{"error":"Model is overloaded","error_type":"overloaded"}', 429, "tgi"),
        ("openai/gpt-oss-120b is currently over capacity. Please try again and back off exponentially.", 503, "groq"),
        ("The server is currently overloaded with other requests. Sorry about that", 503, "together"),
        ("ResourceExhausted: Worker local total request limit reached (16/16)", 503, "nvidia"),
        (
            '{"errors":[{"message":"AiError: Capacity temporarily exceeded, please try again. (3040)","code":3040}]}',
            429,
            "cloudflare",
        ),
        (
            "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.",
            503,
            "gemini",
        ),
        ("Selected model is at capacity. Please try a different model.", None, None),
    ],
    "server_error/unavailable": [
        ("upstream connect error or disconnect/reset before headers. reset reason: connection failure", 503, None),
        ("The service is under maintenance", 503, None),
    ],
    "timeout": [
        ("asyncio.exceptions.TimeoutError", None, None),
        ("The request timed out while waiting for the model", None, None),
        ("Client network timeout", None, None),
        ("Request timeout after 60000ms", None, None),
        ("请求处理超时，请重试", 504, None),
        ("httpx.ReadTimeout", None, None),
        ("TimeoutError: signal timed out", None, None),
        ("DEADLINE_EXCEEDED: Deadline Exceeded", None, None),
        ("Request timed out after 60 seconds", None, None),
    ],
    "timeout/client_connect": [
        ("connect ETIMEDOUT 104.18.7.192:443", None, None),
    ],
    "timeout/client_read": [
        (
            'Post "https://api.x/v1": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
            None,
            None,
        ),
        ("Stream idle timeout - partial response received", None, "anthropic"),
    ],
    "timeout/gateway": [
        (
            "<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>",
            504,
            None,
        ),
        ("error code: 524", 524, None),
        ("upstream request timeout", 504, None),
        ('{"message":"Endpoint request timed out"}', 504, None),
        ("An error occurred with your deployment FUNCTION_INVOCATION_TIMEOUT", 504, None),
        ("Error code: 504 - {'error': {'message': 'stream timeout', 'type': 'upstream_error'}}", None, None),
        ("upstream_response_timeout: the upstream did not answer", None, None),
        ("Error 524: A timeout occurred", None, None),
        ("The upstream server took too long to respond", 504, None),
        ("<h1>504 Gateway Time-out</h1>The server didn't respond in time.", None, None),
    ],
    "timeout/upstream": [
        ("The model did not respond in time.", 504, None),
    ],
    "unknown": [
        ("Something went wrong", None, None),
        ("Error", None, None),
    ],
}
"""Type, or type and reason, with messages: text, HTTP status, provider."""


@pytest.mark.parametrize(
    ("label", "wording"), [(label, wording) for label, wordings in WORDINGS.items() for wording in wordings]
)
def test_a_wording_means_what_it_says(label: str, wording: Wording) -> None:
    """The type is right, and the reason where one is expected."""
    text, status, provider = wording
    found = classify(message=text, status=status, provider=provider)
    kind, _, reason = label.partition("/")
    assert (kind, reason or found.reason) == (found.type, found.reason)
