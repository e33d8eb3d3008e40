"""A function as AWS Lambda runs it: set up once per instance, delivered before each freeze.

What is not delivered when the handler returns waits until the instance is thawed, if ever. Hence the flush in
`finally`: it costs the time to reach Sentry, and nothing where nothing is held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openai import OpenAI, OpenAIError

import genai_sentry

genai_sentry.init()  # at import, in the init phase: the price list is loaded before the first request, as a rule
client = OpenAI(max_retries=1, timeout=20)  # well below the function's own time limit


def handler(event: Mapping[str, Any], context: object) -> dict[str, object]:
    """Answer the question in the event's body."""
    question = json.loads(event["body"])["question"]
    try:
        with genai_sentry.label(feature="lambda"):
            answer = client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
        return {"statusCode": 200, "body": json.dumps({"answer": answer.choices[0].message.content})}
    except OpenAIError as error:
        found = genai_sentry.classify(error)
        return {"statusCode": 503 if found.retryable else 500, "body": json.dumps({"error": found.type})}
    finally:
        genai_sentry.flush(2)
