"""Gathering evidence: whatever was handed over is opened to any depth, and what can decide is laid out flat."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from genai_sentry.errors.numbered import named_codes, numbers_of_errors, status_alone, statuses
from genai_sentry.errors.text import cut, html_text, is_html, without_echoes, without_frames
from genai_sentry.patterns import lazy

MAX_DEPTH = 12
MAX_NODES = 400
MAX_JSON = 64_000
"""A longer body is not decoded as a whole; its beginning and end are read as text."""


@dataclass(slots=True)
class Found:
    """What was found, each with its depth (inner ones weigh more) and where it was.

    Attributes:
        codes: values of code, type, status, reason, as they were.
        texts: messages.
        statuses: HTTP statuses.
        waits: seconds to wait, by fields made for it.
        facts: short facts that are no error code: `finish_reason=…`, `param=…`, `choices=null`, `empty`.
        nodes: how much was looked at.
        unread: messages whose numbers have not been looked at yet: see `read_numbers`.
    """

    codes: list[tuple[int, str, str]] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    statuses: list[tuple[int, str, int]] = field(default_factory=list)
    waits: list[tuple[str, object]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    nodes: int = 0
    unread: list[tuple[int, str, str]] = field(default_factory=list)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODE_KEYS = _words(
    "code type status reason name error_code errorcode err_code errcode error_type errortype __type exception "
    "exception_type :exception-type status_code statuscode http_code httpcode http_status httpstatus raw_status_code "
    "category subtype error_subtype error_name quotaid kind errorclass error_class err_type title "
    "original_status upstream_status fault $fault biz_code bizcode sub_code subcode ret_code retcode result_code "
    "resultcode inner_code innercode codex_error_info codexerrorinfo error_kind errorkind error_reason errorreason"
)
TEXT_KEYS = _words(
    "message msg error detail details error_msg errormsg error_message errormessage error_description description "
    "raw errmsg status_msg body reason title cause err response data messages_text error_info errors text "
    "localizedmessage developer_message exception hint output_text debug_error_string failed_reason faultstring"
)
TEXT_ENDS = ("message", "msg", "error", "description", "detail", "explanation", "message_zh", "reason")
"""How further keys end whose values are messages."""
ECHO_KEYS = _words(
    "failed_generation input input_value prompt messages content params parameters request request_body tools config "
    "ctx traceback stack headers links usage user choices_text modelid model logprobs"
)
FINISH_KEYS = frozenset(
    {
        "finish_reason",
        "finishreason",
        "stop_reason",
        "stopreason",
        "native_finish_reason",
        "blockreason",
        "block_reason",
    }
)
WAIT_KEYS = _words(
    "retrydelay retry_after retry_after_seconds retryafter retry-after retry_after_ms retry-after-ms "
    "retryafterseconds x-ratelimit-reset"
)
_CODE = lazy(r"[^\s]{1,120}")
_SCALAR, _BYTES, _SEVERAL = (str, int, float), (bytes, bytearray), (list, tuple)
_PARTS = (dict, list, tuple, bytes, Mapping)
"""Those that cost the least to ask for come first."""


def gather(value: object, path: str, found: Found, depth: int = 0) -> None:
    """Lay out a body, or any part of one."""
    if depth > MAX_DEPTH or found.nodes >= MAX_NODES:
        return
    found.nodes += 1
    if isinstance(value, str):
        _text(value, path, found, depth)
    elif isinstance(value, dict):
        _mapping(value, path, found, depth)
    elif isinstance(value, _BYTES):
        _text(bytes(value[:MAX_JSON]).decode("utf-8", "replace"), path, found, depth)
    elif isinstance(value, Mapping):
        _mapping(value, path, found, depth)
    elif isinstance(value, _SEVERAL):
        for item in value[:20]:
            gather(item, path, found, depth + 1)


def _mapping(value: Mapping[object, object], path: str, found: Found, depth: int) -> None:
    for count, (key, item) in enumerate(value.items()):
        if count >= 60:
            return
        if not isinstance(key, str):
            continue
        name = key.lower()
        where = f"{path}.{key[:40]}"
        if item is None:
            if name == "choices":
                found.facts["choices"] = "null"
        elif name in FINISH_KEYS and isinstance(item, str):
            found.facts.setdefault(where, item)
        elif name in WAIT_KEYS and isinstance(item, _SCALAR):
            found.waits.append((name, item))
        elif name == "param" and isinstance(item, str):
            found.facts.setdefault("param", item)
            if " " in item:
                _text(item, where, found, depth + 1)
        elif name == "incomplete_details" and isinstance(item, Mapping):
            found.facts["incomplete"] = str(item.get("reason", ""))[:60]
        elif name == "headers" and isinstance(item, Mapping):
            _headers(item, found)
        elif name in CODE_KEYS and isinstance(item, _SCALAR):
            _code(item, where, found, depth, name)
        elif name in ECHO_KEYS:
            continue
        elif isinstance(item, str):
            if name in TEXT_KEYS or name.endswith(TEXT_ENDS):
                _text(item, where, found, depth + 1)
        elif isinstance(item, _PARTS):
            if name in CODE_KEYS and isinstance(item, Mapping) and len(item) == 1:
                _code(str(next(iter(item))), where, found, depth, name)  # how Rust writes a variant that has fields
            gather(item, where, found, depth + 1)


def _headers(headers: Mapping[object, object], found: Found) -> None:
    for count, (key, item) in enumerate(headers.items()):
        name = str(key)[:60].lower()
        if name in WAIT_KEYS and isinstance(item, str | int | float):
            found.waits.append((name, item))
        elif name == ":exception-type" and isinstance(item, str):
            found.codes.append((MAX_DEPTH, "headers.:exception-type", item[:120]))
        if count >= 60:
            return


def _code(item: str | int | float, where: str, found: Found, depth: int, name: str) -> None:
    if isinstance(item, bool):
        return
    if isinstance(item, str):
        text = item.strip()
        if not text.isdigit():
            if text and _CODE.fullmatch(text):
                found.codes.append((depth, where, text))
            elif text:
                _text(item, where, found, depth)
            return
        item = int(text[:12])
    number = int(item) if abs(item) < 1e12 else 0
    if 100 <= number < 600:
        found.statuses.append((depth, where, number))
    elif number:
        found.codes.append((depth, where, str(number)))


_DECODER = json.JSONDecoder(strict=False)
_PAIR = lazy(
    r"""(?<![\w])["']?(?P<key>code|type|status|status_code|statusCode|message|msg|error|reason|detail|details|param|error_code|"""
    r"""errorCode|error_msg|error_message|error_type|error_description|__type|raw|quotaId|finish_reason|finishReason|"""
    r"""retryDelay|block_reason|blockReason|stop_reason|http_code)["']?\s{0,4}[:=]\s{0,4}(?:Some\(|StatusCode\(){0,2}"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.){0,1500}+)(?:"(?!\s{0,3}:)|(?!"))|"""
    r"""'(?P<single>(?:[^'\\]|\\.|'(?=[a-z])){0,1500}+)(?:'(?!\s{0,3}:)|(?!'))|(?P<bare>[\w.:-]{1,80}))""",
    re.DOTALL,
)
_INCOMPLETE = ("max_output_tokens", "max_prompt_tokens", "content_filter")
"""Reasons why an answer may be incomplete."""
_ESCAPED = lazy(r"\\+u([0-9a-cA-Ce-fE-F][0-9a-fA-F]{3})")
_SLASHED = lazy(r"\\+([\"'])")
_UNSLASHED_KEY = lazy(
    r"""(?<!\\)["'](?:message|error|code|type)(?<!\\)["']|\b(?:message|msg|detail|code|type): ?["']"""
)
_SLASHED_BREAK = lazy(r"\\+[nrt]")


