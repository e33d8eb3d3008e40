"""`record_call`: calls that no patch sees (boto3, gRPC, in-process models), told by the application itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from genai_sentry.call import NO_PATH, Call, current
from genai_sentry.guard import swallowed
from genai_sentry.patch import shell
from genai_sentry.pricing.cost import Cost
from genai_sentry.record import StreamFacts
from genai_sentry.wire.base import Format
from genai_sentry.wire.outcome import AttributeValue, Outcome, RequestFacts, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

_REQUEST = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "max_tokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "choice_count": "gen_ai.request.choice.count",
    "reasoning_level": "gen_ai.request.reasoning.level",
    "output_type": "gen_ai.output.type",
    "conversation_id": "gen_ai.conversation.id",
}
"""Facts of a request by their short names; any other keyword is an attribute under its own name."""


class _Told(Format):
    """The format of what the application tells: there is nothing to decode."""

    name = "told"

    def __init__(self, operation: str) -> None:
        self.operation = self.endpoint_kind = operation


class record_call:  # noqa: N801 - used like a function
    """Observe a call that this package can't see: the same span, metrics, statistics and event as an observed one.

    `with record_call("chat", "claude-sonnet-4-5", "aws.bedrock") as call:` serves synchronous and asynchronous code.
    An exception that leaves the block is the call's failure, and passes on unchanged. LLM calls that are made inside
    the block, and inside another observed call, are part of it: the outermost one wins. Without instrumentation the
    block runs, and nothing is recorded. No method raises.

    Args:
        operation: `gen_ai.operation.name`: `chat`, `text_completion`, `embeddings`, `generate_content`, …
        model: the requested model.
        provider: `gen_ai.provider.name`: `aws.bedrock`, `gcp.vertex_ai`, … or the application's own name for it.
        server_address, server_port: where it goes, if anywhere.
        endpoint: the path or method of the provider's API.
        stream: whether the answer is streamed; the wait for its first piece is known by `first_chunk`.
        facts: `temperature`, `top_p`, `top_k`, `max_tokens`, `frequency_penalty`, `presence_penalty`, `seed`,
            `choice_count`, `reasoning_level`, `output_type`, `conversation_id`; any other keyword becomes a span
            attribute of that name. None says that a fact is not known.
    """

    def __init__(
        self,
        operation: str,
        model: str,
        provider: str,
        *,
        server_address: str = "",
        server_port: int | None = None,
        endpoint: str = "",
        stream: bool = False,
        **facts: AttributeValue | None,
    ) -> None:
        self._operation, self._model, self._provider = operation, model, provider
        self._server = (server_address, server_port, endpoint)
        given = {_REQUEST.get(name, name): value for name, value in facts.items() if value is not None}
        self._facts = RequestFacts(model=model or None, stream=stream, attributes=given)
        self._outcome = Outcome()
        self._call: Call | None = None
        self._failure: BaseException | None = None

    def usage(self, **counts: float | None) -> None:
        """Say what was used; what is not known is left out, and a zero means zero.

        Args:
            counts: by the names of the fields of a call's usage: `input_tokens` and `output_tokens` (all of them),
                and their subsets `cache_read_input_tokens`, `cache_write_input_tokens`, `reasoning_output_tokens`,
                `input_audio_tokens`, `output_audio_tokens`, `input_image_tokens`, `output_image_tokens`; also
                `input_seconds`, `input_characters`, `images`, `web_searches`. Other names are not counted.
        """
        usage = self._outcome.usage = self._outcome.usage or Usage()
        for name, value in counts.items():
            if value is not None and name in Usage.__dataclass_fields__:
                setattr(usage, name, value)

    def cost(self, total_usd: float, *, input_usd: float | None = None, output_usd: float | None = None) -> None:
        """Say what it cost, in US dollars; otherwise the usage is priced by what the prices know of the model."""
        if self._call is not None:
            self._call.cost = Cost(input_usd, output_usd, float(total_usd), "custom")

    def response(
        self,
        *,
        id: str | None = None,
        model: str | None = None,
        finish_reasons: tuple[str, ...] | list[str] = (),
        status: int | None = None,
        attempts: int | None = None,
        retry_wait_s: float | None = None,
    ) -> None:
        """Say what the answer says.

        Args:
            id: the answer's identifier.
            model: the answering model.
            finish_reasons: one a choice, in the provider's words.
            status: the HTTP status, where there is one.
            attempts: how often it was tried.
            retry_wait_s: seconds spent waiting between the attempts.
        """
        outcome, call = self._outcome, self._call
        outcome.id, outcome.model = id or outcome.id, model or outcome.model
        outcome.finish_reasons = tuple(finish_reasons) or outcome.finish_reasons
        if call is not None:
            call.status = status if status is not None else call.status
            call.attempts_seen = attempts if attempts is not None else call.attempts_seen
            call.wait_s = retry_wait_s if retry_wait_s is not None else call.wait_s

    def first_chunk(self) -> None:
        """Say that the first piece of a streamed answer is here."""
        if self._call is not None and self._call.stream is None:
            self._call.stream = StreamFacts(chunks=1, first_chunk_s=self._call.elapsed)

    def fail(self, error: BaseException | Mapping[str, object] | str, *, status: int | None = None) -> None:
        """Say that the call failed although no exception leaves the block.

        Args:
            error: what was caught, or the provider's error as a mapping or a text.
            status: the HTTP status, where there is one.
        """
        if isinstance(error, BaseException):
            self._failure = error
        else:
            self._outcome.error = dict(error) if isinstance(error, Mapping) else error
        self.response(status=status)

    def __enter__(self) -> record_call:
        self._call = self._guarded(self._begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        call = self._call
        if call is not None:
            if current.get() is call:  # else a generator is closed in another context than it began in
                call.leave()
            call.outcome = self._outcome if self._outcome != Outcome() else None
            failure = error if error is not None else self._failure
            if failure is None:
                call.result()
            else:
                call.raised(failure)

    def _begin(self) -> Call | None:
        runtime = shell.outermost()
        if runtime is None:
            return None
        address, port, endpoint = self._server
        call = Call(
            runtime,
            _Told(self._operation),
            self._facts,
            hint=NO_PATH,
            provider=self._provider,
            address=address,
            port=port,
            path=endpoint,
        )
        call.attempts_known = False
        call.enter()
        return call

    @staticmethod
    def _guarded(step: Callable[[], Call | None]) -> Call | None:
        try:
            return step()
        except Exception as fault:
            if not swallowed("record_call", fault):
                raise
            return None
