"""`record_batch_results`: a finished batch's results, as classified outcomes with tokens and cost at batch prices."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genai_sentry import labels
from genai_sentry.errors.classify import Classifier
from genai_sentry.errors.error_type import error_type
from genai_sentry.errors.finishes import classify_finish
from genai_sentry.errors.taxonomy import Classification, ErrorType, Reason, classification
from genai_sentry.patch.state import state
from genai_sentry.pricing import Pricer, ready, warm
from genai_sentry.record import CallRecord
from genai_sentry.statistics import recorder
from genai_sentry.wire import fields
from genai_sentry.wire.fields import mapping
from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Outcome

if TYPE_CHECKING:
    from genai_sentry.pricing import Cost
    from genai_sentry.runtime import Runtime
    from genai_sentry.wire.base import Format
    from genai_sentry.wire.outcome import Usage

PRICES_WAIT_S = 10.0
"""How long the first call waits for the list prices."""

_OBJECTS = {
    "chat.completion": "openai.chat",
    "text_completion": "openai.completions",
    "response": "openai.responses",
    "list": "openai.embeddings",
}
"""What the answers of OpenAI's format say of themselves, and the format that reads them."""

_EXPIRED = frozenset({"batch_expired", "expired"})
_CANCELLED = frozenset({"batch_cancelled", "canceled", "cancelled"})


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request of a batch.

    Attributes:
        id: the application's own name for it (`custom_id`, `key`); empty where there is none.
        operation: `gen_ai.operation.name`.
        model: the answering model; empty where unknown.
        usage: token counts; None where there are none.
        cost: at the prices of batch processing; None where unknown.
        classification: what went wrong; None where nothing did.
    """

    id: str
    operation: str
    model: str
    usage: Usage | None
    cost: Cost | None
    classification: Classification | None


@dataclass(frozen=True, slots=True)
class BatchResults:
    """What a batch came to.

    Attributes:
        items: its requests, in the order of the source.
        succeeded, failed, cancelled: how many of each; an expired one has failed.
        failures_by_type: failures by error type.
        input_tokens, output_tokens: tokens of all items.
        cost_usd: what the priced items cost.
        unpriced: items with token counts for which no price is known.
        unread: lines that are no result.
    """

    items: tuple[BatchItem, ...]
    succeeded: int
    failed: int
    cancelled: int
    failures_by_type: Mapping[str, int]
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced: int
    unread: int


@dataclass(slots=True)
class _Result:
    """A line, understood as far as its envelope goes."""

    id: str
    format: Format | None
    provider: str
    status: int | None = None
    body: Mapping[str, object] | None = None
    error: object = None
    ended: str = ""


def record_batch_results(
    source: object,
    *,
    operation: str = "chat",
    provider: str | None = None,
    model: str | None = None,
    events: bool = True,
) -> BatchResults:
    """Classify, count and price the results of a finished batch.

    Every item counts as a call in `stats()`, in the metrics and in budgets, without a duration: when it was worked on
    is not known. Failed ones are reported to Sentry, throttled as any failures are. Record a batch once, its output
    and its error file alike: what is recorded twice is counted twice.

    Args:
        source: the path of a file with a result a line; its content, as text or bytes; what an SDK returns for it
            (an object with `content`); or an iterable of lines, mappings or an SDK's result objects. The results are
            those of OpenAI (and whoever shares its format: Azure, Groq, Mistral, Together, …), of Anthropic, or of
            Gemini and Vertex.
        operation: `gen_ai.operation.name` of items that have no answer, which would tell it.
        provider: `gen_ai.provider.name`; else `openai`, `anthropic` or `gcp.gemini` by the format.
        model: the requested model, for items whose answer does not name one.
        events: whether failed items are reported to Sentry.

    Raises:
        OSError: the file can't be read.
        TypeError: the source is nothing of that kind.
    """
    runtime = state.runtime
    warm()
    ready(PRICES_WAIT_S)
    counter = _Counter(runtime, provider, operation, model or "", events=events)
    for line in _lines(source):
        counter.take(line)
    return counter.results()


class _Counter:
    """Takes one line after the other."""

    def __init__(
        self, runtime: Runtime | None, provider: str | None, operation: str, model: str, *, events: bool
    ) -> None:
        self._runtime = runtime
        self._provider = provider
        self._operation = operation
        self._model = model
        self._events = events
        self._classifier = runtime.classifier if runtime is not None else Classifier()
        self._pricer = runtime.pricer if runtime is not None else Pricer()
        self._at = time.time()
        self._labels = labels.current()
        self._items: list[BatchItem] = []
        self._unread = 0

    def take(self, line: object) -> None:
        """One line, mapping or object."""
        value = _value(line)
        result = _understood(value) if value is not None else None
        if result is None:
            self._unread += 1
            return
        record = self._record(result)
        recorder.record(record)
        if self._runtime is not None:
            self._runtime.count_item(record, events=self._events)
        self._items.append(
            BatchItem(result.id, record.operation, record.model, record.usage, record.cost, record.classification)
        )

    def _record(self, result: _Result) -> CallRecord:
        provider = self._provider or result.provider
        outcome = result.format.read(result.body) if result.format is not None and result.body is not None else None
        record = CallRecord(
            operation=result.format.operation if result.format is not None else self._operation,
            provider=provider,
            model=(outcome.model if outcome is not None else None) or self._model,
            endpoint="batch",
            started_at=self._at,
            timed=False,
            status=result.status,
            outcome=outcome,
            usage=outcome.usage if outcome is not None else None,
            labels=self._labels,
        )
        if outcome is not None and outcome.usage is not None:
            models = [name for name in (outcome.model, self._model) if name]
            record.cost = self._pricer.cost(
                provider, models, outcome.usage, outcome=outcome, at=record.started_at, batch=True
            )
        record.classification = self._classify(result, outcome, provider)
        if record.classification is not None:
            record.error_type = result.ended or error_type(None, result.error, result.status)
        return record

    def _classify(self, result: _Result, outcome: Outcome | None, provider: str) -> Classification | None:
        if result.ended in _CANCELLED:
            return classification(ErrorType.CANCELLED, Reason.UNSPECIFIED, evidence=f"batch={result.ended}")
        if result.ended in _EXPIRED:
            # Nobody got to it in time: for whoever waits for it, a timeout on the provider's side.
            return classification(ErrorType.TIMEOUT, Reason.UPSTREAM, evidence=f"batch={result.ended}")
        if result.error is not None or (result.status or 0) >= 400:
            return self._classifier.classify(status=result.status, body=result.error or result.body, provider=provider)
        if outcome is None:
            return None
        if outcome.error is not None:
            return self._classifier.classify(status=result.status, body=outcome.error, provider=provider)
        return classify_finish(outcome, report_truncated=False)

    def results(self) -> BatchResults:
        """The sums of all that was taken."""
        by_type: dict[str, int] = {}
        for item in self._items:
            if item.classification is not None:
                kind = str(item.classification.type)
                by_type[kind] = by_type.get(kind, 0) + 1
        cancelled = by_type.pop("cancelled", 0)
        failed = sum(by_type.values())
        used = [item for item in self._items if item.usage is not None]
        return BatchResults(
            items=tuple(self._items),
            succeeded=len(self._items) - failed - cancelled,
            failed=failed,
            cancelled=cancelled,
            failures_by_type=by_type,
            input_tokens=sum((item.usage.input_tokens or 0) for item in used if item.usage is not None),
            output_tokens=sum((item.usage.output_tokens or 0) for item in used if item.usage is not None),
            cost_usd=sum(item.cost.total_usd for item in self._items if item.cost is not None),
            unpriced=sum(1 for item in used if item.cost is None),
            unread=self._unread,
        )


def _lines(source: Any) -> Iterator[object]:
    """What the source holds, a line or an object at a time."""
    if isinstance(source, os.PathLike) or (isinstance(source, str) and "\n" not in source and source[:1] != "{"):
        with Path(source).open("rb") as file:
            yield from (line for line in file if line.strip())
        return
    content = source if isinstance(source, str | bytes) else getattr(source, "content", None)
    if isinstance(content, str | bytes):
        yield from (line for line in content.splitlines() if line.strip())
    elif isinstance(source, Mapping):
        yield source
    elif isinstance(source, Iterable):
        yield from (line for line in source if not (isinstance(line, str | bytes) and not line.strip()))
    else:
        raise TypeError(f"not the results of a batch: {type(source).__name__}")


def _value(line: Any) -> Mapping[str, object] | None:
    if isinstance(line, str | bytes):
        line = fields.loads(line)
    elif hasattr(line, "model_dump"):
        line = line.model_dump(mode="json")
    return line if isinstance(line, dict) else None


def _understood(value: Mapping[str, object]) -> _Result | None:
    """The envelope of one result, by whoever's it is."""
    if isinstance(value.get("result"), dict):
        return _anthropic(value, mapping(value["result"]))
    response = value.get("response")
    if isinstance(response, dict) and ("status_code" in response or "body" in response):
        return _openai(value, response)
    if isinstance(response, dict):
        return _Result(_name(value), FORMATS["gemini.generate_content"], "gcp.gemini", body=response)
    error = value.get("error")
    if error is None and not value.get("status"):
        return None
    if "custom_id" in value:
        code = str(mapping(error).get("code") or "")
        ended = code if code in _EXPIRED | _CANCELLED else ""
        return _Result(_name(value), None, "openai", error=error, ended=ended)
    return _Result(_name(value), None, "gcp.gemini", error=error or value.get("status"))


def _name(value: Mapping[str, object]) -> str:
    return fields.text(value.get("custom_id")) or fields.text(value.get("key")) or ""


def _openai(value: Mapping[str, object], response: Mapping[str, object]) -> _Result:
    body, status = mapping(response.get("body")), fields.count(response.get("status_code"))
    if value.get("error") is not None or (status or 0) >= 400:
        return _Result(_name(value), None, "openai", status=status, body=body, error=value.get("error") or body)
    name = _OBJECTS.get(str(body.get("object")))
    if name is None:
        name = "openai.chat" if "choices" in body else "openai.images.generations" if "data" in body else ""
    return _Result(_name(value), FORMATS.get(name), "openai", status=status, body=body)


def _anthropic(value: Mapping[str, object], result: Mapping[str, object]) -> _Result:
    kind = str(result.get("type"))
    if kind == "succeeded":
        message = mapping(result.get("message"))
        return _Result(_name(value), FORMATS["anthropic.messages"], "anthropic", status=200, body=message)
    ended = kind if kind in _EXPIRED | _CANCELLED else ""
    return _Result(_name(value), None, "anthropic", error=result.get("error"), ended=ended)
