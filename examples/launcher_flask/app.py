"""A Flask service that knows nothing of genai-sentry: the launcher traces and reports its LLM calls.

opentelemetry-instrument --traces_exporter sentry gunicorn -w 2 app:app  # SENTRY_DSN, OPENAI_API_KEY set
curl -s localhost:8000/summary -H 'content-type: application/json' -d '{"text": "A long story"}'
"""

from __future__ import annotations

import os

from flask import Flask, request
from openai import OpenAI, OpenAIError

app = Flask(__name__)
client = OpenAI(max_retries=1, timeout=30)
MODEL = os.environ.get("SUMMARY_MODEL", "gpt-4o-mini")


@app.get("/health")
def health() -> str:
    """For whoever watches the service; no LLM call."""
    return "ok"


@app.post("/summary")
def summary() -> tuple[dict[str, str], int]:
    """Summarise a text. A failed call is answered by 503; in Sentry it is one event, with its type and what to do."""
    text = str((request.get_json(silent=True) or {}).get("text", ""))
    messages = [{"role": "user", "content": f"Summarise in one sentence:\n{text}"}]
    try:
        answer = client.chat.completions.create(model=MODEL, messages=messages)
    except OpenAIError:
        return {"error": "the model can't answer now"}, 503
    return {"summary": answer.choices[0].message.content or ""}, 200
