"""Usage as Gemini and Vertex AI write it."""

from __future__ import annotations

from typing import Final

from genai_sentry.wire.fields import count, mapping, mappings, text, total
from genai_sentry.wire.outcome import Outcome, Usage

_MODALITIES: Final = {1: "TEXT", 2: "IMAGE", 3: "VIDEO", 4: "AUDIO", 5: "DOCUMENT"}


def read_usage(value: object) -> Usage | None:
    """Gemini counts thoughts apart from candidates: output is their sum."""
    get = mapping(value).get
    thoughts = count(get("thoughtsTokenCount"))
    usage = Usage(
        input_tokens=count(get("promptTokenCount")),
        output_tokens=total(count(get("candidatesTokenCount")), thoughts),
        cache_read_input_tokens=count(get("cachedContentTokenCount")),
        reasoning_output_tokens=thoughts,
    )
    given, made = _by_modality(get("promptTokensDetails")), _by_modality(get("candidatesTokensDetails"))
    given = given or _by_modality(get("promptTokenDetails"))
    usage.input_audio_tokens, usage.input_image_tokens = given.get("AUDIO"), given.get("IMAGE")
    usage.output_audio_tokens, usage.output_image_tokens = made.get("AUDIO"), made.get("IMAGE")
    usage.cache_read_audio_tokens = _by_modality(get("cacheTokensDetails")).get("AUDIO")
    return usage if usage != Usage() else None


def _by_modality(details: object) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in mappings(details):
        modality = item.get("modality")
        name = _MODALITIES.get(modality, "") if isinstance(modality, int) else text(modality)
        tokens = count(item.get("tokenCount"))
        if name and tokens is not None:
            found[name] = found.get(name, 0) + tokens
    return found


def apply_usage(outcome: Outcome, value: object) -> None:
    """Put usage, and the tier that it names, onto an outcome."""
    usage = read_usage(value)
    if usage is not None:
        outcome.usage = usage
        tier = text(mapping(value).get("serviceTier"))
        outcome.service_tier = tier.lower() if tier else outcome.service_tier
