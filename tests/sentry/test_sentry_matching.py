"""The mark on an exception, the walk that finds it, and the calls that are found by their request."""

from __future__ import annotations

import copy
import gc
import pickle
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from genai_sentry.record import CallRecord
from genai_sentry.sentry import matching, snapshot
from genai_sentry.sentry.matching import Calls, Mark, find, get_mark, is_marked, put_mark


def mark(name: str = "1-1") -> Mark:
    return Mark(name, CallRecord(), None)


def marked(error: BaseException, name: str = "1-1") -> Any:
    put_mark(error, mark(name))
    return error


class Slotted(Exception):
    """Has no room but for its arguments."""

    __slots__ = ()


@dataclass(frozen=True)
class Frozen(Exception):
    """Refuses attributes."""

    text: str = ""


class Refusing(Exception):
    """Refuses attributes in its own way."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


@pytest.mark.parametrize("error", [ValueError(), OSError(1, "x"), Slotted(), Frozen(), Refusing(), KeyboardInterrupt()])
def test_any_exception_can_be_marked(error: BaseException) -> None:
    """Built-in, slotted, frozen or refusing: the mark is there."""
    put_mark(error, mark("1-7"))
    found = get_mark(error)
    assert found is not None
    assert (found.id, is_marked(error)) == ("1-7", True)


def test_a_mark_pickles_to_a_plain_string() -> None:
    """The exception stays picklable, and needs this package nowhere else."""
    text = pickle.dumps(marked(ValueError("x"), "1-7"))
    assert b"genai_sentry.sentry" not in text
    other = pickle.loads(text)
    assert (str(other), other.__dict__[matching.KEY], get_mark(other), is_marked(other)) == ("x", "1-7", None, True)


def test_a_copied_exception_is_the_same_failure() -> None:
    """Shallow or deep: the copy carries the very mark."""
    error = marked(ValueError("x"))
    assert get_mark(copy.copy(error)) is get_mark(error)
    assert get_mark(copy.deepcopy(error)) is get_mark(error)


def found_in(error: BaseException) -> list[tuple[str, str, bool]]:
    found, _ = find(error)
    return [(item.mark.id, item.how, item.weak) for item in found]


def raised(error: BaseException, *, cause: BaseException | None = None, context: BaseException | None = None) -> Any:
    error.__context__ = context
    if cause is not None:
        error.__cause__ = cause
    return error


def test_the_exception_itself_is_found() -> None:
    """No chain at all."""
    assert found_in(marked(ValueError())) == [("1-1", "self", False)]


def test_a_cause_is_a_strong_claim_at_any_depth() -> None:
    """`raise … from …`, twice."""
    inner = raised(ValueError(), cause=marked(OSError()))
    assert found_in(raised(RuntimeError(), cause=inner)) == [("1-1", "cause", False)]


def test_an_implicit_context_is_weak_and_so_is_all_behind_it() -> None:
    """Raised while handling: a weak claim, also on what the handled exception was raised from."""
    assert found_in(raised(KeyError(), context=marked(OSError()))) == [("1-1", "context", True)]
    handled = raised(ValueError(), cause=marked(OSError()))
    assert found_in(raised(KeyError(), context=handled)) == [("1-1", "cause", True)]


def test_from_none_is_a_strong_claim() -> None:
    """The application replaced the failure by its own exception on purpose."""
    error = raised(KeyError(), context=marked(OSError()))
    error.__suppress_context__ = True
    assert found_in(error) == [("1-1", "hidden", False)]


def test_nothing_behind_a_marked_exception_is_looked_at() -> None:
    """A failed fallback has the first failure as its context: that one has an event of its own."""
    assert found_in(raised(marked(ValueError(), "1-2"), context=marked(OSError(), "1-1"))) == [("1-2", "self", False)]


def test_all_members_of_a_group_are_found() -> None:
    """Nested groups too; others are passed over."""
    group = ExceptionGroup(
        "g", [marked(ValueError(), "1-1"), KeyError(), ExceptionGroup("h", [marked(OSError(), "1-2")])]
    )
    assert found_in(group) == [("1-1", "member", False), ("1-2", "member", False)]


def test_the_walk_is_bounded_and_ends_in_cycles() -> None:
    """Five thousand members cost no more than fifty, and a cycle ends."""
    assert found_in(ExceptionGroup("g", [ValueError() for _ in range(5000)] + [marked(ValueError())])) == []
    one, two = ValueError(), KeyError()
    one.__context__, two.__context__ = two, one
    assert found_in(one) == []


def test_a_call_is_found_by_request_response_or_completion() -> None:
    """Exceptions that a client library raises later carry one of the three."""
    calls, record = Calls(), CallRecord(model="m")
    request = httpx.Request("POST", "http://x/")
    calls.remember(record, request, "chatcmpl-1")
    errors = [Exception() for _ in range(4)]
    errors[0].__dict__["request"] = request
    errors[1].__dict__["response"] = httpx.Response(200, request=request)
    errors[2].__dict__["completion"] = SimpleNamespace(id="chatcmpl-1")
    assert [calls.find(error) for error in errors] == [record, record, record, None]


def test_an_exception_without_a_request_is_no_fault() -> None:
    """httpx raises where a request was never set."""
    calls = Calls()
    calls.remember(CallRecord(), httpx.Request("POST", "http://x/"), None)
    assert calls.find(httpx.ConnectError("no")) is None


def test_remembered_calls_keep_no_request_alive_and_are_bounded() -> None:
    """They go with their request; those known by id alone make room for newer ones."""
    calls = Calls()
    calls.remember(CallRecord(), httpx.Request("POST", "http://x/"), None)
    gc.collect()
    assert len(calls._by_request) == 0
    kept = [httpx.Request("POST", "http://x/") for _ in range(matching.MAX_REMEMBERED + 10)]
    for number, request in enumerate(kept):
        calls.remember(CallRecord(), request, str(number))
    assert len(calls._by_request) <= matching.MAX_REMEMBERED
    assert len(calls._by_id) <= matching.MAX_REMEMBERED


@pytest.mark.parametrize("error", [ValueError("x"), OSError(104, "reset"), KeyError("k"), Frozen("y"), Slotted("z")])
def test_a_stand_in_is_the_exception_without_its_traceback(error: Exception) -> None:
    """Class, arguments, attributes and text are the same; nothing of the stack is held."""
    error.__dict__["status_code"] = 429
    with pytest.raises(type(error)) as caught:
        raise error
    copied = snapshot.stand_in(caught.value)
    assert (type(copied), copied.args, str(copied)) == (type(error), error.args, str(error))
    assert (copied.__dict__["status_code"], copied.__traceback__) == (429, None)


def test_a_stand_in_needs_no_constructor() -> None:
    """An exception whose constructor wants more than it keeps is copied all the same."""
    response = httpx.Response(429, request=httpx.Request("POST", "http://x/"))
    error = httpx.HTTPStatusError("no", request=response.request, response=response)
    copied: Any = snapshot.stand_in(error)
    assert (type(copied), copied.response) == (httpx.HTTPStatusError, response)


class Telling(BaseException):
    """Tells what it holds in slots, as trio's `Cancelled` does."""

    __slots__ = "source"

    def __str__(self) -> str:
        return f"cancelled by {self.source}"


