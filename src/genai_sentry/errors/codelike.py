"""Words of a text that look like codes or class names, such as `rate_limit_exceeded` and `FishError`."""

from __future__ import annotations

from genai_sentry.patterns import lazy

_WORD_OF_TEXT = lazy(r"(?<![\w-])[A-Za-z](?=[a-z0-9]*+(?:[A-Z_]|\.[A-Z]))\w++(?:\.[A-Z]\w*+|\.\d{4,6}\b)*+(?!-\w)")
"""Words with a capital or an underscore within: no other looks like a code."""
_WITHIN_WORD = lazy(r"[A-Z_](?<=[A-Za-z0-9.].)")
"""Such a capital or underscore."""
_CODE_LIKE = lazy(
    r"[A-Za-z]++(?:_[A-Za-z0-9]++)++|[A-Za-z][a-z0-9]++\.?[A-Z][A-Za-z0-9]*+(?:\.[A-Z][A-Za-z0-9]*+)*+(?:\.\d{4,6})?"
    r"|[A-Z]{2,}[a-z][A-Za-z]+|[A-Z]{5,}|[A-Z][A-Za-z]++\.[A-Z0-9]++(?:_[A-Z0-9]++)++"
)
"""Words that look like a code or a class name: with underscores, humps or capitals; not in hyphenated names."""


def words_like_codes(text: str) -> list[str]:
    """The words of a text that look like codes, each once; only where a hump or underscore is, is looked closer."""
    words: dict[str, None] = {}
    end = 0
    for hump in _WITHIN_WORD.finditer(text):
        at = hump.start()
        if at < end:
            continue
        start = max(text.rfind(" ", end, at), end)
        end = text.find(" ", at)
        end = len(text) if end < 0 else end
        words.update(dict.fromkeys(_WORD_OF_TEXT.findall(text, start, end)))
    return [word for word in words if _CODE_LIKE.fullmatch(word) is not None]
