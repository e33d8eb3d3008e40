"""Text generation in the words of its servers: watsonx.ai, Hugging Face's text-generation-inference, llama.cpp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.body import error_of
from genai_sentry.wire.fields import count, first, integer, items, mapping, mappings, text, total
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage
from genai_sentry.wire.tail import TailReader

_PARAMETERS: Final = frozenset(
    {"max_new_tokens", "do_sample", "return_full_text", "decoder_input_details", "repetition_penalty", "best_of"}
    | {"temperature", "top_k", "top_p", "top_n_tokens", "typical_p", "watermark"}
)
"""Settings of text-generation-inference that say what is asked for."""
_LLAMA_CPP: Final = frozenset(
    {"n_predict", "cache_prompt", "n_keep", "id_slot", "n_probs", "mirostat", "dry_multiplier"}
)
"""Fields that only llama.cpp's server knows."""


class _TextFormat(Format):
    """A prompt in one field, settings in `parameters`, and events of the shape of the whole answer."""

    operation = "text_completion"
    prompt_key = "inputs"
    text_key = "generated_text"

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Settings, and streaming where the path tells."""
        facts.stream = facts.stream or path.endswith("_stream")
        settings = mapping(body.get("parameters")) or body
        req.sampling(settings, facts.attributes)
        req.max_tokens(settings, facts.attributes, "max_new_tokens", "n_predict", "max_tokens")

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """The prompt, as a user's message."""
        given = body.get(self.prompt_key)
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(given)}]))

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of server-sent events."""
        return GenerationReader(self, capture=capture)

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The text that was generated."""
        reason = next(iter(self.decode(value).finish_reasons), "")
        return [{"role": "assistant", "parts": content.parts(self.said(value)), "finish_reason": reason}]

    def said(self, value: Mapping[str, object]) -> object:
        """The text of an answer or an event."""
        return value.get(self.text_key)


class WatsonxFormat(_TextFormat):
    """`POST /ml/v1/text/generation` and `…/generation_stream`, of a model or of a deployment."""

    name = "watsonx.generation"
    telling: tuple[bytes, ...] = (b'"input"',)
    endpoint_kind = "generation"
    provider = "ibm.watsonx.ai"
    prompt_key = "input"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """An input, and what else such a request has: a model's identifier or parameters."""
        known = isinstance(body.get("model_id"), str) or isinstance(body.get("parameters"), dict)
        return isinstance(body.get("input"), str) and known

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model, unless a deployment in the path stands for it."""
        super().describe(body, path, facts)
        facts.model = facts.model or text(body.get("model_id"))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """An answer or an event; only the first event counts the input, the others say zero, which no input has."""
        results = list(mappings(value.get("results")))
        reasons = [text(result.get("stop_reason")) for result in results]
        usage = Usage(
            input_tokens=total(*(count(result.get("input_token_count")) or None for result in results)),
            output_tokens=total(*(count(result.get("generated_token_count")) for result in results)),
        )
        return Outcome(
            model=text(value.get("model_id")),
            finish_reasons=tuple(reason for reason in reasons if reason and reason.lower() != "not_finished"),
            usage=usage if usage != Usage() else None,
            error=_errors(value) if not results else None,
        )

    def said(self, value: Mapping[str, object]) -> object:
        """The text of the first result."""
        return next((result.get("generated_text") for result in mappings(value.get("results"))), None)


class GenerateFormat(_TextFormat):
    """`POST /generate` of text-generation-inference."""

    name = "tgi.generate"
    common = True
    telling: tuple[bytes, ...] = (b'"inputs"',)
    endpoint_kind = "generate"
    provider = "huggingface"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Text, and at least one parameter that this server has; the path alone is anybody's."""
        settings = mapping(body.get("parameters"))
        return isinstance(body.get("inputs"), str) and not _PARAMETERS.isdisjoint(settings)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """An answer or an event; the input is counted at a stream's end, or token by token where that was asked for."""
        details = mapping(value.get("details"))
        prefill = items(details.get("prefill"))
        usage = Usage(
            input_tokens=first(count(details.get("input_length")), len(prefill) or None),
            output_tokens=count(details.get("generated_tokens")),
        )
        reason = text(details.get("finish_reason"))
        return Outcome(
            finish_reasons=() if reason is None else (reason,),
            usage=usage if usage != Usage() else None,
            error=error_of(value),
        )

    def said(self, value: Mapping[str, object]) -> object:
        """An event's token, unless it is a mark of the model's; else the whole text."""
        token = value.get("token")
        if isinstance(token, dict):
            return None if token.get("special") is True else token.get("text")
        return value.get("generated_text")


class GenerateStreamFormat(GenerateFormat):
    """`POST /generate_stream`."""

    name = "tgi.generate_stream"
    common = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Text: nobody else has such a path."""
        return isinstance(body.get("inputs"), str) and isinstance(body.get("parameters", {}), dict)


class CompletionFormat(_TextFormat):
    """`POST /completion` of llama.cpp's server."""

    name = "llama_cpp.completion"
    common = True
    telling: tuple[bytes, ...] = (b'"prompt"',)
    endpoint_kind = "completion"
    provider = "llama_cpp"
    prompt_key = "prompt"
    text_key = "content"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A prompt, and at least one field that only this server knows."""
        return isinstance(body.get("prompt"), str | list | tuple) and not _LLAMA_CPP.isdisjoint(body)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Settings; a limit or a seed of -1 is none."""
        super().describe(body, path, facts)
        if integer(facts.attributes.get("gen_ai.request.seed")) == -1:
            del facts.attributes["gen_ai.request.seed"]

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """An answer or an event; counts hold once it has stopped."""
        outcome = Outcome(model=text(value.get("model")), error=error_of(value))
        if value.get("stop") is True:
            outcome.finish_reasons = (text(value.get("stop_type")) or "stop",)
            usage = Usage(
                input_tokens=count(value.get("tokens_evaluated")), output_tokens=count(value.get("tokens_predicted"))
            )
            outcome.usage = usage if usage != Usage() else None
        return outcome


class GenerationReader(TailReader):
    """Reads events; what ends the answer names the counts."""

    __slots__ = ()

    notable = lazy(
        rb'"(?:details"\s*:\s*\{|stop"\s*:\s*true|errors?"\s*:\s*[\[{"]|stop_reason"\s*:\s*"(?!not_finished"|NOT_FINISHED"))'
    )
    begins = lazy(rb'"(?:content|text|generated_text)"\s*:\s*"[^"]')


def _errors(value: Mapping[str, object]) -> dict[str, object] | None:
    """watsonx.ai lists its errors."""
    if isinstance(value.get("errors"), list) and value["errors"]:
        return {key: value[key] for key in ("errors", "status_code", "trace") if key in value}
    return error_of(value)
