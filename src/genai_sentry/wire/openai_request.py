"""Request facts in the words of OpenAI's APIs, which many other providers share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.wire.fields import MAX_TEXT, clean, count, integer, items, mapping, number, text
from genai_sentry.wire.outcome import AttributeValue

_NUMBERS: Final = (
    ("temperature", "gen_ai.request.temperature"),
    ("top_p", "gen_ai.request.top_p"),
    ("frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("presence_penalty", "gen_ai.request.presence_penalty"),
)


def sampling(body: Mapping[str, object], attributes: dict[str, AttributeValue]) -> None:
    """Temperature, top_p, top_k, penalties, seed, number of choices, service tier."""
    for key, name in _NUMBERS:
        value = body.get(key)
        if value is not None and (found := number(value)) is not None:
            attributes[name] = found
    for key in ("seed", "random_seed"):
        seed = integer(body.get(key))
        if seed is not None:
            attributes["gen_ai.request.seed"] = seed
    top_k = count(body.get("top_k"))
    if top_k is not None:
        attributes["gen_ai.request.top_k"] = top_k
    choices = count(body.get("n"))
    if choices is not None and choices != 1:
        attributes["gen_ai.request.choice.count"] = choices
    tier = text(body.get("service_tier"))
    if tier is not None and tier != "auto":
        attributes["openai.request.service_tier"] = tier


def max_tokens(body: Mapping[str, object], attributes: dict[str, AttributeValue], *keys: str) -> None:
    """The first output limit among these keys."""
    for key in keys:
        limit = count(body.get(key))
        if limit is not None:
            attributes["gen_ai.request.max_tokens"] = limit
            return


def output_type(value: object, attributes: dict[str, AttributeValue]) -> None:
    """`response_format` of chat or `text.format` of responses, as `gen_ai.output.type`."""
    kind = value.get("type") if isinstance(value, dict) else value
    if kind in ("json_object", "json_schema"):
        attributes["gen_ai.output.type"] = "json"
    elif kind in ("text", "json"):
        attributes["gen_ai.output.type"] = str(kind)


def reasoning(body: Mapping[str, object], attributes: dict[str, AttributeValue]) -> None:
    """The effort asked for, in whichever place a provider wants it."""
    level = text(body.get("reasoning_effort")) or text(mapping(body.get("reasoning")).get("effort"))
    if level is not None:
        attributes["gen_ai.request.reasoning.level"] = level


def stop_sequences(body: Mapping[str, object], attributes: dict[str, AttributeValue]) -> None:
    """Stop sequences; they are content, so callers ask only where it is captured."""
    for key in ("stop", "stop_sequences", "stopSequences"):
        value = body.get(key)
        found = [value] if isinstance(value, str) else [item for item in items(value) if isinstance(item, str)]
        if found:
            attributes["gen_ai.request.stop_sequences"] = tuple(clean(item[:MAX_TEXT]) for item in found[:16])
            return
    for nested in ("generationConfig", "options"):
        if isinstance(body.get(nested), dict):
            stop_sequences(mapping(body.get(nested)), attributes)
