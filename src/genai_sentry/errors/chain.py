"""What an exception object tells: its chain of causes, and the status, body and headers that SDKs hang on it.

Only what is already there is read: no property that could read a stream, no call that could go to the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MAX_CHAIN = 12
_CLOCKS = frozenset({"TimeoutError"})
_PLUMBING = (
    "httpx",
    "httpcore",
    "aiohttp",
    "requests",
    "urllib3",
    "botocore",
    "openai",
    "anthropic",
    "grpc",
    "anthropic",
)


@dataclass(slots=True)
class Told:
    """What an exception tells.

    Attributes:
        names: qualified class names, from the exception to its root cause; bases only where they tell more.
        messages: of each exception in the chain, without the empty ones.
        status, body, headers: of the first in the chain that has any.
        codes: the SDK's own `code` and `type`.
        app_deadline: whether the application's own time limit cancelled the call.
        nothing_to_parse: whether a JSON parser was given nothing.
    """

    names: list[tuple[str, ...]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    status: int | None = None
    body: object = None
    headers: Mapping[str, str] | None = None
    codes: list[str] = field(default_factory=list)
    app_deadline: bool = False
    nothing_to_parse: bool = False


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and its causes, outermost first; explicit causes before implicit ones."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < MAX_CHAIN:
        seen.add(id(current))
        yield current
        following = current.__cause__
        if following is None and not current.__suppress_context__:
            following = current.__context__
        if following is None and isinstance(current, BaseExceptionGroup) and len(current.exceptions) == 1:
            following = current.exceptions[0]
        current = following


def text_of(error: BaseException) -> str:
    """`str(error)`, or nothing where that fails."""
    try:
        return str(error)
    except Exception:
        return ""


def _get(holder: object, name: str) -> object:
    try:
        return getattr(holder, name, None)
    except Exception:
        return None


MAX_CLASSES = 256
_named: dict[type, tuple[str, ...]] = {}
"""The names of classes that have been met, so that they are put together once."""


def _names(kind: type) -> tuple[str, ...]:
    names = _named.get(kind)
    if names is None:
        names = tuple(
            f"{base.__module__}.{base.__qualname__}"
            for base in kind.__mro__[:6]
            if base not in (object, Exception, BaseException)
        )
        if len(_named) >= MAX_CLASSES:
            _named.clear()
        _named[kind] = names
    return names


def read(error: BaseException) -> Told:
    """Read an exception and its chain."""
    told = Told()
    links = list(chain(error))
    for link in links:
        told.names.append(_names(type(link)))
        text = text_of(link)
        if text:
            told.messages.append(text[:20_000])
        _attributes(link, told)
        document = _get(link, "doc")
        told.nothing_to_parse |= isinstance(link, ValueError) and isinstance(document, str) and not document.strip()
    told.app_deadline = _app_deadline(links)
    return told


def _app_deadline(links: list[BaseException]) -> bool:
    if type(links[0]).__name__ not in _CLOCKS or type(links[0]).__module__.partition(".")[0] in _PLUMBING:
        return False
    cancelled = any(type(link).__name__ == "CancelledError" for link in links[1:])
    return cancelled and not any(type(link).__module__.partition(".")[0] in _PLUMBING for link in links)


def _attributes(error: BaseException, told: Told) -> None:
    response = _get(error, "response")
    if told.status is None:
        told.status = _status(error, response)
    if told.body is None:
        told.body = _body(error, response)
    if told.headers is None:
        headers = _get(response, "headers")
        if headers is None:
            headers = _get(error, "headers")
        told.headers = headers if isinstance(headers, Mapping) else None
    for name in ("code", "type", "error_code", "reason"):
        value = _get(error, name)
        if callable(value):
            value = _called(value)
        if isinstance(value, str) and 0 < len(value) <= 120 and " " not in value:
            told.codes.append(value)


def _called(value: object) -> object:
    """gRPC's `code()`: an enum member with a name; anything else is left alone."""
    if type(value).__name__ not in ("method", "builtin_function_or_method"):
        return None
    owner = type(getattr(value, "__self__", None))
    if not any(base.__name__ in ("RpcError", "AioRpcError", "Call") for base in owner.__mro__):
        return None
    try:
        return _get(value(), "name")  # type: ignore[operator]
    except Exception:
        return None


def _status(error: BaseException, response: object) -> int | None:
    for holder, names in (
        (error, ("status_code", "http_status", "status", "code")),
        (response, ("status_code", "status")),
    ):
        for name in names:
            value = _get(holder, name)
            if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600:
                return int(value)
    if isinstance(response, Mapping):
        meta = response.get("ResponseMetadata")
        value = meta.get("HTTPStatusCode") if isinstance(meta, Mapping) else None
        if isinstance(value, int):
            return value
    return None


def _body(error: BaseException, response: object) -> object:
    for name in ("body", "details", "response_json", "json_body", "error"):
        value = _get(error, name)
        if isinstance(value, Mapping | list) or (isinstance(value, str | bytes) and value):
            return value
    if isinstance(response, Mapping):
        return {key: item for key, item in response.items() if key != "ResponseMetadata"}
    state = getattr(response, "__dict__", None)
    content = state.get("_content") if isinstance(state, dict) else None
    return content if isinstance(content, bytes) and content else None
