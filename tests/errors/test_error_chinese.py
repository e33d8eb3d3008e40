"""Short sentences in Chinese, as applications show them to their users."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

SENTENCES = {
    "authentication/missing_key": ["您还没有登录，请先登录再提问", "未填写 API 密钥"],
    "authentication/expired": ["凭证已经失效了"],
    "connection_error/dns": ["上游域名解析失败"],
    "connection_error/incomplete_body": ["回答到一半，流式响应中断了", "数据流在途中被切断"],
    "connection_error/proxy": ["代理认证失败，请核对用户名"],
    "connection_error/reset": ["上游重置了连接"],
    "connection_error/tls": ["上游证书已过期"],
    "content_filter/prompt": ["这个问题违反社区规范，换个说法吧"],
    "context_length/input_too_long": ["这段对话太长啦"],
    "invalid_request/invalid_media": ["您上传的图片太大", "文档解析失败"],
    "invalid_request/invalid_message_order": ["最后一条消息必须来自用户", "工具调用没有对应的结果"],
    "invalid_request/not_found": ["该接口不存在", "任务不存在"],
    "invalid_response/empty": ["模型未返回内容"],
    "invalid_response/malformed": ["返回的不是有效的 JSON", "模型的输出格式不正确", "接口返回的数据不符预期"],
    "invalid_response/schema": ["结构化输出校验失败"],
    "model_unavailable/loading": ["模型还在加载，稍等片刻"],
    "model_unavailable/no_access": ["您的套餐不支持该模型", "你没有权限使用这个模型"],
    "permission_denied/region": ["你所在的地区无法使用本服务"],
    "rate_limit": ["操作太快，歇一歇"],
    "rate_limit/requests_per_day": ["每日额度用完了，明天再来"],
    "server_error/internal": ["服务器显存不足"],
    "timeout/client_connect": ["到网关的连接超时"],
    "timeout/client_pool": ["连接池已满"],
    "timeout/upstream": ["任务执行时间过长"],
    "cancelled": ["用户中断了回答"],
}


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in SENTENCES.items() for text in texts])
def test_a_short_sentence_in_chinese_is_understood(label: str, text: str) -> None:
    """One notion and what is said of it suffice."""
    found = classify(message=text)
    kind, _, reason = label.partition("/")
    assert (kind, reason or "unspecified") == (found.type, found.reason)


def test_what_may_be_the_cause_or_may_be_another_is_no_evidence() -> None:
    """Two guesses in one sentence cancel each other; a status beside them tells."""
    text = "引擎没有回答，可能是密钥错误，也可能是请求过快"
    assert "invalid_request" == classify(message=text, status=404).type
