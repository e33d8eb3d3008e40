"""What relays, own servers and clients hand on: each is told by what it means, in whatever words."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

WORDINGS = {
    "authentication/expired": ['Désolé, votre session a expiré', '您的 token 已经过期', 'AADSTS7000222: the client secret keys for this application are expired', "Access token invalid or no longer valid, fetch another one"],
    "authentication/missing_key": ['Add your API key first', 'API 密钥不能为空', '请先配置 API Key 再开始对话', '1 validation error for ChatMistral: Value error, Did not find mistral_api_key', 'API 키를 입력해주세요', '请先填写 API Key', 'No fish or tank id found in auth cookie', '请求头未收到Authentication，无法认证',
        "you are not currently signed in to the registry",
        "login fail: please carry the API secret key with the call (1004)",
    ],
    "connection_error/other": ['You appear to be offline', 'Impossible de joindre le service', '无法与模型服务建立连接', '网络波动，请重试', "Couldn't connect to the whale at http://10.1.2.3:11434", 'request to https://login.whale.example/token failed, reason: ', "stream disconnected before completion: error sending request for url (http://10.1.2.3/v1)"],
    "connection_error/proxy": ['The proxy refused to connect', 'CONNECT tunnel failed, response 403', "需要先完成代理认证"],
    "connection_error/incomplete_body": ['The stream ended unexpectedly', 'java.io.EOFException: \\n not found: limit=0 content=…', '回答到一半断了', 'stream ended before it was complete: unexpected EOF', '{"error": {"code": "stream_read_error", "message": "the reader gave up"}}'],
    "content_filter/image": ["图片违规，无法处理"],
    "content_filter/output": ['Its reply was removed by a filter', 'Unhandled stop reason: sensitive', 'The answer can not be read as it was rejected by the content filter', "生成内容违规，已被拦截", "The completion was flagged by our safety system"],
    "content_filter/prompt": ['El contenido infringe nuestras reglas', '您的提问触发了安全策略', 'Ваш запрос был заблокирован правилами безопасности', "The response was filtered because the prompt was flagged by our safety system"],
    "invalid_request/invalid_media": ['图片解码失败', '无法识别图片里的内容', 'unknown content part type: input_video', 'The image format is illegal, it cannot be opened', 'cannot identify image file <tuna>', "Unsupported content part type: \"video_url\""],
    "invalid_request/invalid_message_order": ['The first message cannot be a tool result', 'messages 中最后一条不能是 assistant', 'system 消息只能放在开头', "Error code: 400 - {'message': 'Unknown role: critic', 'type': 'BadRequestError'}", "duplicate tool_call id: call_77", "Incorrect role information, see the docs"],
    "invalid_request/other": ['litellm.APIConnectionError: Ollama_chatException - {"detail":"Method Not Allowed"}', 'Failed to parse the request body as JSON: tools[3]: trailing comma at line 1 column 9', "サーバーはこのリクエストを理解できませんでした", "서버가 이 요청을 이해하지 못했어요"],
    "invalid_request/unsupported_parameter": ['该模型不支持思考模式', "Start the api_server with --tool-call-parser to get tools"],
    "invalid_response/malformed": ['Invalid response body while trying to fetch https://relay.example/v1: Parse Error: Expected HTTP/', 'No se pudo analizar la respuesta del modelo', '返回数据格式异常，无法解析', 'upstream returned unrecognized message for the task', 'RagasOutputParserException: the output parser failed to parse what it was given', 'litellm.APIConnectionError: Ollama_chatException - "XML syntax error on line 2: unexpected EOF"', 'Failed to parse input at pos 12: <|end|>', "Failed to parse tool call arguments as JSON: unexpected end", "error parsing tool call: raw='{\"x'"],
    "model_unavailable/no_access": ['Only available to paid accounts', '该模型仅对企业用户开放', '이 모델에 대한 접근 권한이 없습니다', 'model whale-2 ratio or price not set', '权限不足，令牌无权访问该模型', "The model whale-2 is unavailable for free; the paid one has the slug whale-2-plus"],
    "model_unavailable/no_provider": ['未找到可用的服务商', '所有节点都不可用，请稍后', 'all providers in the chain have failed', '503: All upstream accounts are currently unavailable', '分组 a 下模型 whale 的可用渠道不存在', '503 {"error": {"message": "No available accounts: the pool is dry", "type": "overloaded_error"}}',
        "503 no channel (request id: 20250101)",
        '404 {"error": {"code": "model_not_found", "message": "whale-2 is not supported by any configured account here"}}',
    ],
    "model_unavailable/not_found": ['模型 abc-x 不存在，请检查模型名称', 'Model uid: chat-a is not in the list of launched models', '没有这个模型', 'embedding_model whale-embed@tank does not exist', "HTTP 401: Model whale-2 not supported"],
    "rate_limit/requests_per_day": ["You hit today's limit", '免费用户每天最多调用 30 次，请求过多', '已达到当天的调用限额', "429 daily free limit reached for whale-2", '{"code": "DAILY_LIMIT_EXCEEDED"}'],
    "rate_limit/requests_per_minute": ['每分钟最多提交 5 次，请求过于频繁', 'RPM超限，请稍后', 'Trop de requêtes par minute', "429: you may send at most 8 requests within 1 minute; rate limit reached"],
    "server_error/internal": ["Something went wrong on the provider's end", '服务器返回 500 错误', '模型运行出错', 'failed to allocate the KV cache on this device', 'panic: failed to sample token in batch', 'APIで500エラーになりました', 'Unhandled stop reason: error', 'Either the server is overloaded or there is an error in the application.', "Error: Channel Error", "图像生成失败", "panic: no such slot"],
    "server_error/overloaded": ['There is too much traffic on our side', '用户量激增，请稍后再来', '服务器压力过大', 'サーバーにアクセスが集中しています', '503: The KV cache pool is full', '503: upstream connect error, reset reason: overflow', 'The servers are down or overloaded', 'Server error: no available slot for the model whale', '{"error": {"message": "Overloaded", "type": "overloaded_error"}}',
        '503 {"error": "Model too busy, no answer in 60 seconds"}',
        '503 {"error": "the maximum queue size is exceeded"}',
        "503: the request was put back because of memory pressure",
    ],
    "timeout/client_read": ['No reply within 90 seconds', 'The stream ended with TimeoutError', "whale: context deadline exceeded"],
    "timeout/gateway": ['网关响应超时', "channel:response_time_exceeded"],
    "invalid_request/invalid_parameter": ['入参有误，请核对', "httpx.UnsupportedProtocol: Request URL is missing an 'https://' protocol.", "httpx.InvalidURL: Invalid port: '11434v1'", 'the top of the range has to be greater than its bottom'],
    "invalid_response/schema": ['The model called an unknown tool', '大模型输出缺少 title 字段', 'ModelBehaviorError: Tool lookup_city not found in agent Planner', 'Failed. For troubleshooting, visit: https://python.langchain.com/docs/troubleshooting/errors/OUTPUT_PARSING_FAILURE', '返回结果缺少必要的字段', 'Tool fish exceeded max retries count of 2', 'Plain text responses are not allowed here, call a function', 'The LLM did not call the pick_fish function', 'The tool input did not match expected schema'],
    "quota_exceeded/insufficient_quota": ['You have used all of your free credits for chats', '本期会员权益已用完', 'You exceeded your current quota. Troubleshooting URL: https://js.langchain.com/docs/troubleshooting/errors/MODEL_RATE_LIMIT/', '本月流量包已用尽', 'Free usage exceeded, subscribe for more'],
    "invalid_request/not_found": ['{"message":"no Route matched with those values"}', '请求路径错误', '该API不存在', 'This app has no endpoint /api/fish'],
    "connection_error/reset": ['连接被服务端重置', '接続がリセットされました', '连接意外中断', 'Post "https://relay.example/v1": stream error: stream ID 3; INTERNAL_ERROR; received from peer', 'httpcore.RemoteProtocolError: <ConnectionTerminated error_code:0>', 'SocketException: Software caused connection abort', 'error reading stream response: websocket: close 1000 (normal): bye', 'No answer was sent, the connection was terminated'],
    "invalid_response/empty": ['The agent returned nothing', 'The generator returned no replies', 'dspy: the model returned a null or empty response', 'Модель не вернула результат', 'O modelo não retornou resposta', 'El asistente no devolvió respuesta', 'Invalid response from whale: none or empty', "[whalerouter] Error: 'choices'"],
    "rate_limit": ['You have used up your request limit for the hour'],
    "timeout/upstream": ['请求timeout了', 'A timeout error occurred, nothing was taken from your budget'],
    "timeout/client_connect": ['java.net.SocketTimeoutException: Connect timed out', 'request to https://api.whale.example/v1 failed, reason: connect ETIMEDOUT 9.9.9.9:443'],
    "timeout/client_pool": ['Pending acquire queue has reached its maximum size of 50'],
    "cancelled": ['java.util.concurrent.CancellationException'],
    "server_error/bad_gateway": ['转发请求失败，请联系中转站', 'The proxy server received an invalid response from an upstream server', 'upstream returned error, task failed', '一直报502', "502, message='Attempt to decode JSON with unexpected mimetype: text/html'"],
    "context_length/max_tokens_too_large": ['max_tokens exceeds what is possible', 'max_tokens 超出该模型的上限', "Requested token count exceeds the model's maximum context length of 100 tokens. You requested a total of 140 tokens: 40 tokens from the input messages and 100 tokens for the completion."],
    "invalid_response/truncated": ['It ran out of output tokens', '生成内容不完整', 'The response exceeded the 8000 output token maximum'],
    "context_length/input_too_long": ["This does not fit in the model's context", 'Ваш текст слишком длинный', '历史记录太长，请新建对话', 'Calculated available context size -12 was not non-negative.', 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 4096 `inputs` tokens and 16 `max_new_tokens`', 'The model whale has hit a token limit!'],
    "permission_denied/other": ['该功能已被管理员关闭', '403 에러가 났습니다', 'This free plan can only be used within our own client', '账户已被锁定，请找客服'],
    "rate_limit/unspecified": ['The service is throttling our requests', '已超过频控阈值，请稍后', '遇到429错误', '今日のrate limitです', '触发了rate limit，请稍后重试', 'Throttling: Request rate increased too quickly, please slow down', 'The allowed QPS of this workspace is exceeded, too many requests', 'リクエスト数の上限に達しました', '要約モデルの呼び出しに失敗しました（429）', 'Console: Upstream request failed: [rate_limit_error] slow down a little'],
    "server_error/unavailable": ['服務暫時無法使用', '后端服务未启动', '审核模型调用失败 503，改用规则'],
    "cancelled/unspecified": ['You interrupted the run', 'Ответ отменён пользователем', 'La generación fue cancelada por el usuario', '生成已停止', '任务已手动取消', 'Unhandled stop reason: abort'],
    "timeout/app_deadline": ['The agent exceeded its time budget', 'Streaming API call stale for 240s, closing it'],
    "connection_error/refused": ['Nothing is listening on port 8080', 'Verbindung verweigert', '连接 10.0.0.2:8000 被拒绝', '出现connection refused错误，请检查'],
    "authentication/invalid_key": ['access key 不存在，请检查', 'Nope. Troubleshooting URL: https://js.langchain.com/docs/troubleshooting/errors/MODEL_AUTHENTICATION/', 'key 填错了', '报unauthorized错误'],
    "connection_error/tls": ['证书不可信', 'TLS 握手没有完成'],
    "connection_error/dns": ['找不到主机', 'dns无法解析该地址'],
    "rate_limit/concurrency": ['Another request is already running', '上一个请求还在处理中', '同时请求数太多', '当前并发超限'],
    "rate_limit/tokens_per_minute": ['1分あたりのトークン数の上限です'],
    "invalid_request/invalid_schema": ['json schema 不合法', 'Invalid grammar: a rule is missing'],
    "quota_exceeded/spend_limit": ['已达到本月消费上限，请调整预算'],
    "authentication/malformed": ['请求头格式不对，应以 Bearer 开头'],
    "permission_denied/scope": ['此 key 没有访问该接口的权限'],
    "model_unavailable/deprecated": ['该模型已于上月下架'],
    "model_unavailable/loading": ['模型正在初始化，请等待'],
    "permission_denied/region": ['Этот сервис недоступен в вашей стране', '您所在的地区不受支援'],
    "permission_denied/org": ['An admin has disabled this'],
}  # fmt: skip


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in WORDINGS.items() for text in texts])
def test_what_is_handed_on_is_understood(label: str, text: str) -> None:
    """Type and reason are those of the meaning."""
    found = classify(message=text)
    kind, _, reason = label.partition("/")
    assert (kind, reason or "unspecified") == (found.type, found.reason)


def test_an_overloaded_server_is_so_whatever_its_code_says() -> None:
    """A code for a failed server is refined by a message that it is overloaded."""
    found = classify(body={"error_code": 336100, "error_msg": "model is overloaded"}, provider="baidu")
    assert ("server_error", "overloaded") == (found.type, found.reason)


def test_a_connection_that_broke_while_it_was_read_was_reset() -> None:
    """The bare class of a failed read tells that the peer is gone."""
    found = classify(exception_type="httpx.ReadError", message="")
    assert ("connection_error", "reset") == (found.type, found.reason)


def test_an_app_that_is_no_owner_of_a_model_has_no_access() -> None:
    """Spark's number for two things is told apart by the name that stands with it."""
    body = {"header": {"code": 11200, "message": "AppIdNoAuthError:(1) domain.whale", "status": 2}}
    found = classify(body=body, provider="spark")
    assert ("model_unavailable", "no_access") == (found.type, found.reason)


