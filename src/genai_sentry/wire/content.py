"""Prompts and outputs in the semantic convention's JSON: messages made of parts. Bounded; media never inlined.

Only used where capture is asked for. Whatever is no plain dict, list, tuple or string is named by its class and never
iterated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from genai_sentry.wire.fields import clean, items, mapping, mappings, text

MAX_CONTENT: Final = 32 * 1024
"""Longest JSON of one attribute, in characters, but for the mark that says what was cut."""
CUT: Final = "… [truncated]"

Part = dict[str, object]
Message = dict[str, object]

_MEDIA: Final = {
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "input_audio": "audio",
    "audio": "audio",
    "audio_url": "audio",
    "video": "video",
    "video_url": "video",
    "document": "document",
    "document_url": "document",
    "file": "document",
    "input_file": "document",
}
TOOL_USES: Final = {
    "tool_use": "tool_call",
    "server_tool_use": "server_tool_call",
    "mcp_tool_use": "server_tool_call",
}
"""Anthropic's tool calls: those for the caller, and those that the provider carries out itself."""
_TEXTS: Final = frozenset({"text", "input_text", "output_text", "text_delta"})


def dump(value: object) -> str | None:
    """Compact JSON; objects that have no JSON are named by their class. None where it can't be written at all."""
    try:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), skipkeys=True, default=_named)
    except (ValueError, TypeError, RecursionError):
        return None
    return clean(written)


def _named(value: object) -> str:
    return f"<{type(value).__name__}>"


def text_part(value: str) -> Part:
    """A piece of text."""
    return {"type": "text", "content": value[: MAX_CONTENT + 1]}


def reasoning_part(value: str) -> Part:
    """A piece of the model's thoughts."""
    return {"type": "reasoning", "content": value[: MAX_CONTENT + 1]}


def call_part(identifier: object, name: object, arguments: object) -> Part:
    """A tool call; arguments written as JSON are unfolded."""
    if isinstance(arguments, str):
        arguments = _unfolded(arguments[: MAX_CONTENT + 1])
    found: Part = {"type": "tool_call", "name": text(name) or "", "arguments": arguments}
    if isinstance(identifier, str):
        found["id"] = text(identifier)
    return found


def _unfolded(arguments: str) -> object:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def result_part(identifier: object, result: object) -> Part:
    """What a tool answered; media in it are named, not inlined."""
    if isinstance(result, list | tuple):
        result = [part for block in result for part in parts(block)]
    elif isinstance(result, str):
        result = result[: MAX_CONTENT + 1]
    return {"type": "tool_call_response", "id": text(identifier), "response": result}


def media_part(modality: str, block: Mapping[str, object]) -> Part:
    """An image, sound or document: kind, type and address, never its bytes."""
    inner = _inner(block)
    found: Part = {"type": "blob", "modality": modality}
    mime = inner.get("media_type") or inner.get("mimeType") or inner.get("mime_type") or inner.get("format")
    if isinstance(mime, str):
        found["mime_type"] = text(mime)
    address = inner.get("url") or inner.get("fileUri") or inner.get("file_uri")
    if isinstance(address, str) and not address.startswith("data:"):
        found["type"], found["uri"] = "uri", text(address.partition("?")[0])
    elif isinstance(inner.get("file_id"), str):
        found["type"], found["file_id"] = "file", text(inner.get("file_id"))
    elif isinstance(address, str):
        found["mime_type"] = text(address[5:].partition(";")[0])
    return found


def _inner(block: Mapping[str, object]) -> Mapping[str, object]:
    """The object that describes a medium, wherever a provider puts it."""
    for key in ("image_url", "input_audio", "file", "source", "audio_url", "video_url", "document_url"):
        value = block.get(key)
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            return {**block, "url": value}
    return block


def parts(content: object) -> list[Part]:
    """The parts of a message's content: a string, a block, or a list of them, in any provider's words."""
    if isinstance(content, str):
        return [text_part(content)] if content else []
    if isinstance(content, list | tuple):
        return [part for block in content for part in parts(block)]
    return _block(content) if isinstance(content, dict) else []


def _block(block: Mapping[str, object]) -> list[Part]:
    kind = block.get("type")
    if isinstance(kind, list | dict):
        return [{"type": "unknown"}]
    if kind is None:
        return _untyped(block)
    if kind in _TEXTS and isinstance(block.get("text"), str):
        return [text_part(str(block["text"]))]
    if kind == "refusal":
        return [text_part(str(block.get("refusal")))]
    if kind in ("thinking", "reasoning"):
        return _thoughts(block)
    if kind in TOOL_USES:
        return [{**call_part(block.get("id"), block.get("name"), block.get("input")), "type": TOOL_USES[str(kind)]}]
    if kind in ("tool_result", "web_search_tool_result", "mcp_tool_result"):
        return [result_part(block.get("tool_use_id"), block.get("content"))]
    if kind in ("function_call", "custom_tool_call"):
        return [call_part(block.get("call_id"), block.get("name"), block.get("arguments", block.get("input")))]
    if kind in ("function_call_output", "custom_tool_call_output"):
        return [result_part(block.get("call_id"), block.get("output"))]
    if kind in _MEDIA:
        return [media_part(_MEDIA[str(kind)], block)]
    return [{"type": text(kind) or "unknown"}]


