"""Usage and cost as OpenAI and the many servers that speak its formats write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.wire.fields import MAX_COUNT, amount, count, counted, mapping
from genai_sentry.wire.outcome import Outcome, Usage

USD_PER_TICK: Final = 1e-10
"""xAI counts cost in ticks: ten billion to the dollar."""


def read_usage(value: object) -> Usage | None:
    """The usage object of an answer; None where it holds no count."""
    if not isinstance(value, dict) or not value:
        return None
    get = value.get
    # The names that nearly all use are asked for here; whatever they do not answer is looked for under all names.
    given, made = get("prompt_tokens_details"), get("completion_tokens_details")
    if not given or not isinstance(given, dict):
        given = _first_dict(value, _GIVEN_DETAILS)
    if not made or not isinstance(made, dict):
        made = _first_dict(value, _MADE_DETAILS)
    sent, answered = get("prompt_tokens"), get("completion_tokens")
    read = given.get("cached_tokens") if given else None
    usage = Usage(
        sent if type(sent) is int and 0 <= sent <= MAX_COUNT else counted(value, _GIVEN),
        answered if type(answered) is int and 0 <= answered <= MAX_COUNT else counted(value, _MADE),
        read if type(read) is int and 0 <= read <= MAX_COUNT else _cached(read, value),
    )
    if given:
        _details_given(usage, given)
    if usage.cache_write_input_tokens is None and "cache_creation_input_tokens" in value:
        usage.cache_write_input_tokens = count(value["cache_creation_input_tokens"])
    reasoned = count(made.get("reasoning_tokens")) if made else None
    usage.reasoning_output_tokens = reasoned if reasoned is not None else count(get("reasoning_tokens"))
    if reasoned:
        _reasoned_apart(usage, reasoned, value)
    if made:
        usage.output_audio_tokens = count(made.get("audio_tokens"))
        if "image_tokens" in made:
            usage.output_image_tokens = count(made["image_tokens"])
    _rest(usage, value)
    return usage if usage.input_tokens is not None or usage != _EMPTY else None


def _cached(told: object, value: Mapping[str, object]) -> int | None:
    found = count(told)
    return found if found is not None else counted(value, _CACHE_READ)


_EMPTY: Final = Usage()
# Names of the same thing, what counts first before the rest.
_GIVEN: Final = ("prompt_tokens", "input_tokens")
_MADE: Final = ("completion_tokens", "output_tokens")
_GIVEN_DETAILS: Final = (
    "prompt_tokens_details",
    "input_tokens_details",
    "input_token_details",
    "prompt_token_details",
)
_MADE_DETAILS: Final = ("completion_tokens_details", "output_tokens_details", "output_token_details")
_CACHE_READ: Final = ("prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens", "num_cached_tokens")
_CACHE_WRITTEN: Final = ("cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens")
_RARE_GIVEN: Final = frozenset({*_CACHE_WRITTEN, "image_tokens", "cached_tokens_details"})


def _details_given(usage: Usage, given: Mapping[str, object]) -> None:
    """What an answer tells of the input's parts, cached ones aside."""
    usage.input_audio_tokens = count(given.get("audio_tokens"))
    if _RARE_GIVEN.isdisjoint(given):
        return
    usage.cache_write_input_tokens = counted(given, _CACHE_WRITTEN)
    if "image_tokens" in given:
        usage.input_image_tokens = count(given["image_tokens"])
    if "cached_tokens_details" in given:
        usage.cache_read_audio_tokens = count(mapping(given["cached_tokens_details"]).get("audio_tokens"))


def _reasoned_apart(usage: Usage, reasoned: int, value: Mapping[str, object]) -> None:
    """xAI's chat leaves reasoning out of its output tokens, which only the total shows; billed it is."""
    given, made = usage.input_tokens, usage.output_tokens
    if given is not None and made is not None and count(value.get("total_tokens")) == given + made + reasoned:
        usage.billed_output_tokens = made + reasoned


def _rest(usage: Usage, value: Mapping[str, object]) -> None:
    if "prompt_audio_seconds" in value or "seconds" in value:
        seconds = amount(value.get("prompt_audio_seconds"))
        usage.input_seconds = seconds if seconds is not None else amount(value.get("seconds"))
    if "server_side_tool_usage_details" in value:
        usage.web_searches = count(mapping(value["server_side_tool_usage_details"]).get("web_search_calls"))
    if "num_search_queries" in value:
        usage.web_searches = count(value.get("num_search_queries"))


def _first_dict(value: Mapping[str, object], names: tuple[str, ...]) -> Mapping[str, object] | None:
    """The first of these values that is a non-empty dict."""
    for name in names:
        found = value.get(name)
        if isinstance(found, dict) and found:
            return found
    return None


def read_cost(usage: object) -> float | None:
    """What the provider says the call cost, in USD: OpenRouter, Perplexity and xAI say so within usage."""
    value = mapping(usage)
    cost = value.get("cost")
    if cost is None and "cost_in_usd_ticks" not in value:
        return None
    if isinstance(cost, dict):
        return amount(cost.get("total_cost"))
    found = amount(cost)
    if found is not None:
        if value.get("is_byok") is True:
            # With the caller's own upstream key, `cost` is the gateway's fee alone.
            upstream = amount(mapping(value.get("cost_details")).get("upstream_inference_cost"))
            return None if upstream is None else found + upstream
        return found
    ticks = count(value.get("cost_in_usd_ticks"))
    return None if ticks is None else ticks * USD_PER_TICK


def apply_usage(outcome: Outcome, value: object) -> None:
    """Put usage, cost and the tier that some servers name within usage onto an outcome."""
    usage = read_usage(value)
    if usage is not None:
        outcome.usage = usage
    cost = read_cost(value)
    if cost is not None:
        outcome.cost_usd = cost
