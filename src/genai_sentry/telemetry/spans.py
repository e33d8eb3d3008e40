"""Puts many attributes on a span at little cost, or only when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace import Span as SdkSpan

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Event
    from opentelemetry.trace import Span, Status
    from opentelemetry.util.types import Attributes

    from genai_sentry.telemetry.attributes import Value

ROOM = 100
"""Attributes that a span must have room for; the SDK's default limit is 128."""


def put(span: Span, attributes: Mapping[str, Value]) -> None:
    """Set attributes whose values are known to be plain: text, numbers, truth values, tuples of text.

    The SDK checks and copies every value, which costs more than all else that happens to a span here. Where its span
    holds them as expected, has room and cuts no values, they go in directly; everywhere else through the public way.
    """
    held = _held(span)
    if held is None:
        span.set_attributes(attributes)
    else:
        held.update(attributes)


def promise(span: Span | None, work_out: Callable[[], None]) -> bool:
    """Have a span's attributes completed by `work_out` when they are first looked at, also after the span's end.

    Returns:
        Whether that is possible with this span; if not, nothing has changed.
    """
    if span is None or _held(span) is None:
        return False
    bounded = span._attributes  # type: ignore[attr-defined]
    bounded.__dict__["_work_out"] = work_out
    bounded.__class__ = PromisedAttributes
    return True


def complete(span: Span, attributes: Mapping[str, Value]) -> None:
    """Put on a span what was promised."""
    state = span._attributes.__dict__  # type: ignore[attr-defined]
    state["_dict"].update(attributes)
    state["_work_out"] = None  # it leads back to the span: only the collector would find the two


class PromisedAttributes(BoundedAttributes):
    """Attributes of which some are worked out when somebody first looks."""

    @property
    def _dict(self) -> dict[str, Any]:
        state = self.__dict__
        work_out = state.get("_work_out")
        if work_out is not None:
            work_out()
            state["_work_out"] = None
        return state["_dict"]  # type: ignore[no-any-return]

    @_dict.setter
    def _dict(self, value: dict[str, Any]) -> None:
        self.__dict__["_dict"] = value


def changed(
    span: ReadableSpan,
    attributes: Attributes,
    *,
    events: Sequence[Event] | None = None,
    status: Status | None = None,
) -> ReadableSpan:
    """A copy of a span that has ended, with other attributes; with other events and another status where given."""
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=span.events if events is None else events,
        links=span.links,
        kind=span.kind,
        status=span.status if status is None else status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _held(span: Span) -> dict[str, Any] | None:
    if type(span) not in _SDK_SPANS:
        return None
    bounded = span._attributes  # type: ignore[attr-defined]
    limit = bounded.maxlen
    if bounded.max_value_len is not None or bounded._immutable or (limit is not None and limit < ROOM):
        return None
    held = bounded._dict
    return held if len(held) < 20 else None


def _known_kinds() -> frozenset[type]:
    """The SDK's span classes, if attributes put in directly are what the span then reports."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    try:
        provider = TracerProvider(resource=Resource.get_empty(), shutdown_on_exit=False)
        span = provider.get_tracer("genai_sentry").start_span("check")
        assert isinstance(span, SdkSpan)
        kind = type(span)
        globals()["_SDK_SPANS"] = frozenset({kind})
        held = _held(span)
        if held is None:
            return frozenset()
        held.update({"check": 1})
        promise(span, lambda: complete(span, {"later": 2}))
        span.end()
        return frozenset({kind}) if dict(span.attributes or {}) == {"check": 1, "later": 2} else frozenset()
    except Exception:
        return frozenset()


_SDK_SPANS: frozenset[type] = frozenset()
_SDK_SPANS = _known_kinds()