def _text(text: str, path: str, found: Found, depth: int) -> None:
    """A message: opened if another error is inside, else kept as it is."""
    text = without_frames(text)
    if is_html(text):
        page = text.find("<")
        if text[:page].strip():
            _plain(text[:page], path, found, depth)
        _page(text[page:], path, found, depth)
        return
    brace = text.find("{", 0, MAX_JSON)
    if brace < 0 or depth > MAX_DEPTH:
        _plain(text, path, found, depth)
        return
    start = brace
    if text[max(0, brace - 3) : brace].rstrip().endswith("["):
        start = text.rfind("[", 0, brace)
    if start and text[:start].strip():
        _plain(text[:start], path, found, depth)
    rest = text[start:MAX_JSON]
    if len(text) - start <= MAX_JSON:
        try:
            value, end = _DECODER.raw_decode(rest)
        except (ValueError, RecursionError):
            pass
        else:
            gather(value, path, found, depth + 1)
            after = rest[end:].strip(" \n\t\"'`.)]}>\\")
            if after and found.nodes < MAX_NODES:
                found.nodes += 1
                _text(after, path, found, depth)
            return
    _pairs(rest, path, found, depth + 1)


def _pairs(text: str, path: str, found: Found, depth: int) -> None:
    """Key and value as any language prints them: Python's and JavaScript's objects, JSON cut off or escaped."""
    plain = _SLASHED_BREAK.sub(" ", _unescaped(cut(text)))
    if "\\" in plain and not _UNSLASHED_KEY.search(plain):
        plain = _SLASHED.sub(r"\1", plain)
    any_pair = False
    for count, match in enumerate(_PAIR.finditer(plain)):
        if count >= 40 or found.nodes >= MAX_NODES:
            break
        found.nodes += 1
        any_pair = True
        key = match["key"].lower()
        quoted = match["double"] if match["double"] is not None else match["single"]
        item = quoted if quoted is not None else match["bare"]
        if quoted is None and (item in ("None", "null", "true", "false", "True", "False") or not item):
            continue
        if quoted is not None:
            item = _SLASHED.sub(r"\1", item)
        _pair(key, item, f"{path}.{match['key']}", found, depth + (1 if "{" in item else 0))
    if not any_pair:
        _plain(plain, path, found, depth)


