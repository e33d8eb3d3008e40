"""Errors in other scripts and languages: traditional Chinese, Japanese, Korean, and Europe's."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.scripts import LETTERS
from genai_sentry.errors.text import normal

TWINS = {
    "帳戶餘額不足，請儲值後再試": "账户余额不足，请充值后再试",
    "API 金鑰無效，請檢查設定": "API 密钥无效，请检查设置",
    "權杖已逾期，請重新登入": "令牌已过期，请重新登录",
    "請求過於頻繁，請稍後再試": "请求过于频繁，请稍后再试",
    "伺服器繁忙，請稍後重試": "服务器繁忙，请稍后重试",
    "連線逾時，請檢查網路": "连接超时，请检查网络",
    "該模型不存在或已停用": "该模型不存在或已停用",
    "內容包含敏感資訊，已被攔截": "内容包含敏感信息，已被拦截",
    "輸入超過模型的上下文長度上限": "输入超过模型的上下文长度上限",
}


@pytest.mark.parametrize("traditional", TWINS)
def test_traditional_chinese_means_what_simplified_does(traditional: str) -> None:
    """Letters and Taiwan's terms change neither type nor reason, and both are understood."""
    found, twin = classify(message=traditional), classify(message=TWINS[traditional])
    assert "unknown" != twin.type
    assert (twin.type, twin.reason) == (found.type, found.reason)


def test_every_letter_has_one_simplified_form() -> None:
    """A letter is folded once and for all: no result is itself folded, and folding twice changes nothing."""
    assert not set(LETTERS) & set(LETTERS.values())
    for text in TWINS:
        assert normal(text) == normal(normal(text))


ABROAD = {
    "レート制限を超えました。しばらくしてから再試行してください。": "rate_limit",
    "APIキーが無効です": "authentication",
    "クレジットの残高が不足しています": "quota_exceeded",
    "요청 한도를 초과했습니다. 잠시 후 다시 시도해 주세요.": "rate_limit",
    "API 키가 유효하지 않습니다": "authentication",
    "Límite de solicitudes superado, inténtelo más tarde": "rate_limit",
    "Clave de API no válida": "authentication",
    "Saldo insuficiente en su cuenta": "quota_exceeded",
    "Clé API invalide": "authentication",
    "Le modèle demandé n'existe pas": "model_unavailable",
    "Ungültiger API-Schlüssel": "authentication",
    "Zeitüberschreitung der Anfrage": "timeout",
    "Chave de API inválida": "authentication",
    "Превышен лимит запросов": "rate_limit",
}


@pytest.mark.parametrize("text", ABROAD)
def test_translated_errors_are_understood(text: str) -> None:
    """Proxies and clients translate; the type is the same."""
    assert ABROAD[text] == classify(message=text).type


PROSE = {
    "Das Guthaben Ihres Kontos ist aufgebraucht": "quota_exceeded",
    "Der Dienst kann Ihre Anfrage gerade nicht bearbeiten": "server_error",
    "Le service n'est pas disponible pour le moment": "server_error",
    "Trop de requêtes, patientez un instant": "rate_limit",
    "El servidor no encontró la página: el recurso no existe": "invalid_request",
    "La respuesta del modelo está vacía": "invalid_response",
    "Il modello richiesto non esiste": "model_unavailable",
    "A chave fornecida está expirada": "authentication",
    "サーバーが混雑しています": "server_error",
    "この画像ファイルは不正です": "invalid_request",
    "아이디의 잔액이 바닥났습니다, 크레딧이 부족합니다": "quota_exceeded",
    "서버의 응답이 비어 있습니다": "invalid_response",
    "服务没有收到上游的回应，已等待超过一分钟": "timeout",
    "回复里没有输出任何文字": "invalid_response",
}


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_understood_by_its_notions(text: str) -> None:
    """Sentences nobody is known to send are read for what they are about and what they say of it."""
    assert PROSE[text] == classify(message=text).type


@pytest.mark.parametrize(
    "text",
    ["Guten Tag, wie kann ich helfen?", "Bonjour, voici la suite du conte", "今天天气很好", "おはようございます"],
)
def test_what_is_no_error_is_not_guessed_at(text: str) -> None:
    """Words of these languages that say nothing of a failure stay unknown."""
    assert "unknown" == classify(message=text).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("接口调用没有成功，状态码：503", "server_error"),
        ("上游返回 429", "rate_limit"),
        ("上游返回 HTTP 402", "quota_exceeded"),
        ("一共返回 500 条记录", "unknown"),
    ],
)
def test_statuses_in_chinese_texts(text: str, expected: str) -> None:
    """What a Chinese text calls a status, or an upstream's answer, is one; other numbers are none."""
    assert expected == classify(message=text).type
