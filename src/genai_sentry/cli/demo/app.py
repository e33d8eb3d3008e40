"""The application of the demo: an assistant as one would write it, which knows nothing of telemetry.

Its frames count as the application's in Sentry, so that the line that failed is a line of this file.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pydantic
import sentry_sdk

MODEL = "gpt-4o-mini"
OTHER_MODEL = "gpt-4.1-mini"
REASONING_MODEL = "o4-mini"
EMBEDDING_MODEL = "text-embedding-3-small"

WEATHER_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of one city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class AssistantError(Exception):
    """The assistant could not help."""


class Invoice(pydantic.BaseModel):
    """What is read from an invoice."""

    number: str
    total: float


def answer(client: openai.OpenAI, question: str, model: str = MODEL) -> str:
    """Answer one question."""
    completion = client.chat.completions.create(
        model=model, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    )
    return completion.choices[0].message.content or ""


def summarise(client: openai.OpenAI, text: str) -> str:
    """Summarise a long text with a model that reasons."""
    completion = client.chat.completions.create(
        model=REASONING_MODEL, messages=[{"role": "user", "content": f"Summarise:\n{text}"}]
    )
    return completion.choices[0].message.content or ""


def stream_answer(client: openai.OpenAI, question: str, *, count_tokens: bool = True) -> str:
    """Answer one question piece by piece."""
    pieces = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": question}],
        stream=True,
        stream_options={"include_usage": True} if count_tokens else openai.omit,
    )
    text = ""
    for piece in pieces:
        if piece.choices:
            text += piece.choices[0].delta.content or ""
    return text


def first_words(client: openai.OpenAI, question: str) -> str:
    """The beginning of an answer; the rest is not read."""
    with client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    ) as pieces:
        for piece in pieces:
            if piece.choices and piece.choices[0].delta.content:
                return piece.choices[0].delta.content
    return ""


def draft(client: openai.OpenAI, subject: str) -> str:
    """Draft a letter, by the Responses API."""
    return client.responses.create(model=MODEL, instructions="Write a letter.", input=subject).output_text


def stream_draft(client: openai.OpenAI, subject: str) -> str:
    """Draft a letter piece by piece."""
    events = client.responses.create(model=MODEL, input=subject, stream=True)
    text = ""
    for event in events:
        if event.type == "response.output_text.delta":
            text += event.delta
    return text


def read_invoice(client: openai.OpenAI, text: str) -> Invoice | None:
    """Read an invoice into a typed object."""
    completion = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": text}], response_format=Invoice
    )
    return completion.choices[0].message.parsed


def answer_with_tools(client: openai.OpenAI, question: str) -> str:
    """Answer with the help of a tool: one call asks for it, one more uses its result."""
    messages: list[Any] = [{"role": "user", "content": question}]
    for _ in range(3):
        choice = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER_TOOL]).choices[0]  # type: ignore[list-item]
        if not choice.message.tool_calls:
            return choice.message.content or ""
        messages.append(choice.message.model_dump(exclude_none=True))
        for call in choice.message.tool_calls:
            result = json.dumps({"weather": "sunny"})
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return ""


def embed(client: openai.OpenAI, texts: list[str]) -> int:
    """Embed some texts; how many."""
    return len(client.embeddings.create(model=EMBEDDING_MODEL, input=texts).data)


def answer_or_apologise(client: openai.OpenAI, question: str) -> str:
    """Answer, or say sorry: the failure is handled here and goes no further."""
    try:
        return answer(client, question)
    except openai.APIError:
        return "Sorry, not now."


def answer_a_user(client: openai.OpenAI, question: str) -> str:
    """Answer; a failure is raised again as the application's own, and reported where requests end."""
    try:
        return answer(client, question)
    except openai.APIError as error:
        raise AssistantError("no answer for this user") from error


def handle_request(client: openai.OpenAI, question: str) -> int:
    """What a web framework does around it: an error is captured and becomes a status."""
    try:
        answer_a_user(client, question)
    except AssistantError as error:
        sentry_sdk.capture_exception(error)
        return 500
    return 200


def answer_all(base_url: str, api_key: str, questions: list[tuple[str, str]]) -> list[str]:
    """Answer several questions at once, each by its own model; what fails is left out."""

    async def one(client: openai.AsyncOpenAI, model: str, question: str) -> str:
        completion = await client.chat.completions.create(model=model, messages=[{"role": "user", "content": question}])
        return completion.choices[0].message.content or ""

    async def every() -> list[str]:
        async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0) as client:
            results = await asyncio.gather(*(one(client, *item) for item in questions), return_exceptions=True)
        return [result for result in results if isinstance(result, str)]

    return asyncio.run(every())


def answer_until_the_user_leaves(base_url: str, api_key: str, question: str, patience_s: float) -> str:
    """Answer while somebody waits for it; when the user leaves, the call is given up."""

    async def one(client: openai.AsyncOpenAI) -> str:
        completion = await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
        return completion.choices[0].message.content or ""

    async def serve() -> str:
        async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0) as client:
            answering = asyncio.create_task(one(client))
            done, _ = await asyncio.wait({answering}, timeout=patience_s)
            if done:
                return answering.result()
            answering.cancel()
            await asyncio.wait({answering})
        return ""

    return asyncio.run(serve())