def _pair(key: str, item: str, where: str, found: Found, depth: int) -> None:
    if key in FINISH_KEYS or (key == "reason" and item in _INCOMPLETE):
        found.facts.setdefault(where, item)
    elif key == "param":
        found.facts.setdefault("param", item)
    elif key in WAIT_KEYS:
        found.waits.append((key, item))
    elif key in CODE_KEYS:
        _code(item, where, found, depth, key)
    else:
        _text(item, where, found, depth)


_DETAILS = lazy(r"""\bdetails = ["']([^"\n]{1,1500})["']""")
"""Where gRPC's exceptions print the server's message."""


def _unescaped(text: str) -> str:
    """Letters that JSON has written as numbers, where its text was put into another text."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "\\u" in text else text


def _plain(text: str, path: str, found: Found, depth: int) -> None:
    short = _unescaped(cut(text))
    if short.strip():
        found.texts.append((depth, path, short))
        found.unread.append((depth, path, short))
        for code in named_codes(short)[:4]:
            found.codes.append((depth, path, code))
        details = _DETAILS.search(short) if "StatusCode." in short else None
        if details is not None:
            found.texts.append((depth + 1, path, details[1]))


_DIGIT = lazy(r"\d")


def read_numbers(found: Found) -> None:
    """Add the statuses and numbers that messages name as an error's own. Needed only where no code tells enough."""
    unread, found.unread = found.unread, []
    for depth, path, text in unread:
        digit = _DIGIT.search(text)
        if digit is None:
            continue
        status = status_alone(text)
        if status is not None:
            found.statuses.append((depth, path, status))
            continue
        plain = without_echoes(text)
        first = digit.start() if plain is text else 0
        found.statuses.extend([(depth, path, status) for status in statuses(plain, first)[:4]])
        found.codes.extend([(depth, path, number) for number in numbers_of_errors(plain, first)[:4]])


def _page(text: str, path: str, found: Found, depth: int) -> None:
    shown = html_text(text)
    found.facts.setdefault("html", path)
    if "aliyun" in text[:4000] or "alicdn" in text[:4000]:
        found.facts["waf"] = "aliyun"
    if shown:
        _plain(shown, path, found, depth)
