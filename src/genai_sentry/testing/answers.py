"""What a simulated model answers: text, tool calls and token counts, all determined by the request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genai_sentry.testing.faults import Fault

JSON = dict[str, Any]

TEXT = "This is a simulated answer. It says nothing, but it says it at the usual length and in the usual shape."
CACHE_BLOCK = 128
CACHE_MINIMUM = 1024
REASONING_TOKENS = 64

SNAPSHOTS: Mapping[str, str] = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "o3-mini": "o3-mini-2025-01-31",
    "o4-mini": "o4-mini-2025-04-16",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
}
"""The dated model that answers for an alias."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call: identifier, function name, arguments as JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, before a wire format writes it down.

    Attributes:
        model: the answering model.
        texts: one a choice.
        tool_calls: what the model wants called; then there is no text.
        finish_reason: in OpenAI's words.
        input_tokens, output_tokens: totals, cached and reasoning tokens included.
        cached_tokens, reasoning_tokens: subsets of those.
        has_usage: whether token counts are given.
        number: counts requests; identifiers come from it.
    """

    model: str
    texts: tuple[str, ...]
    tool_calls: tuple[ToolCall, ...]
    finish_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    has_usage: bool
    number: int
    extra: JSON = field(default_factory=dict)

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def id(self, prefix: str) -> str:
        """A realistic identifier, the same for the same request number."""
        return identifier(prefix, self.number)


def identifier(prefix: str, number: int) -> str:
    """A realistic identifier, determined by its number."""
    return prefix + hashlib.sha256(f"{prefix}{number}".encode()).hexdigest()[:29]


def count_tokens(text: str) -> int:
    """Tokens of a text by the usual rule of thumb, four characters each; none for no text."""
    return (len(text) + 3) // 4


def texts_in(value: object) -> str:
    """All text in a prompt, whatever its shape: strings, messages, content parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(texts_in, value)))
    if isinstance(value, dict):
        return "\n".join(filter(None, (texts_in(value.get(key)) for key in ("content", "text", "parts", "input"))))
    return ""


def input_tokens(body: Mapping[str, Any]) -> int:
    """Input tokens of a request in any of the formats."""
    prompts = (body.get(key) for key in ("messages", "input", "prompt", "contents", "system", "instructions"))
    tools = json.dumps(body["tools"]) if body.get("tools") else ""
    return max(1, count_tokens("\n".join(filter(None, map(texts_in, prompts)))) + count_tokens(tools))


def make_answer(
    body: Mapping[str, Any], fault: Fault, number: int, *, text: str | None = None, model: str = ""
) -> Answer:
    """The answer to a request; a tool call where tools are offered and no result has come yet."""
    model = model or str(body.get("model") or "gpt-4o-mini")
    choices = body.get("n") if isinstance(body.get("n"), int) else 1
    calls = () if fault.text is not None or fault.finish_reason else tool_calls(body, number)
    schema = json_schema(body)
    content = fault.text if fault.text is not None else json.dumps(instance(schema)) if schema else text or TEXT
    limit = _max_tokens(body)
    finish = fault.finish_reason or ("tool_calls" if calls else "stop")
    reasoning = REASONING_TOKENS if model.startswith(("o1", "o3", "o4", "gpt-5")) else 0
    if fault.finish_reason == "content_filter":
        content = ""
    elif fault.finish_reason == "length":
        content = content[: len(content) // 2]
    elif not calls and limit is not None and count_tokens(content) + reasoning > limit:
        content, finish = content[: max(0, limit - reasoning) * 4], "length"
    texts = () if calls else (content,) * max(1, int(choices or 1))
    written = sum(map(count_tokens, texts)) + sum(count_tokens(call.name + call.arguments) for call in calls)
    read = input_tokens(body)
    return Answer(
        model=SNAPSHOTS.get(model, model),
        texts=texts,
        tool_calls=calls,
        finish_reason=finish,
        input_tokens=read,
        output_tokens=written + reasoning,
        cached_tokens=read // 2 // CACHE_BLOCK * CACHE_BLOCK if read >= CACHE_MINIMUM else 0,
        reasoning_tokens=reasoning,
        has_usage=fault.usage,
        number=number,
    )


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    for key in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        value = body.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def tool_calls(body: Mapping[str, Any], number: int) -> tuple[ToolCall, ...]:
    """A call of the first offered tool, unless its result is already there or tools are forbidden."""
    tools = body.get("tools")
    if not isinstance(tools, list) or not tools or body.get("tool_choice") == "none" or _has_result(body):
        return ()
    tool = tools[0] if isinstance(tools[0], dict) else {}
    if isinstance(tool.get("functionDeclarations"), list) and tool["functionDeclarations"]:
        tool = tool["functionDeclarations"][0]
    nested = tool.get("function")
    function = nested if isinstance(nested, dict) else tool
    name = function.get("name")
    if not isinstance(name, str):
        return ()
    schema = function.get("parameters") or function.get("input_schema") or {}
    return (ToolCall(identifier("call_", number)[:29], name, json.dumps(instance(schema))),)


def _has_result(body: Mapping[str, Any]) -> bool:
    messages = body.get("messages") or body.get("input") or body.get("contents")
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, dict):
        return False
    if last.get("role") == "tool" or last.get("type") == "function_call_output":
        return True
    parts = last.get("content") or last.get("parts")
    return isinstance(parts, list) and any(
        isinstance(part, dict) and (part.get("type") == "tool_result" or "functionResponse" in part) for part in parts
    )


def json_schema(body: Mapping[str, Any]) -> JSON | None:
    """The schema that the answer must fit, in chat completions' or responses' form; None where text is asked for."""
    for holder, inner in ((body.get("response_format"), "json_schema"), (body.get("text"), "format")):
        if not isinstance(holder, dict):
            continue
        if holder.get("type") == "json_object":
            return {"type": "object", "properties": {"answer": {"type": "string"}}}
        wrapped = holder.get(inner)
        if isinstance(wrapped, dict) and isinstance(wrapped.get("schema"), dict):
            return dict(wrapped["schema"])
    return None


def instance(schema: object, root: Mapping[str, Any] | None = None, depth: int = 0) -> Any:
    """The plainest value that fits a JSON schema."""
    if not isinstance(schema, dict) or depth > 16:
        return None
    root = root if root is not None else schema
    if isinstance(ref := schema.get("$ref"), str):
        target: Any = root
        for step in ref.removeprefix("#/").split("/"):
            target = target.get(step, {}) if isinstance(target, dict) else {}
        return instance(target, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return instance(schema[key][0], root, depth + 1)
    return _by_type(schema, root, depth)


def _by_type(schema: JSON, root: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    match str(kind).lower():
        case "object":
            properties = schema.get("properties") or {}
            return {name: instance(inner, root, depth + 1) for name, inner in properties.items()}
        case "array":
            return [instance(schema.get("items", {}), root, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 42)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "simulated"
