"""Which failed call does an exception belong to: the mark on the exception, and the walk that looks for it."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from genai_sentry.sentry.scrub import Echo

if TYPE_CHECKING:
    from collections.abc import Hashable

    from genai_sentry.record import CallRecord

KEY = "__genai_sentry__"
"""Name of the mark in an exception's `__dict__`."""

MAX_NODES = 50
"""Exceptions looked at in one walk."""

MAX_REMEMBERED = 1024
"""Calls kept for exceptions that are raised after the call returned."""


class State(Enum):
    """What became of a failure."""

    PENDING = "pending"
    SUPPRESSED = "suppressed"
    """Held back by the throttle; somebody else's event may still carry it."""
    QUIET = "quiet"
    """No event of ours: by the settings, or because there is no Sentry client."""
    SENT = "sent"
    CLAIMED = "claimed"
    """Carried by an event of the application or a framework."""
    CARRIED = "carried"
    """Carried by an event about another exception that happened while this one was handled."""


class Mark:
    """Says of an exception which failed call it ended.

    It pickles to a plain string, so that an exception crosses process boundaries where this package is missing.

    Args:
        id: unique in this machine's processes: process id and a running number.
        record: the call.
        key: what its events are throttled by.
        owner: the outbox that its event waits in: a process can have several reporters.

    Attributes:
        state: what became of the failure.
        event_id: the event that carries it; empty while there is none.
        counted: the Sentry session whose error count this failure has raised.
        held_back: failures of its kind that were held back since the last event.
        echo: the request's body, to find prompts that a provider echoes; None where there is none in memory.
    """

    # Defaults of the class: in a storm a mark must cost next to nothing, and most never set these.
    state = State.QUIET
    event_id = ""
    counted: object = None
    held_back = 0
    echo: Echo | None = None

    def __init__(self, id: str, record: CallRecord, key: Hashable, owner: object = None) -> None:
        self.id = id
        self.record = record
        self.key = key
        self.owner = owner

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickle to the identifier alone."""
        return (str, (self.id,))

    def __deepcopy__(self, memo: object) -> Mark:
        """Stay the same failure in a copied exception."""
        return self


@dataclass(frozen=True, slots=True)
class Found:
    """A failed call found in an exception's chain.

    Attributes:
        mark: the failed call.
        error: the marked exception.
        how: `self`, `cause`, `member`, `hidden` (behind `from None`) or `context` (implicit, hence a weak claim).
        weak: whether an implicit context lies on the way.
    """

    mark: Mark
    error: BaseException
    how: str
    weak: bool


def put_mark(error: BaseException, mark: Mark) -> None:
    """Mark an exception; the classes that allow no attribute at all stay unmarked."""
    try:
        # Not setattr: frozen dataclasses and classes with a `__setattr__` of their own refuse that.
        error.__dict__[KEY] = mark
    except (AttributeError, TypeError):
        try:
            setattr(error, KEY, mark)
        except Exception:
            return


def get_mark(error: BaseException) -> Mark | None:
    """Read the mark of an exception; None where there is none, or one from another process."""
    try:
        mark = error.__dict__.get(KEY)
    except (AttributeError, TypeError):
        mark = getattr(error, KEY, None)
    return mark if isinstance(mark, Mark) else None


def is_marked(error: BaseException) -> bool:
    """Whether this package reported the exception, be it in another process."""
    try:
        return KEY in error.__dict__
    except (AttributeError, TypeError):
        return getattr(error, KEY, None) is not None


class Calls:
    """Calls that are over, by request and by response id: for exceptions that a client library raises afterwards.

    One that a deadline of trio's ended is found by its cancel scope, too.

    Bounded, and it keeps no request alive.

    Attributes:
        before_reading: called before a call is looked for, to have those kept that are over but not yet settled.
    """

    def __init__(self) -> None:
        self.before_reading: Callable[[], None] | None = None
        self._by_request: weakref.WeakKeyDictionary[object, Mark | CallRecord] = weakref.WeakKeyDictionary()
        self._by_id: dict[str, Mark | CallRecord] = {}

    def remember(self, call: Mark | CallRecord, request: object | None, response_id: str | None) -> None:
        """Keep a call, until its request is gone or newer ones need the room."""
        if request is not None:
            if len(self._by_request) >= MAX_REMEMBERED:
                self._by_request.clear()
            try:
                self._by_request[request] = call
            except TypeError:  # neither hashable nor weakly referable: found by its id alone
                pass
        if response_id:
            if len(self._by_id) >= MAX_REMEMBERED:
                for key in list(self._by_id)[: MAX_REMEMBERED // 4]:
                    self._by_id.pop(key, None)
            self._by_id[response_id] = call

    def find(self, error: BaseException) -> Mark | CallRecord | None:
        """Find the call that an exception tells of by `.request`, `.response`, `.raw_response` or `.completion`."""
        found: Mark | CallRecord | None = None
        if self.before_reading is not None and isinstance(error, Exception):
            self.before_reading()
        if len(self._by_request):
            found = self.of_request(attribute_of(error, "request")) or self.of_request(_scope_of(error))
            for holder in ("response", "raw_response"):
                found = found or self.of_request(attribute_of(attribute_of(error, holder), "request"))
        if found is None and self._by_id:
            name = attribute_of(attribute_of(error, "completion"), "id")
            found = self._by_id.get(name) if isinstance(name, str) else None
        return found

    def of_request(self, request: object | None) -> Mark | CallRecord | None:
        """Find the call that sent a request."""
        if request is None:
            return None
        try:
            return self._by_request.get(request)
        except TypeError:
            return None

    def clear(self) -> None:
        """Forget everything."""
        self._by_request.clear()
        self._by_id.clear()


def _scope_of(error: BaseException) -> object | None:
    """The cancel scope that trio raised `TooSlowError` for: nothing else leads from there to what was cancelled."""
    if type(error).__name__ != "TooSlowError":
        return None
    step = error.__traceback__
    while step is not None:
        if step.tb_next is None and step.tb_frame.f_globals.get("__name__", "").startswith("trio."):
            return step.tb_frame.f_locals.get("scope")
        step = step.tb_next
    return None


def attribute_of(value: object, name: str) -> object | None:
    """Read an attribute that may be missing, or a property that raises."""
    if value is None:
        return None
    try:
        found: object = getattr(value, name, None)
    except Exception:  # httpx raises RuntimeError for an exception without a request
        return None
    return found


def echo_of(request: object | None, error: BaseException | None = None) -> Echo | None:
    """Take the body of a call's request where it is in memory; never reads a stream."""
    if request is None and error is not None:
        request = attribute_of(error, "request") or attribute_of(attribute_of(error, "response"), "request")
    body = attribute_of(request, "_content")
    return Echo(body) if isinstance(body, bytes) and body else None


