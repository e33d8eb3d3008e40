"""Patches are put in, taken out, and left alone where an SDK does not look as expected."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from genai_sentry import GenAIInstrumentor
from genai_sentry.patch import aiohttp, client, cohere, google_genai, hooks, litellm, speakeasy, websocket


def _pairs() -> list[tuple[str, Callable[[ModuleType], Any]]]:
    return [
        ("openai._base_client", client.seams),
        (aiohttp.MODULE, aiohttp.seams),
        (cohere.HTTP, cohere.seams),
        (cohere.ERRORS, cohere.error_seams),
        (google_genai.MODULE, google_genai.seams),
        ("litellm", litellm.seams),
        (litellm.ROUTER, litellm.router_seams),
        *((name, speakeasy.seams) for name in speakeasy.MODULES),
        *((name, websocket.seams) for name in websocket.MODULES),
    ]


@pytest.mark.parametrize(("name", "seams"), _pairs())
def test_a_module_of_another_shape_is_left_alone(name: str, seams: Callable[[ModuleType], Any]) -> None:
    """Nothing is replaced, nothing raises."""
    assert not seams(ModuleType(name))


def test_an_unknown_shape_is_said_once(caplog: Any) -> None:
    """When the module is imported; calls go on as they were."""
    with caplog.at_level(logging.WARNING, "genai_sentry"):
        hooks._patch(cohere.HTTP + "2", cohere.seams, ModuleType(cohere.HTTP))

    assert 1 == len([record for record in caplog.records if "unknown shape" in record.message])


OWNERS = [
    ("openai.resources.responses.responses", "ResponsesConnection", ("recv_bytes", "send", "send_raw", "close")),
    ("openai.resources.realtime.realtime", "AsyncRealtimeConnectionManager", ("__aenter__", "enter")),
    ("cohere.core.http_client", "AsyncHttpClient", ("request",)),
    ("cohere.core.api_error", "ApiError", ("__init__",)),
    ("google.genai._api_client", "BaseApiClient", ("request", "request_streamed", "async_request_streamed")),
    ("mistralai.client.basesdk", "BaseSDK", ("do_request", "do_request_async")),
    ("aiohttp.client", "ClientSession", ("_request",)),
]


@pytest.mark.parametrize(("module", "owner", "names"), OWNERS)
def test_uninstrumenting_restores_the_originals(module: str, owner: str, names: tuple[str, ...]) -> None:
    """Also where a method was inherited: the class has none of its own again."""
    pytest.importorskip(module)
    cls = getattr(sys.modules[module], owner, None) or pytest.skip("this version has no such class")
    before = {name: cls.__dict__.get(name) for name in names}

    GenAIInstrumentor().instrument()
    during = {name: cls.__dict__.get(name) for name in names}
    GenAIInstrumentor().uninstrument()

    assert before == {name: cls.__dict__.get(name) for name in names}
    assert all(during[name] is not before[name] for name in names)


def test_functions_look_like_the_originals() -> None:
    """Name, documentation and signature."""
    http_client = pytest.importorskip("cohere.core.http_client")
    original = http_client.HttpClient.request

    GenAIInstrumentor().instrument()
    replaced = http_client.HttpClient.request
    GenAIInstrumentor().uninstrument()

    assert inspect.signature(original) == inspect.signature(replaced)
    assert original.__qualname__ == replaced.__qualname__
