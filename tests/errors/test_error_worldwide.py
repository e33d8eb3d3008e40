"""Errors in languages that inflect their words, or write them with marks of their own."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

SAID = {
    "Khóa API của bạn không hợp lệ": "authentication",
    "Hạn mức của tài khoản đã hết": "quota_exceeded",
    "Máy chủ đang quá tải, hãy thử lại": "server_error",
    "Bạn đã gửi quá nhiều yêu cầu": "rate_limit",
    "Không tìm thấy mô hình này": "model_unavailable",
    "API anahtarınız geçersiz": "authentication",
    "Bakiyeniz yetersiz, lütfen kredi yükleyin": "quota_exceeded",
    "Sunucu şu anda çok yoğun": "server_error",
    "İstenen model bulunamadı": "model_unavailable",
    "Bağlantı kurulamadı": "connection_error",
    "Kunci API tidak valid": "authentication",
    "Saldo akun Anda tidak cukup": "quota_exceeded",
    "Layanan sedang sibuk": "server_error",
    "Niepoprawny klucz dostępu": "authentication",
    "Serwer jest przeciążony": "server_error",
    "Указанный ключ недействителен": "authentication",
    "На балансе недостаточно средств": "quota_exceeded",
    "Такой модели не существует": "model_unavailable",
    "Контекст слишком длинный для этой модели": "context_length",
    "Сервис перегружен, попробуйте позже": "server_error",
    "Соединение с сервером было прервано": "connection_error",
    "Запрос нарушает политику безопасности": "content_filter",
    "Слишком частые запросы": "rate_limit",
    "Пустой ответ": "invalid_response",
    "セーフティ機能により遮断されました": "content_filter",
    "シークレットが間違っています": "authentication",
    "回線の問題が発生しています": "connection_error",
    "자격 증명이 올바르지 않습니다": "authentication",
    "전송 횟수를 모두 사용했습니다": "rate_limit",
    "게이트웨이가 다운되었습니다": "server_error",
    "O serviço demorou muito tempo": "timeout",
    "Il n'y a pas de connexion internet": "connection_error",
    "Du hast kein Guthaben mehr": "quota_exceeded",
    "El modelo no está disponible para su organización": "model_unavailable",
    "会话已失效": "authentication",
    "没有符合条件的渠道": "model_unavailable",
    "La clave no es válida": "authentication",
    "Ce texte est beaucoup trop long": "context_length",
    "Der Inhalt wurde leider gefiltert": "content_filter",
    "O servidor está sobrecarregado agora": "server_error",
    "Houve uma falha na conexão": "connection_error",
    "Нейросеть молчит": "server_error",
    "Przekroczono limit zapytań na dziś": "rate_limit",
    "回答を生成できませんでした": "invalid_response",
    "JSONをパースできませんでした": "invalid_response",
    "답변을 생성할 수 없었습니다": "invalid_response",
    "该回答已被阻止，内容不符合合规要求": "content_filter",
}


@pytest.mark.parametrize("text", SAID)
def test_a_failure_is_understood_in_many_languages(text: str) -> None:
    """What a sentence is about and what it says of it tell its type, in whichever form the words stand."""
    assert SAID[text] == classify(message=text).type


@pytest.mark.parametrize(
    "text",
    [
        "Chào bạn, tôi có thể giúp gì cho bạn?",
        "Bugün hava çok güzel",
        "Selamat pagi, ada yang bisa saya bantu?",
        "Сегодня хорошая погода",
        "Произошло нечто странное",
        "오늘 날씨가 좋습니다",
    ],
)
def test_what_tells_of_no_failure_stays_unknown(text: str) -> None:
    """Words of these languages that say nothing of a failure are not guessed at."""
    assert "unknown" == classify(message=text).type


@pytest.mark.parametrize("text", ["渠道接口返回错误", "模型响应错误：", "上游错误信息如下"])
def test_that_an_error_came_back_says_nothing_of_the_answer(text: str) -> None:
    """To return an error is no malformed answer."""
    assert "invalid_response" != classify(message=text).type


def test_a_503_does_not_hide_that_there_is_nobody_to_ask() -> None:
    """Whether any channel serves a model is said by no status."""
    found = classify(message="没有合适的供应商", status=503)
    assert ("model_unavailable", "no_provider") == (found.type, found.reason)
