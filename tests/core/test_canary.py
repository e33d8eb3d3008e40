"""No prompt, output, key, header value or URL query value leaves the process unless asked for."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from process import run

PLACES = (
    "prompt",
    "system",
    "tool",
    "argument",
    "schema",
    "stop",
    "user",
    "metadata",
    "key",
    "org",
    "header",
    "query",
    "embedding",
    "input",
    "local",
    "extra",
    "image",
)

APPLICATION = """
import json, os, threading
import httpx, httpx2, openai
import genai_sentry
import sentry_sdk
from genai_sentry.testing import SentryReceiver, SimulatedProvider

canary = json.loads(os.environ["CANARY"])
provider = SimulatedProvider().__enter__()
receiver = SentryReceiver().__enter__()
genai_sentry.init(
    receiver.dsn,
    settings=genai_sentry.Settings(**json.loads(os.environ["CANARY_SETTINGS"])),
    sentry_options=json.loads(os.environ["CANARY_SENTRY"]),
)
client = openai.OpenAI(
    base_url=provider.base_url, api_key=canary["key"], organization=canary["org"], max_retries=0,
    default_headers={"x-tenant": canary["header"]}, default_query={"session": canary["query"]},
)
messages = [
    {"role": "system", "content": canary["system"]},
    {"role": "user", "content": canary["prompt"]},
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + canary["image"]}}]},
    {"role": "assistant", "tool_calls": [
        {"id": "t", "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": canary["argument"]})}}]},
    {"role": "tool", "tool_call_id": "t", "content": canary["tool"]},
]
options = {
    "messages": messages, "stop": [canary["stop"]], "user": canary["user"], "metadata": {"m": canary["metadata"]},
    "extra_body": {"note": canary["extra"]},
    "tools": [{"type": "function", "function": {"name": "f", "description": canary["schema"], "parameters": {}}}],
}

def attempt(work):
    local = canary["local"]
    try:
        return work()
    except Exception as error:
        sentry_sdk.capture_exception(error) if len(local) % 2 else None
        return None

def everything():
    for stream in (False, True):
        def chat():
            answer = client.chat.completions.create(model="gpt-4o-mini", stream=stream, **options)
            return list(answer) if stream else answer
        attempt(chat)
        for kind in ("rate_limit", "quota_exceeded", "context_length", "authentication", "content_filter",
                     "invalid_request", "server_error", "model_unavailable", "permission_denied"):
            provider.fail_next(kind)
            attempt(chat)
    provider.fault_next(cut=1)
    attempt(chat)
    provider.fault_next(garbage=True)
    attempt(lambda: client.chat.completions.create(model="gpt-4o-mini", **options))
    attempt(lambda: client.responses.create(model="gpt-4o-mini", input=canary["input"], instructions=canary["system"]))
    attempt(lambda: client.embeddings.create(model="text-embedding-3-small", input=canary["embedding"]))
    for module in (httpx, httpx2):
        with module.Client(headers={"authorization": "Bearer " + canary["key"]}) as http:
            http.post(provider.base_url + "/chat/completions", params={"key": canary["query"]},
                      json={"model": "m", "messages": messages})
    wrong = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key=canary["key"], max_retries=0)
    attempt(lambda: wrong.chat.completions.create(model="gpt-4o-mini", **options))

def echoed():
    # A provider that quotes the request in its refusal.
    http = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(400, json={"error": {
        "message": "Invalid value: '" + canary["prompt"] + "' (key " + canary["key"] + ", org " + canary["org"] + ")",
        "type": "invalid_request_error", "code": "invalid_value"}})))
    quoting = openai.OpenAI(base_url=provider.base_url, api_key=canary["key"], http_client=http, max_retries=0)
    attempt(lambda: quoting.chat.completions.create(model="gpt-4o-mini", **options))

everything()
echoed()
thread = threading.Thread(target=everything)
thread.start()
thread.join()
genai_sentry.flush(10)
genai_sentry.shutdown()
raw = b"\\n".join(receiver.raw)
decoded = json.dumps([receiver.events, [dict(span.attributes) for span in receiver.spans], receiver.metrics], default=str)
leaks = sorted(name for name, value in canary.items() if value.encode() in raw or value in decoded)
print(json.dumps({"leaks": leaks, "events": len(receiver.events), "spans": len(receiver.spans)}))
"""


def _watch(settings: dict[str, Any], sentry_options: dict[str, Any] | None = None) -> dict[str, Any]:
    canary = {name: f"{name}{secrets.token_hex(12)}" for name in PLACES}
    canary["key"] = f"sk-proj-{secrets.token_hex(20)}"
    canary["org"] = f"org-{secrets.token_hex(12)}"
    return run(
        APPLICATION,
        timeout=120,
        CANARY=json.dumps(canary),
        CANARY_SETTINGS=json.dumps(settings),
        CANARY_SENTRY=json.dumps(sentry_options or {}),
    )


@pytest.mark.parametrize(
    ("settings", "sentry_options"),
    [
        ({}, {}),
        ({"events": "immediate"}, {"attach_stacktrace": True, "max_request_body_size": "always"}),
    ],
    ids=["deferred", "immediate"],
)
def test_nothing_leaks(settings: dict[str, Any], sentry_options: dict[str, Any]) -> None:
    """Distinctive values in every place of a request reach no receiver: events, spans, metrics, breadcrumbs."""
    seen = _watch(settings, sentry_options)

    assert [] == seen["leaks"]
    assert seen["events"] >= 15
    assert seen["spans"] >= 50


def test_capture_opens_just_what_it_names() -> None:
    """With content captured, prompts are on spans; keys, headers and query values are not."""
    seen = _watch({"capture_content": "span_only"})

    assert {"prompt", "system", "input"} <= set(seen["leaks"])
    assert not {"key", "org", "header", "query", "image", "user", "metadata", "extra"} & set(seen["leaks"])
