"""Which of several things that an error says is its cause."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("聊天服务暂时不可用：账户余额不足", "quota_exceeded"),
        ("The service is temporarily unavailable: insufficient credits", "quota_exceeded"),
        ("Internal error while asking: the prompt is too long", "context_length"),
        ("The service is temporarily unavailable", "server_error"),
    ],
)
def test_what_is_wrong_with_the_account_explains_why_a_service_is_unavailable(text: str, expected: str) -> None:
    """A symptom and its cause weigh the same; the cause decides, however long the words are."""
    assert expected == classify(message=text).type


@pytest.mark.parametrize(
    "text",
    ["this plan's token limit exceeded", "too many requests on this plan", "the prompt is too long for this plan"],
)
def test_a_402_is_about_money_whatever_limit_it_names(text: str) -> None:
    """Nobody sends a 402 for anything that waiting or a shorter prompt mends."""
    assert "quota_exceeded" == classify(message=text, status=402).type
    assert "quota_exceeded" != classify(message=text).type


def test_a_402_may_be_about_a_plan_that_lacks_the_model() -> None:
    """A model that needs another plan is no drained account."""
    assert "model_unavailable" == classify(message="this model requires a subscription", status=402).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gateway: prompt too large for the chosen backend", "context_length"),
        ("size of it exceeds model context window", "context_length"),
        ("n_keep 512 is not below n_ctx 256", "context_length"),
        ("ggml_backend says: status 7", "server_error"),
        ("there is insufficient memory left on this GPU", "server_error"),
        ("The endpoint requires thinking", "invalid_request"),
        ("An access token is mandatory", "authentication"),
        ("this refresh token was already used", "authentication"),
        ("文本字段 should match pattern '^[a-z]+$'", "invalid_request"),
        ("无法连接模型网关，请检查网络设置", "connection_error"),
        ("助手正忙，过会儿再来", "server_error"),
        ("模型返回内容无效，无法继续", "invalid_response"),
    ],
)
def test_servers_that_people_run_themselves_are_understood(text: str, expected: str) -> None:
    """What limits, memory and demands of a server say, in words of no recorded error."""
    assert expected == classify(message=text).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fetch the audio: could not fetch it, status 404", "invalid_media"),
        ("The recording: download failed", "invalid_media"),
        ("We take `seed_offset` of 1 to 9", "invalid_parameter"),
        ("logit_scale supports up to 3 entries: this parameter", "invalid_parameter"),
        ("Tools are not currently supported", "unsupported_parameter"),
    ],
)
def test_what_a_refused_request_names_tells_what_is_wrong_with_it(text: str, expected: str) -> None:
    """A 400 names the field, the file or the feature that it refuses."""
    found = classify(message=text, status=400)
    assert ("invalid_request", expected) == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("该通道已被禁用", 403, ("model_unavailable", "no_provider")),
        ("令牌不在允许的网段", 403, ("permission_denied", "ip")),
        ("本分组不支持指定线路", 403, ("permission_denied", "other")),
        ("API key was disabled", 401, ("authentication", "invalid_key")),
        ("llama-9b is launching", 500, ("model_unavailable", "loading")),
        ("there are too many pending requests", 429, ("rate_limit", "concurrency")),
        ("the header format must be 'Bearer x'", 401, ("authentication", "malformed")),
    ],
)
def test_relays_say_whom_they_refuse(text: str, status: int, expected: tuple[str, str]) -> None:
    """Channels, networks, keys and queues of relays and of servers that people run."""
    found = classify(message=text, status=status)
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("remote error: tls: unknown certificate", "connection_error"),
        ("I/O error on POST request for the gateway: read timed out", "timeout"),
        ("上游的连接已被关闭", "connection_error"),
        ("The reply was flagged by the moderator", "content_filter"),
        ("the model did not produce a reply", "invalid_response"),
    ],
)
def test_java_and_go_clients_tell_how_the_exchange_ended(text: str, expected: str) -> None:
    """The frames of the clients yield to what they hold."""
    assert expected == classify(message=text).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("token 数超限，稍等", "rate_limit"),
        ("the token limit was exceeded", "rate_limit"),
        ("prompt is too long: 9 tokens", "context_length"),
    ],
)
def test_tokens_over_a_limit_are_no_context_in_a_429(text: str, expected: str) -> None:
    """A 429 that names tokens throttles them; one that names the prompt does not."""
    assert expected == classify(message=text, status=429).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("that call would exceed the team's rate limit", ("rate_limit", "unspecified")),
        ("read tcp 10.0.0.1:1->10.0.0.2:2: i/o timeout", ("timeout", "client_read")),
        ("dial tcp 10.0.0.2:2: i/o timeout", ("timeout", "client_connect")),
        ("pipe: stream closed", ("connection_error", "reset")),
        ("this output violates the house policy", ("content_filter", "output")),
        ("codec_blob is above the maximum length of 64 bytes", ("invalid_request", "invalid_parameter")),
        ("密钥格式错误，请检查", ("authentication", "malformed")),
        ("本地模型尚未就绪", ("model_unavailable", "loading")),
        ("模型名称未填", ("invalid_request", "invalid_parameter")),
        ("账号因多次违规被处理", ("permission_denied", "other")),
        ("本日の回答は上限に達しました", ("rate_limit", "requests_per_day")),
        ("OpenAI 키가 설정되어 있지 않습니다", ("authentication", "missing_key")),
        ("Der Schlüssel ist noch nicht eingerichtet", ("authentication", "missing_key")),
        ("No embeddings were returned", ("invalid_response", "empty")),
    ],
)
def test_relays_and_apps_say_what_they_lack(text: str, expected: tuple[str, str]) -> None:
    """What is not set up, not ready or over for today, in the words of apps."""
    found = classify(message=text)
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("backend: connection timed out", 522, ("timeout", "gateway")),
        ("my.example | 524: read operation timed out", 524, ("timeout", "gateway")),
        ("com.example.SomeException: 404", None, ("invalid_request", "not_found")),
        ("channel prematurely closed DURING the answer", None, ("connection_error", "incomplete_body")),
        ("channel prematurely closed BEFORE the answer", None, ("connection_error", "reset")),
    ],
)
def test_a_status_tells_whose_timeout_it_is(text: str, status: int | None, expected: tuple[str, str]) -> None:
    """Only a gateway answers a timeout with a status; a bare number after an exception's name is a status."""
    found = classify(message=text, status=status)
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the engine ended with ReplyKind.INPUT_LENGTH_ERROR", ("context_length", "input_too_long")),
        ("connect failed: 400 “Bad Request”", ("invalid_request", "other")),
        ('stopping: Post "http://box:11434/api/chat": EOF', ("connection_error", "reset")),
        ("このモデルの利用制限です", ("rate_limit", "unspecified")),
        ("lookup failed: InvalidProviderAPIKey", ("authentication", "invalid_key")),
    ],
)
def test_names_of_enumerations_and_quoted_statuses_are_read(text: str, expected: tuple[str, str]) -> None:
    """What stands behind the name of an enumeration is a code; a status may have its phrase in quotation marks."""
    found = classify(message=text)
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPConnectionPool(host='box', port=9): gave up", ("connection_error", "other")),
        ("We failed to communicate with it! 400, message='Bad Request'", ("invalid_request", "other")),
        ("gateway: unauthorized request", ("authentication", "invalid_key")),
        ("ValueError: OOM while decoding", ("server_error", "internal")),
        ("本次生成已被用户手动终止", ("cancelled", "unspecified")),
        ("与网关的连接突然断开", ("connection_error", "reset")),
        ("error parsing grammar: rule 7", ("invalid_request", "invalid_schema")),
    ],
)
def test_frames_of_clients_and_short_words_of_servers(text: str, expected: tuple[str, str]) -> None:
    """A pool's name is a connection's trouble, and a status behind it outweighs it."""
    found = classify(message=text)
    assert expected == (found.type, found.reason)


def test_a_file_that_could_not_be_fetched_is_no_lost_connection() -> None:
    """A 400 tells of the request: the server could not fetch the file that it names."""
    text = 'video download failed: Get "http://box/v.mp4": EOF'
    assert "invalid_request" == classify(message=text, status=400).type


def test_numbers_of_fastchat_are_its_own() -> None:
    """What a number means depends on whose it is."""
    body = {"object": "error", "message": "Only a and b, not c", "code": 40301}
    found = classify(body=body, provider="fastchat")
    assert ("model_unavailable", "not_found") == (found.type, found.reason)
    assert "model_unavailable" != classify(body=body, provider="elsewhere").type
