"""What a decoder reads from the wire: the facts of a request, the outcome of a response."""

from __future__ import annotations

from dataclasses import dataclass, field

AttributeValue = str | bool | int | float | tuple[str, ...]


@dataclass(slots=True)
class Usage:
    """Token counts as OpenTelemetry wants them. None: the wire does not say. Zero: the wire says zero.

    Cached, cache-written, reasoning and modality counts are subsets of the totals.

    Attributes:
        input_tokens: all input tokens, cached and cache-written ones included.
        output_tokens: all output tokens, reasoning ones included.
        cache_read_input_tokens: input tokens read from the provider's cache.
        cache_write_input_tokens: input tokens written to the provider's cache.
        cache_write_1h_input_tokens: those of them kept for an hour (Anthropic's longer cache).
        reasoning_output_tokens: output tokens spent on reasoning.
        input_audio_tokens, input_image_tokens, output_audio_tokens, output_image_tokens: by modality.
        cache_read_audio_tokens: audio input tokens read from the cache.
        input_seconds: length of audio input, in seconds, where a provider bills by time.
        input_characters: length of text input, in characters, where a provider bills by it.
        images: number of images made.
        web_searches: number of searches that the provider made for the call.
        billed_input_tokens, billed_output_tokens: what the provider bills, where that differs (Cohere).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_write_1h_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    input_audio_tokens: int | None = None
    input_image_tokens: int | None = None
    output_audio_tokens: int | None = None
    output_image_tokens: int | None = None
    cache_read_audio_tokens: int | None = None
    input_seconds: float | None = None
    input_characters: int | None = None
    images: int | None = None
    web_searches: int | None = None
    billed_input_tokens: int | None = None
    billed_output_tokens: int | None = None


@dataclass(slots=True)
class Content:
    """Prompts and outputs in the semantic convention's JSON; filled only where capture is asked for.

    Attributes:
        input_messages, output_messages, system_instructions, tool_definitions: JSON text, or None.
    """

    input_messages: str | None = None
    output_messages: str | None = None
    system_instructions: str | None = None
    tool_definitions: str | None = None


@dataclass(slots=True)
class RequestFacts:
    """What a request says before it is sent.

    Attributes:
        model: the requested model; None where the body does not name it (Azure deployments).
        stream: whether a stream was asked for.
        attributes: further span attributes by their OpenTelemetry names (`gen_ai.request.temperature`, …).
        input_characters: length of a text to be spoken, by which some models are billed.
        content: the prompt; only where capture is asked for.
    """

    model: str | None = None
    stream: bool = False
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    input_characters: int | None = None
    content: Content | None = None


@dataclass(slots=True)
class Outcome:
    """What a response says, whole or streamed.

    Attributes:
        model: the answering model.
        id: the response's identifier.
        finish_reasons: one a choice, in the order of the choices, in the provider's words.
        usage: the last usage on the wire; None where there is none.
        service_tier: the tier that served the call.
        system_fingerprint: OpenAI's fingerprint of the serving configuration.
        cost_usd: what the provider says the call cost.
        error: the error body, as found (a failure under HTTP 200, an error event, `response.failed`), else None.
        fault: what makes a reply unusable that carries no error: `empty` or `malformed`.
        complete: streams: whether the format's own end was seen; None where the format has no end of its own.
        content_seen: streams: whether any content passed.
        incomplete_reason: why an answer is not whole (`max_output_tokens`, `content_filter`), by the Responses API.
        attributes: further span attributes by their OpenTelemetry names.
        content: the output; only where capture is asked for.
        geography: where the provider says that it served the call, by which Anthropic's prices differ.
    """

    model: str | None = None
    id: str | None = None
    finish_reasons: tuple[str, ...] = ()
    usage: Usage | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    cost_usd: float | None = None
    error: object = None
    fault: str | None = None
    complete: bool | None = None
    content_seen: bool = False
    incomplete_reason: str | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    content: Content | None = None
    geography: str | None = None
