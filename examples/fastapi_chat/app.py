"""A chat service: one streamed answer a request.

uvicorn app:app                                      # OPENAI_API_KEY, SENTRY_DSN in the environment
curl -N localhost:8000/chat -H 'content-type: application/json' -d '{"text": "Hello", "tenant": "acme"}'

A failure before the first word becomes a status that says what the caller can do. A failure in mid-stream ends the
stream with one last event, since the status is sent by then. Both are in Sentry as one event each.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI, AsyncStream, OpenAIError
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

import genai_sentry

genai_sentry.init()

MODEL = os.environ.get("CHAT_MODEL", "gpt-4o-mini")
STATUS = {"rate_limit": 503, "quota_exceeded": 503, "server_error": 502, "timeout": 504, "content_filter": 422}
"""What this service answers for a failure; everything else is a 500."""


class Question(BaseModel):
    """What a caller asks."""

    text: str
    tenant: str = "none"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all requests; what is held is delivered at the end, off the event loop."""
    app.state.client = AsyncOpenAI(max_retries=1, timeout=30)
    yield
    await app.state.client.close()
    await asyncio.to_thread(genai_sentry.flush)


app = FastAPI(lifespan=lifespan)


@app.post("/chat")
async def chat(question: Question) -> StreamingResponse:
    """Answer a question, word by word, as server-sent events."""
    messages = [{"role": "user", "content": question.text}]
    with genai_sentry.label(feature="chat", tenant=question.tenant):
        try:
            stream = await app.state.client.chat.completions.create(
                model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
            )
        except OpenAIError as error:
            found = genai_sentry.classify(error)
            raise HTTPException(STATUS.get(found.type, 500), detail={"error": found.type}) from error
    return StreamingResponse(words(stream), media_type="text/event-stream")


async def words(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[str]:
    """The answer's pieces; closes the provider's stream when the caller goes away."""
    async with stream:
        try:
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content:
                    yield f"data: {json.dumps({'text': chunk.choices[0].delta.content})}\n\n"
        except OpenAIError as error:
            yield f"event: error\ndata: {json.dumps({'error': genai_sentry.classify(error).type})}\n\n"


@app.get("/stats")
async def stats() -> dict[str, object]:
    """This process so far."""
    return genai_sentry.stats().as_dict()