def walk(error: BaseException) -> Generator[tuple[BaseException, str, bool], bool | None, None]:
    """Go through an exception's chain, near ones first: `(exception, how, weak)`.

    Causes, group members, implicit contexts and those hidden by `from None`. The caller stops the descent behind
    an exception by `.send(True)`.
    """
    queue: deque[tuple[BaseException, str, bool]] = deque([(error, "self", False)])
    seen: set[int] = set()
    while queue and len(seen) < MAX_NODES:
        node, how, weak = queue.popleft()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stop = yield node, how, weak
        if not stop:
            queue.extend(_behind(node, weak))


def _behind(node: BaseException, weak: bool) -> list[tuple[BaseException, str, bool]]:
    found: list[tuple[BaseException, str, bool]] = []
    cause, context = node.__cause__, node.__context__
    if cause is not None:
        found.append((cause, "cause", weak))
    if context is not None and context is not cause:
        # `from None` replaces one exception by another on purpose: a strong claim. With a cause given, the context
        # is what happened to be handled at the time.
        hidden = node.__suppress_context__ and cause is None
        found.append((context, "hidden", weak) if hidden else (context, "context", True))
    if isinstance(node, BaseExceptionGroup):
        found.extend((member, "member", weak) for member in node.exceptions[:MAX_NODES])
    return found


def find(error: BaseException, calls: Calls | None = None) -> tuple[list[Found], CallRecord | None]:
    """Find the failed calls that an exception carries, never looking past a marked exception.

    Returns:
        The failed calls; and, where there is none, a call that succeeded but whose result the client library could
        not use (`.parse`).
    """
    found: list[Found] = []
    succeeded: CallRecord | None = None
    steps = walk(error)
    try:
        node, how, weak = next(steps)
        while True:
            mark = get_mark(node)
            if mark is None and calls is not None:
                call = calls.find(node)
                if isinstance(call, Mark):
                    mark = call
                    put_mark(node, call)
                elif call is not None and succeeded is None and not weak:
                    succeeded = call
            if mark is not None and all(mark is not other.mark for other in found):
                found.append(Found(mark, node, how, weak))
            node, how, weak = steps.send(mark is not None)
    except StopIteration:
        return found, (None if found else succeeded)


def quoting(error: BaseException, calls: Calls) -> tuple[bool, Echo | None]:
    """Whether an exception is about a call, and the body of which its text may quote; None where that is not known."""
    found, succeeded = find(error, calls)
    echo = next((item.mark.echo for item in found if item.mark.echo), None)
    if not found and succeeded is None:
        return False, None
    return True, echo or echo_of(None, found[0].error if found else error)
