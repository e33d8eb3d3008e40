"""Which frames are the application's, what of them goes into an event, and where a failure happened."""

from __future__ import annotations

import json
import sys
from types import CodeType
from typing import Any

import pytest

from genai_sentry.sentry import frames, snapshot

HERE = __file__


@pytest.mark.parametrize(
    ("module", "path", "options", "mine"),
    [
        ("shop.views", "/app/shop/views.py", {}, True),
        ("openai._base_client", "/app/vendored/openai/_base_client.py", {}, False),
        ("google.genai.models", "/app/google/genai/models.py", {}, False),
        ("google.cloud.run", "/app/google/cloud/run.py", {}, True),
        ("requests", "/venv/lib/python3.12/site-packages/requests/api.py", {}, False),
        ("other", "/venv/lib/python3.12/site-packages/other.py", {}, False),
        ("other", "/usr/lib/python3/dist-packages/other.py", {}, False),
        ("json.decoder", sys.modules["json.decoder"].__file__, {}, False),
        ("importlib", "<frozen importlib._bootstrap>", {}, False),
        ("runpy", "/app/<frozen runpy>", {}, False),
        ("gevent._gevent_c_waiter", "/app/src/gevent/_waiter.py", {}, False),
        (None, None, {}, True),
        ("openai.own", "/x.py", {"in_app_include": ["openai"]}, True),
        ("openaiplus", "/app/x.py", {"in_app_exclude": ["openai"]}, True),
        ("shop.views", "/app/x.py", {"in_app_exclude": ["shop"]}, False),
        ("shop.views", "/app/x.py", {"in_app_include": ["shop.views"], "in_app_exclude": ["shop"]}, True),
    ],
)
def test_the_application_s_frames_are_told_from_others(
    module: str | None, path: str | None, options: dict[str, Any], mine: bool
) -> None:
    """By the module and where it is installed; Sentry's own options come first."""
    assert mine is frames.is_application(module, path, options)


def _flat(*modules: str) -> snapshot.Flat:
    code: CodeType = _flat.__code__
    first = code.co_firstlineno
    return [part for at, name in enumerate(modules) for part in (code, first + at, {"__name__": name})]


def test_frames_hold_source_and_no_variables() -> None:
    """As Sentry shows them; its own frames are left out."""
    built = frames.build(_flat("shop.views", "sentry_sdk.integrations.threading", "openai.client"), {})

    assert [("shop.views", True), ("openai.client", False)] == [(one["module"], one["in_app"]) for one in built]
    assert "def _flat" in built[0]["context_line"]
    assert [] == [one for one in built if "vars" in one]


def test_source_is_left_out_where_sentry_is_told_to() -> None:
    """`include_source_context` is heeded."""
    (built,) = frames.build(_flat("shop.views"), {"include_source_context": False})

    assert "context_line" not in built


def test_variables_go_on_the_frame_that_they_belong_to() -> None:
    """By its position in the flattened stack."""
    built = frames.build(_flat("shop.a", "shop.b"), {}, {3: {"x": "1"}})

    assert [None, {"x": "1"}] == [one.get("vars") for one in built]


def test_tidying_reaches_every_stack_of_an_event() -> None:
    """Those of exceptions, of threads and of the event itself; the application's variables stay where asked for."""

    def event() -> dict[str, Any]:
        ours = {"module": "shop.views", "abs_path": "/app/shop/views.py", "vars": {"a": "1"}}
        theirs = {"module": "openai.client", "abs_path": "/x/openai/client.py", "vars": {"b": "2"}}
        known = {"module": "shop.views", "abs_path": "/app/shop/views.py", "vars": {"c": "3"}, "in_app": False}
        return {
            "stacktrace": {"frames": [dict(ours)]},
            "exception": {"values": [{"stacktrace": {"frames": [dict(ours), dict(theirs), dict(known)]}}]},
            "threads": {"values": [{"stacktrace": {"frames": [dict(ours)]}}]},
        }

    bare, kept = event(), event()
    frames.tidy(bare, {}, keep_locals=False)
    frames.tidy(kept, {}, keep_locals=True)

    assert [] == [frame for frame in frames.of_event(bare) if "vars" in frame]
    assert [True, True, False, False, True] == [frame["in_app"] for frame in frames.of_event(kept)]
    assert [1, 1, 0, 0, 1] == [len(frame.get("vars", ())) for frame in frames.of_event(kept)]


