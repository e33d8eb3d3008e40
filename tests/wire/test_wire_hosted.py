"""Platforms that name the model in the path: Databricks' serving endpoints and Cloudflare's Workers AI."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS, match
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import events, follow

RUN = FORMATS["cloudflare.run"]
BOTH = Usage(input_tokens=12, output_tokens=3)
COUNTS = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
ACCOUNT = "/client/v4/accounts/a1/ai/run/"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/serving-endpoints/databricks-claude-sonnet-4/invocations", "databricks.chat"),
        ("/serving-endpoints/databricks-gte-large-en/invocations", "databricks.embeddings"),
        ("/serving-endpoints/my-embedder/invocations", "databricks.embeddings"),
        ("/serving-endpoints/a/b/invocations", None),
        ("/serving-endpoints/invocations", None),
        ("/endpoints/churn/invocations", None),
        ("/invocations", None),
        (ACCOUNT + "@cf/meta/llama-3.1-8b-instruct", "cloudflare.run"),
        (ACCOUNT + "@hf/nousresearch/hermes-2-pro-mistral-7b", "cloudflare.run"),
        ("/v1/a1/gateway/workers-ai/@cf/meta/llama-3.1-8b-instruct", "cloudflare.run"),
        (ACCOUNT + "@cf/black-forest-labs/flux-1-schnell", None),
        (ACCOUNT + "@cf/myshell-ai/melotts", None),
        (ACCOUNT + "@cf/baai/bge-m3", None),
        (ACCOUNT + "@cf/meta/m2m100-1.2b", None),
        (ACCOUNT + "@cf/huggingface/distilbert-sst-2-int8", None),
        ("/npm/@scope/package", None),
        ("/users/@me/messages", None),
    ],
)
def test_the_path_tells_what_the_model_does(path: str, name: str | None) -> None:
    """Text and bytes give the same; scopes of packages and names of users are no models."""
    found = match(path)
    assert found is match(path.encode())
    assert name == (found.name if found is not None else None)


def test_a_serving_endpoint_names_the_model() -> None:
    """The body is OpenAI's; tables for other models are not taken."""
    chat, embeddings = FORMATS["databricks.chat"], FORMATS["databricks.embeddings"]
    path = "/serving-endpoints/databricks-claude-sonnet-4/invocations"
    body = {"messages": [{"role": "user", "content": "q"}], "max_tokens": 5, "stream": True}
    facts = chat.request(body, path)
    assert ("databricks-claude-sonnet-4", True) == (facts.model, facts.stream)
    assert {"gen_ai.request.max_tokens": 5} == facts.attributes
    assert chat.accepts(body)
    assert not chat.accepts({"dataframe_records": [{"a": 1}]})
    assert "gte" == embeddings.request({"input": ["t"]}, "/serving-endpoints/gte/invocations").model
    assert embeddings.accepts({"input": ["t"]})
    assert not embeddings.accepts({"dataframe_split": {}})
    answer = {"model": "claude", "choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": COUNTS}
    outcome = chat.response(json.dumps(answer).encode())
    assert ("claude", ("stop",), BOTH) == (outcome.model, outcome.finish_reasons, outcome.usage)


def test_a_run_names_the_model_in_its_path() -> None:
    """Messages or a prompt, with settings of the usual names."""
    body: dict[str, Any] = {"prompt": "q", "max_tokens": 9, "temperature": 0.5, "stream": True}
    facts = RUN.request(body, ACCOUNT + "@cf/meta/llama-3.1-8b-instruct", capture=True)
    assert ("@cf/meta/llama-3.1-8b-instruct", True) == (facts.model, facts.stream)
    assert {"gen_ai.request.max_tokens": 9, "gen_ai.request.temperature": 0.5} == facts.attributes
    assert facts.content is not None
    assert '"q"' in str(facts.content.input_messages)
    assert RUN.accepts(body)
    assert RUN.accepts({"messages": []})
    assert not RUN.accepts({"text": "t", "source_lang": "en"})


ANSWERS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"response": "blue", "tool_calls": [], "usage": COUNTS}, ()),
    ({"choices": [{"message": {"content": "blue"}, "finish_reason": "stop"}], "usage": COUNTS}, ("stop",)),
]


@pytest.mark.parametrize(("result", "reasons"), ANSWERS)
def test_the_envelope_is_opened(result: dict[str, Any], reasons: tuple[str, ...]) -> None:
    """Older models answer in Cloudflare's words, newer ones in OpenAI's."""
    body = {"result": result, "success": True, "errors": [], "messages": []}
    outcome = RUN.response(json.dumps(body).encode(), capture=True)
    assert (reasons, BOTH, None) == (outcome.finish_reasons, outcome.usage, outcome.error)
    assert outcome.content is not None
    assert '"blue"' in str(outcome.content.output_messages)


def test_an_envelope_without_success_is_an_error() -> None:
    """Whatever the status was."""
    errors = [{"code": 3040, "message": "Capacity temporarily exceeded, please try again."}]
    body = {"result": None, "success": False, "errors": errors, "messages": []}
    assert {"success": False, "errors": errors} == RUN.response(json.dumps(body).encode()).error
    assert {"errors": errors} == RUN.response(json.dumps({"errors": errors, "result": {}}).encode()).error
    unsaid = {"success": False, "errors": [], "result": {"response": "blue"}}
    assert {"success": False, "errors": []} == RUN.response(json.dumps(unsaid).encode()).error


@pytest.mark.parametrize("step", [0, 1, 30, 100_000])
def test_a_streams_last_event_has_the_counts(step: int) -> None:
    """The end is OpenAI's mark; text is put together."""
    body = events(
        {"response": "bl", "p": "abc"}, {"response": "ue", "p": "ab"}, {"response": "", "usage": COUNTS}, done=True
    )
    outcome = follow(RUN, body, step, capture=True)
    assert (BOTH, True, True) == (outcome.usage, outcome.complete, outcome.content_seen)
    assert outcome.content is not None
    assert '"blue"' in str(outcome.content.output_messages)
    cut = follow(RUN, events({"response": "bl"}, {"response": "ue"}), step)
    assert (None, False, True) == (cut.usage, cut.complete, cut.content_seen)


@pytest.mark.parametrize("step", [0, 1, 100_000])
def test_a_stream_in_openais_words_ends_in_two_events(step: int) -> None:
    """The reason comes before the counts, and what stands between them says nothing."""
    said = [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in ("bl", "ue", "!")]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    outcome = follow(RUN, events(*said, end, said[0], {"choices": [], "usage": COUNTS}, said[0], done=True), step)
    assert (("stop",), BOTH, True) == (outcome.finish_reasons, outcome.usage, outcome.complete)