def _thoughts(block: Mapping[str, object]) -> list[Part]:
    """Thoughts of Anthropic, Mistral (`thinking`) and the Responses API (`summary`)."""
    given = block.get("thinking", block.get("text"))
    if isinstance(given, str):
        return [reasoning_part(given)] if given else []
    pieces = [*items(given), *items(block.get("summary")), *items(block.get("content"))]
    return [reasoning_part(str(piece["text"])) for piece in mappings(pieces) if isinstance(piece.get("text"), str)]


def _untyped(block: Mapping[str, object]) -> list[Part]:
    """Gemini's parts and Bedrock's blocks, told apart by their key."""
    if isinstance(block.get("text"), str):
        make = reasoning_part if block.get("thought") is True else text_part
        return [make(str(block["text"]))]
    for key in ("functionCall", "function_call"):
        call = mapping(block.get(key))
        if call:
            return [call_part(call.get("id"), call.get("name"), call.get("args"))]
    for key in ("functionResponse", "function_response"):
        call = mapping(block.get(key))
        if call:
            return [result_part(call.get("id") or call.get("name"), call.get("response"))]
    for key in ("inlineData", "inline_data", "fileData", "file_data"):
        data = mapping(block.get(key))
        if data:
            mime = text(data.get("mimeType") or data.get("mime_type")) or ""
            return [media_part(mime.partition("/")[0] or "document", data)]
    return _bedrock(block)


def _bedrock(block: Mapping[str, object]) -> list[Part]:
    """Blocks of Bedrock's converse."""
    call, result = mapping(block.get("toolUse")), mapping(block.get("toolResult"))
    if call:
        return [call_part(call.get("toolUseId"), call.get("name"), call.get("input"))]
    if result:
        return [result_part(result.get("toolUseId"), result.get("content"))]
    if "json" in block:
        return [text_part(dump(block["json"]) or "")]
    thought = mapping(mapping(block.get("reasoningContent")).get("reasoningText")).get("text")
    if isinstance(thought, str):
        return [reasoning_part(thought)]
    for kind in ("image", "audio", "video", "document"):
        data = mapping(block.get(kind))
        if data:
            stored = mapping(mapping(data.get("source")).get("s3Location"))
            return [media_part(kind, {"format": data.get("format"), "url": stored.get("uri")})]
    return []


def message(value: Mapping[str, object], default_role: str = "user") -> Message:
    """A message of chat-like APIs: role, content, thoughts, tool calls, tool answers."""
    role = text(value.get("role")) or default_role
    content = value.get("content")
    if content is None:
        content = value.get("parts", value.get("message"))
    if role == "tool" or value.get("tool_call_id"):
        return {"role": role, "parts": [result_part(value.get("tool_call_id"), content)]}
    found: list[Part] = []
    for key in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(value.get(key), str) and value[key]:
            found.append(reasoning_part(str(value[key])))
            break
    found += parts(content)
    if isinstance(value.get("refusal"), str):
        found.append(text_part(str(value["refusal"])))
    found += [{"type": "blob", "modality": "image"} for _ in items(value.get("images"))]
    found += calls(value.get("tool_calls"))
    old = mapping(value.get("function_call"))
    if old:
        found.append(call_part(None, old.get("name"), old.get("arguments")))
    return {"role": role, "parts": found}


def calls(value: object) -> list[Part]:
    """Tool calls of a chat-like message."""
    found = []
    for item in mappings(value):
        function = mapping(item.get("function")) or item
        found.append(call_part(item.get("id"), function.get("name"), function.get("arguments")))
    return found


def input_items(value: object) -> list[Message]:
    """The Responses API's input: a string, or messages, calls and their answers in a list."""
    if isinstance(value, str):
        return [{"role": "user", "parts": parts(value)}]
    found: list[Message] = []
    for item in mappings(value):
        if "role" in item:
            found.append(message(item))
        else:
            role = "tool" if str(item.get("type")).endswith("_output") else "assistant"
            found.append({"role": role, "parts": _block(item)})
    return found


