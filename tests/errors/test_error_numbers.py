"""Statuses and numbers in texts are looked for near digits only: that must miss nothing and add nothing."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.errors import numbered as texts

PIECES = st.sampled_from(
    [
        *(
            "error",
            "code",
            "status code:",
            "HTTP/1.1",
            "returned",
            "failed with",
            "状态码",
            "失败",
            "返回",
            "遇到了",
            "错误",
            "エラー",
            "오류",
            "错误码：",
            "[",
            "]",
            "(",
            ")",
        ),
        *(" ", " ", ":", " - ", ", ", "\n", '"', "'", "{", "}", "%", ".", "=", "x", "Too Many Requests", "not found"),
        *(
            "4",
            "29",
            "400",
            "429",
            "503",
            "1113",
            "40300",
            "1234567",
            "12.5",
            "999",
            "status_code=",
            "http_",
            "error 4",
        ),
        *("a long sentence about nothing in particular that goes on " * 2, "model gpt-4-0613 of 2026-01-01"),
    ]
)


def _whole(pattern: re.Pattern[str], text: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in pattern.finditer(text)]


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_statuses_are_those_of_the_whole_text(text: str) -> None:
    """Looking near three digits finds what looking everywhere does."""
    assert [int(number) for number in _whole(texts._STATUS, text[:1200])] == texts.statuses(text)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_numbers_are_those_of_the_whole_text(text: str) -> None:
    """The same for an error's own numbers, HTTP statuses left out."""
    every = _whole(texts._NUMBERED, text[:600])
    assert [number for number in every if not (len(number) == 3 and "100" <= number < "600")] == (
        texts.numbers_of_errors(text)
    )


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_where_the_first_digit_is_known_nothing_before_it_is_needed(text: str) -> None:
    """Looking from there on finds what looking from the beginning does, though what stands before it is read."""
    digit = re.search(r"\d", text)
    first = len(text) if digit is None else digit.start()
    assert (texts.statuses(text), texts.numbers_of_errors(text)) == (
        texts.statuses(text, first),
        texts.numbers_of_errors(text, first),
    )
