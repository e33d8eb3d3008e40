"""What is kept of a failure until its event is built: code and line of each frame, never a frame.

A frame would keep every local variable of the application alive, and be read when it has moved on.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType
from typing import Any

MAX_FRAMES = 150
"""Frames of a traceback, and as many of its callers, that are kept; Sentry drops a stack of more than 500 whole."""

MAX_CHAIN = 6
"""Exceptions of a chain that are kept."""

Flat = list[Any]
"""`code, line, globals, code, line, globals, …`, outermost frame first; flat, so that the collector has one object."""


@dataclass(slots=True)
class Link:
    """One exception of a chain.

    Attributes:
        kind: its class.
        stand_in: an exception of that class with the same arguments and attributes but no traceback.
        frames: its stack.
        locals: serialised local variables by position of the frame, where the settings ask for them.
    """

    kind: type[BaseException]
    stand_in: BaseException
    frames: Flat
    locals: dict[int, dict[str, Any]] | None = None


def chain(error: BaseException, is_marked: Any) -> list[Link]:
    """Take the exception and what it was raised from; only the first gets the frames of its callers.

    The chain ends before an earlier failure that has an event of its own.
    """
    links = [Link(type(error), stand_in(error), flatten(error.__traceback__, callers=True))]
    seen = {id(error)}
    node = _next(error)
    while node is not None and id(node) not in seen and len(links) < MAX_CHAIN and not is_marked(node):
        seen.add(id(node))
        links.append(Link(type(node), stand_in(node), flatten(node.__traceback__, callers=False)))
        node = _next(node)
    return links


def _next(error: BaseException) -> BaseException | None:
    return error.__cause__ if error.__suppress_context__ else error.__context__


def stand_in(error: BaseException) -> BaseException:
    """Copy an exception without traceback, cause and context, so that hooks have something real to look at."""
    kind = type(error)
    copy: BaseException
    try:
        copy = BaseException.__new__(kind, *error.args)
    except TypeError:
        copy = _built_in(kind, error)
    try:
        copy.__dict__.update(error.__dict__)
        for held_by in kind.__mro__:
            slots = held_by.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                BaseException.__setattr__(copy, name, getattr(error, name))
    except (AttributeError, TypeError):
        pass
    return copy


def _built_in(kind: type[BaseException], error: BaseException) -> BaseException:
    """Copy an exception whose class makes its objects itself, such as `OSError` and groups."""
    for base in (OSError, BaseExceptionGroup):
        if isinstance(error, base):
            try:
                made: BaseException = base.__new__(kind, *error.args)  # type: ignore[type-var]
            except Exception:
                break
            return made
    return Exception(*(argument for argument in error.args if isinstance(argument, str | int)))


def flatten(traceback: TracebackType | None, *, callers: bool) -> Flat:
    """Turn a traceback into code, line and globals; with the frames that called its first one."""
    inner: Flat = []
    step = traceback
    count = 0
    while step is not None and count < MAX_FRAMES:
        frame = step.tb_frame
        inner += (frame.f_code, step.tb_lineno, frame.f_globals)
        step = step.tb_next
        count += 1
    return outer(_caller(traceback)) + inner if callers else inner


def live(traceback: TracebackType) -> list[FrameType]:
    """List the frames that `flatten` describes, callers included, outermost first."""
    inner: list[FrameType] = []
    step: TracebackType | None = traceback
    while step is not None and len(inner) < MAX_FRAMES:
        inner.append(step.tb_frame)
        step = step.tb_next
    callers: list[FrameType] = []
    frame = _caller(traceback)
    while frame is not None and len(callers) < MAX_FRAMES:
        callers.append(frame)
        frame = frame.f_back
    return [*reversed(callers), *inner]


def _caller(traceback: TracebackType | None) -> FrameType | None:
    if traceback is None:
        return calling(None)
    return traceback.tb_frame.f_back or calling(traceback.tb_frame)


def outer(frame: FrameType | None) -> Flat:
    """Turn a frame and its callers into code, line and globals, outermost first."""
    found: list[tuple[CodeType, int, dict[str, Any]]] = []
    while frame is not None and len(found) < MAX_FRAMES:
        found.append((frame.f_code, frame.f_lineno or 0, frame.f_globals))
        frame = frame.f_back
    flat: Flat = []
    for triple in reversed(found):
        flat += triple
    return flat


def here() -> Flat:
    """Take the current stack, without this package's own innermost frames."""
    return outer(calling(None))


def calling(first: FrameType | None) -> FrameType | None:
    """Find the innermost frame of the current stack that isn't this package's delivery code.

    None where `first`, the start of a traceback, is part of the current stack: it has no callers then.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("genai_sentry.sentry"):
        frame = frame.f_back
    if first is not None:
        step = frame
        while step is not None:
            if step is first:
                return None
            step = step.f_back
    return frame


class Frame:
    """Looks like a frame to Sentry's serialiser."""

    __slots__ = ("f_code", "f_globals", "f_lineno", "f_locals")

    def __init__(self, code: CodeType, line: int, names: dict[str, Any]) -> None:
        self.f_code = code
        self.f_lineno = line
        self.f_globals = names
        self.f_locals: dict[str, Any] = {}