def test_a_time_limit_of_asyncio_is_the_applications_own() -> None:
    """The class by its full name tells whose limit it was, where nothing else does."""
    found = classify(exception_type="asyncio.exceptions.TimeoutError", message="")
    assert ("timeout", "app_deadline") == (found.type, found.reason)


def test_the_reason_that_a_program_gives_is_no_lost_connection() -> None:
    """Only a request that failed for a reason that is not told went wrong on its way."""
    assert "connection_error" != classify(message="The run failed. Reason: the fish was too small").type


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("[Errno 111] Connection refused", "refused"),
        ("[WinError 10061] the target machine actively refused it", "refused"),
        ("[Errno 101] Network is unreachable", "other"),
        ("[Errno -3] Temporary failure in name resolution", "dns"),
    ],
)
def test_what_a_socket_has_said_is_no_quotation(told: str, reason: str) -> None:
    """urllib3 shows the exception behind an exception, with its words in quotes."""
    text = f"HTTPConnectionPool(host='whale', port=8): Max retries exceeded with url: /v1 (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f1a>: Failed to establish a new connection: {told}'))"
    found = classify(message=text)
    assert ("connection_error", reason) == (found.type, found.reason)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("The video is longer than it may be.", "invalid_media"),
        ("This model does not support enable_fish.", "unsupported_parameter"),
        ("Role must be in [shark, whale]", "invalid_message_order"),
        ("Top_fish should be (0.0, 1.0]", "invalid_parameter"),
        ("The parameter model specified in the request is not valid: no image model", "invalid_parameter"),
    ],
)
def test_a_code_that_says_little_is_refined_by_the_part_that_is_named(message: str, reason: str) -> None:
    """`InvalidParameter` is what a provider calls everything that is wrong in a request."""
    found = classify(status=400, body={"code": "InvalidParameter", "message": message}, provider="dashscope")
    assert ("invalid_request", reason) == (found.type, found.reason)


def test_an_answer_that_was_inspected_and_refused_is_no_prompt() -> None:
    """The code is the same for both; the words tell them apart."""
    body = {"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content."}
    found = classify(status=400, body=body, provider="dashscope")
    assert ("content_filter", "output") == (found.type, found.reason)


def test_the_name_of_litellms_proxy_is_no_network() -> None:
    """Its log puts the function that caught an exception before what went wrong."""
    text = "litellm.proxy.proxy_server.fish_generator(): Exception occured - the tank leaks"
    assert "connection_error" != classify(message=text).type