def bounded(messages: Sequence[Message]) -> str | None:
    """Messages as JSON. Where they are too long the latest are kept, and a mark says how many are missing."""
    left = MAX_CONTENT
    kept: list[Message] = []
    for position in range(len(messages) - 1, -1, -1):
        item = messages[position]
        pieces: list[object] = []
        for piece in items(item.get("parts")):
            if left <= 0:
                break
            fitted, size = _fitted(piece, left)
            pieces.append(fitted)
            left -= size
        kept.append({**item, "parts": pieces})
        if left <= 0:
            if position:
                note = text_part(f"[{position} earlier messages truncated]")
                kept.append({"role": str(messages[0].get("role")), "parts": [note]})
            break
    kept.reverse()
    return dump(kept) if kept else None


def _fitted(piece: object, left: int) -> tuple[object, int]:
    """A part that fits what is left, and its size; nothing is left once one had to be cut."""
    written = dump(piece)
    if written is None:
        return {"type": "unknown"}, 20
    if len(written) <= left:
        return piece, len(written)
    part = dict(mapping(piece))
    for key in ("content", "arguments", "response"):
        if key in part:
            whole = part[key] if isinstance(part[key], str) else dump(part[key]) or ""
            part[key] = clean(str(whole)[: max(0, left // 2)]) + CUT
    return part, left + 1


def bounded_list(values: Iterable[object]) -> str | None:
    """Parts or definitions as JSON, the first ones where not all fit."""
    left = MAX_CONTENT
    kept: list[object] = []
    for value in values:
        fitted, size = _fitted(value, left)
        if size > left and not mapping(fitted).get("content"):
            fitted = {"type": "truncated"}
        kept.append(fitted)
        left -= size
        if left <= 0:
            break
    return dump(kept) if kept else None


def tools(value: object) -> str | None:
    """Tool definitions: name, description, parameters, whatever nesting a provider wants."""
    found: list[object] = []
    for item in mappings(value):
        declared = items(item.get("functionDeclarations") or item.get("function_declarations"))
        for one in mappings(declared) if declared else (item,):
            function = mapping(one.get("function")) or mapping(one.get("toolSpec")) or one
            definition: dict[str, object] = {"type": text(item.get("type")) or "function"}
            for key, names in _DEFINITION.items():
                given = next((function[name] for name in names if name in function), None)
                given = mapping(given).get("json", given)  # Bedrock's schemas are wrapped so
                if given is not None:
                    definition[key] = given[: MAX_CONTENT + 1] if isinstance(given, str) else given
            found.append(definition)
    return bounded_list(found)


_DEFINITION: Final = {
    "name": ("name",),
    "description": ("description",),
    "parameters": ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameter_definitions"),
}


class OutputBuilder:
    """Puts streamed answers together again, choice by choice, up to `MAX_CONTENT` characters."""

    __slots__ = ("_calls", "_parts", "_size")

    def __init__(self) -> None:
        self._parts: dict[int, list[Part]] = {}
        self._calls: dict[tuple[int, int], Part] = {}
        self._size = 0

    @property
    def full(self) -> bool:
        """Whether no more is taken."""
        return self._size > MAX_CONTENT

    def add(self, choice: int, found: Iterable[Part]) -> None:
        """Further parts of a choice; text goes on where the last part was of the same kind."""
        held = self._parts.setdefault(choice, [])
        for part in found:
            content = part.get("content")
            self._size += len(content) if isinstance(content, str) else 64
            last = held[-1] if held else None
            if last is not None and last["type"] == part["type"] and isinstance(content, str):
                last["content"] = str(last.get("content", "")) + content
            else:
                held.append(dict(part))

    def call(
        self,
        choice: int,
        index: int,
        identifier: object,
        name: object,
        arguments: object,
        kind: str = "tool_call",
    ) -> None:
        """A piece of a tool call: the first names it, each may go on with its arguments."""
        part = self._calls.get((choice, index))
        if part is None:
            part = self._calls[choice, index] = {"type": kind, "id": None, "name": "", "arguments": ""}
            self._parts.setdefault(choice, []).append(part)
        part["id"] = text(identifier) or part["id"]
        part["name"] = text(name) or part["name"]
        if isinstance(arguments, str):
            self._size += len(arguments)
            part["arguments"] = str(part["arguments"]) + arguments
        elif isinstance(arguments, dict):
            part["arguments"] = arguments

    def messages(self, reasons: Sequence[str]) -> list[Message]:
        """One message a choice."""
        found: list[Message] = []
        for part in self._calls.values():
            if isinstance(part["arguments"], str):
                part["arguments"] = _unfolded(part["arguments"])
        for position, choice in enumerate(sorted(self._parts)):
            item: Message = {"role": "assistant", "parts": self._parts[choice]}
            if position < len(reasons):
                item["finish_reason"] = reasons[position]
            found.append(item)
        return found