def test_a_stand_in_has_what_is_held_in_slots() -> None:
    """Its message is made of that."""
    error = Telling()
    error.source = "deadline"

    assert "cancelled by deadline" == str(snapshot.stand_in(error))
    assert Telling is type(snapshot.stand_in(Telling()))


def test_a_stand_in_of_a_group_is_a_group() -> None:
    """Groups make their objects themselves."""
    copied = snapshot.stand_in(ExceptionGroup("g", [ValueError()]))
    assert isinstance(copied, ExceptionGroup)


def test_a_deep_stack_is_cut() -> None:
    """At most so many frames of callers, and so many of the traceback."""

    def deep(depth: int) -> None:
        if depth == 0:
            raise ValueError
        deep(depth - 1)

    try:
        deep(400)
    except ValueError as error:
        flat = snapshot.flatten(error.__traceback__, callers=True)
    assert snapshot.MAX_FRAMES * 3 <= len(flat) <= snapshot.MAX_FRAMES * 6


def test_an_exception_that_was_never_raised_gets_the_current_stack() -> None:
    """There is no traceback to begin with; the stack ends where it was reported."""

    def report() -> list[str]:
        return [code.co_name for code in snapshot.flatten(None, callers=True)[::3]]

    assert report()[-2:] == ["test_an_exception_that_was_never_raised_gets_the_current_stack", "report"]


def test_callers_join_the_traceback() -> None:
    """The frames that led to the call stand before those of the traceback."""

    def fail() -> None:
        raise ValueError

    def application() -> list[str]:
        try:
            fail()
        except ValueError as error:
            return [code.co_name for code in snapshot.flatten(error.__traceback__, callers=True)[::3]]
        return []

    assert application()[-3:] == ["test_callers_join_the_traceback", "application", "fail"]
