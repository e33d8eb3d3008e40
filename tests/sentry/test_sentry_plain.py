"""What this package puts into an event passes Sentry's serialiser whole, and is as fit for JSON as the rest."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sentry_sdk._types import AnnotatedValue
from sentry_sdk.serializer import serialize

from genai_sentry.record import CallRecord
from genai_sentry.sentry import breadcrumbs, enrich
from genai_sentry.sentry.plain import Plain
from genai_sentry.settings import Settings

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"text": "x", "number": 1, "share": 0.5, "yes": True, "none": None}, None),
        ({"deep": {"list": [1, ["x"], {"key": "value"}], "tuple": (1, 2)}}, {"deep": {"list": [1, ["x"], {"key": "value"}], "tuple": [1, 2]}}),
        ({"at": MOMENT, "name": Name("x")}, {"at": "2026-01-02T03:04:05.000006Z", "name": "x"}),
        ({"hidden": AnnotatedValue("[Filtered]", {})}, {"hidden": "[Filtered]"}),
        ({7: "number as a name"}, {"7": "number as a name"}),
    ],
)  # fmt: skip
def test_a_plain_mapping_is_what_sentry_would_make_of_it(given: dict[Any, Any], expected: Any) -> None:
    """The same content, in JSON's own types."""
    (found,) = serialize({"contexts": [Plain(given)]})["contexts"]
    assert (given if expected is None else expected) == found
    assert json.loads(json.dumps(found)) == found
    assert type(found.get("name", "")) is str
    assert serialize({"contexts": [dict(given)]})["contexts"] == [found]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"bytes"])
def test_what_a_hook_puts_in_is_made_fit_for_json(value: object) -> None:
    """It is written out, as Sentry does it; the event is not lost."""
    (found,) = serialize({"contexts": [Plain({"value": value})]})["contexts"]
    assert isinstance(json.loads(json.dumps(found, allow_nan=False))["value"], str)


def test_the_copy_is_the_event_s_own() -> None:
    """A hook that changes the event does not change what other events are made of."""
    frame = Plain({"lines": ["a"], "more": {"b": 1}})
    (found,) = serialize({"contexts": [frame]})["contexts"]
    found["lines"].append("changed")
    found["more"]["b"] = 2
    assert {"lines": ["a"], "more": {"b": 1}} == frame


def test_sentry_does_not_look_into_it() -> None:
    """Two hundred frames cost a small part of what Sentry's own way costs."""

    def cost(kind: type) -> float:
        frames = [kind({f"name{number}": "x" for number in range(20)}) for _ in range(200)]
        best = 1e9
        for _ in range(5):
            began = time.thread_time()
            serialize({"frames": frames})
            best = min(best, time.thread_time() - began)
        return best

    assert cost(Plain) < cost(dict) / 4


def test_own_breadcrumbs_are_kept_as_they_are_and_the_newest_alone() -> None:
    """Others stay all, and are scrubbed; the order stays."""
    own = [
        breadcrumbs.breadcrumb(CallRecord(operation="chat", provider="openai", model=f"sk-model-{number:04}"))
        for number in range(100)
    ]
    logged = {"category": "shop", "message": "key sk-abcdefghijklmnopqrstu1234"}
    event: dict[str, Any] = {"breadcrumbs": {"values": [logged, *own, {"category": "http"}, logged]}}
    enrich.scrub_texts(event, None, Settings())
    first, *calls, bare, last = event["breadcrumbs"]["values"]
    assert own[-breadcrumbs.MAX_TOLD :] == calls
    assert ("key [scrubbed]", "key [scrubbed]", {"category": "http"}) == (first["message"], last["message"], bare)