def test_what_starts_a_module_is_not_the_application() -> None:
    """Sentry takes Python's frozen modules for the application's, as of files in the working directory."""
    event = {"stacktrace": {"frames": [{"module": "runpy", "abs_path": "/app/<frozen runpy>", "in_app": True}]}}

    frames.tidy(event, {}, keep_locals=False)

    assert [False] == [frame["in_app"] for frame in frames.of_event(event)]


def test_odd_events_are_no_fault() -> None:
    """Whatever hooks have made of them."""
    odd: list[dict[str, Any]] = [
        {}, {"exception": None}, {"exception": {"values": None}}, {"exception": [{"stacktrace": None}, None]},
        {"threads": {"values": [{"stacktrace": {"frames": None}}, {"stacktrace": {"frames": [None]}}]}},
    ]  # fmt: skip
    for event in odd:
        frames.tidy(event, {}, keep_locals=False)

        assert [] == list(frames.of_event(event))


def _fail() -> None:
    raise ValueError("x")


def test_a_failure_s_place_is_the_application_s_line() -> None:
    """The first frame of the traceback that is its own; without one, where the caller stands."""
    try:
        _fail()
    except ValueError as error:
        path, line = frames.place(error)

    assert HERE == path
    assert line > _fail.__code__.co_firstlineno
    assert HERE == frames.place(ValueError("never raised"))[0]
    assert HERE == frames.place(None)[0]


def test_a_place_in_nobody_s_application_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack of libraries alone; and no longer than a stack may be."""
    monkeypatch.setattr(frames, "_application", {})
    monkeypatch.setattr(frames, "is_application", lambda *rest: False)

    assert ("", 0) == frames.place(None)


def test_what_is_remembered_of_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files made on the fly, as by a notebook, do not pile up."""
    known = {f"<cell {number}>": False for number in range(frames._MAX_FILES + 1)}
    monkeypatch.setattr(frames, "_application", known)
    frames.place(None)

    assert len(known) < 100


def test_where_code_is_installed_tells_whose_it_is() -> None:
    """The standard library's frames are not the application's, whatever runs in them."""
    code = json.loads.__code__
    (built,) = frames.build([code, code.co_firstlineno, json.loads.__globals__], {})

    assert ("json", False) == (built["module"], built["in_app"])


def test_a_frame_is_made_once_for_each_line_and_client() -> None:
    """Sentry reads the source each time; code that has taken the place of other code is other code."""
    code, names, options = _flat.__code__, {"__name__": "shop"}, {"x": 1}
    line = code.co_firstlineno
    made = frames._cached(code, line, names, options)

    assert made is frames._cached(code, line, names, options)
    assert made is not frames._cached(code, line, names, {"x": 1})
    frames._cache[id(code), line] = (_fail.__code__, options, {"function": "another"})
    assert "_flat" == frames._cached(code, line, names, options)["function"]


def _library(source: str, name: str, path: str) -> dict[str, Any]:
    """A module of these lines, as if it were installed there."""
    module = {"__name__": name}
    exec(compile(source, path, "exec"), module)
    return module


def test_variables_are_those_of_the_application_s_frames() -> None:
    """By module as by path: a client library that lies beside the application is none of it."""
    library = _library("def call(work):\n    secret = 1\n    work()", "openai.client", "/app/openai/client.py")
    try:
        library["call"](_fail)
    except ValueError as error:
        assert error.__traceback__ is not None  # noqa: PT017
        kept = frames.local_variables(error.__traceback__)

    last = max(kept)
    assert [True, False, True] == [place in kept for place in (last - 6, last - 3, last)]
    assert not any("secret" in variables for variables in kept.values())


def test_a_place_is_looked_for_in_so_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's may be the last of them."""
    library = _library("def call(work):\n    return work(None)", "lib", "/x/site-packages/lib.py")
    monkeypatch.setattr(frames, "_application", {})
    for bound, expected in ((2, HERE), (1, "")):
        monkeypatch.setattr(frames, "MAX_FRAMES", bound)
        assert expected == library["call"](frames.place)[0]
