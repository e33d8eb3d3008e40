"""Every failure of every dialect, in each of its forms, through the real SDKs: reported once and by its name."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import contextlib, importlib.util, json
import genai_sentry, openai
from genai_sentry.testing import SentryReceiver, SimulatedProvider
from genai_sentry.testing.failures import DIALECTS, kinds

PROMPT = [{"role": "user", "content": "hi there"}]
ordered = {}

def play(provider, dialect, form, call):
    for kind in kinds(dialect):
        error_type, _, reason = kind.partition(".")
        if error_type == "invalid_response" or (form == "embeddings" and kind == "content_filter.output"):
            continue
        if kind == "timeout.client_read" and dialect != "openai":
            continue
        model = f"m{len(ordered)}"
        ordered[model] = (kind, f"{dialect} {form}")
        provider.fail_next(error_type, reason=reason, dialect=dialect)
        with contextlib.suppress(Exception):
            answer = call(model)
            if "Stream" in type(answer).__name__:
                list(answer)

with SentryReceiver() as sentry, SimulatedProvider() as provider:
    genai_sentry.init(dsn=sentry.dsn, settings=genai_sentry.Settings(event_burst=1000))
    client = openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0, timeout=1.0)
    chat, responses = client.chat.completions.create, client.responses.create
    for dialect in DIALECTS:
        if dialect != "anthropic":
            play(provider, dialect, "chat", lambda model: chat(model=model, messages=PROMPT))
    play(provider, "openai", "chat stream", lambda model: chat(model=model, messages=PROMPT, stream=True))
    play(provider, "openai", "responses", lambda model: responses(model=model, input="x"))
    play(provider, "openai", "responses stream", lambda model: responses(model=model, input="x", stream=True))
    play(provider, "openai", "embeddings", lambda model: client.embeddings.create(model=model, input="x"))
    if importlib.util.find_spec("anthropic"):
        import anthropic
        create = anthropic.Anthropic(base_url=provider.url, api_key="k", max_retries=0, timeout=1.0).messages.create
        for stream in (False, True):
            play(provider, "anthropic", f"messages, stream {stream}",
                 lambda model: create(model=model, messages=PROMPT, max_tokens=9, stream=stream))
    genai_sentry.flush(20)
    sentry.wait_for(events=len(ordered), timeout=20)
    found = {model: {"spans": [], "events": []} for model in ordered}
    for span in sentry.spans:
        if "gen_ai.operation.name" in span.attributes:
            said = span.attributes
            found[said["gen_ai.request.model"]]["spans"].append(f"{said.get('llm_error_type')}.{said.get('llm_error_reason')}")
    for event in sentry.events:
        tags = event["tags"]
        if "llm_alert" not in tags:
            found[tags["ai_model"]]["events"].append(f"{tags['llm_error_type']}.{tags['llm_error_reason']}")
    genai_sentry.shutdown()
differing = {
    f"{form}: {kind}": found[model]
    for model, (kind, form) in ordered.items()
    if found[model] != {"spans": [kind], "events": [kind]}
}
print(json.dumps({"ordered": len(ordered), "differing": differing}))
"""


def test_every_failure_is_one_span_and_one_event_by_its_name() -> None:
    """Whole, streamed, chat, responses, embeddings and messages: what is ordered is what is reported, once."""
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=110, check=False)
    assert 0 == result.returncode, result.stderr
    document = json.loads(result.stdout)
    assert document["ordered"] > 190
    assert {} == document["differing"]
