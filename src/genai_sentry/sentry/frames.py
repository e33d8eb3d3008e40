"""Stack frames of an event: rebuilt from code and line, told apart into the application's and everybody else's."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable, MutableMapping, Sequence
from types import TracebackType
from typing import Any

from genai_sentry.sentry.plain import Plain
from genai_sentry.sentry.snapshot import MAX_FRAMES, Flat, Frame, calling, live

FrameDict = dict[str, Any]

CLIENT_LIBRARIES = frozenset(
    {
        "openai", "anthropic", "httpx", "httpx2", "httpcore", "httpcore2", "opentelemetry", "wrapt", "genai_sentry",
        "sentry_sdk", "google.genai", "mistralai", "cohere", "litellm", "ollama", "groq", "together", "cerebras",
        "huggingface_hub", "anyio", "sniffio", "h11", "h2", "aiohttp", "requests", "urllib3", "tenacity", "stamina",
        "langchain", "langchain_core", "langchain_openai", "llama_index", "pydantic", "pydantic_ai", "logfire",
        "openinference", "traceloop", "botocore", "boto3", "grpc", "gevent", "eventlet",
    }
)  # fmt: skip
"""Top modules whose frames are never the application's, wherever they are installed."""

_SITE = ("site-packages", "dist-packages")
_FROZEN = "<frozen "
"""How Python names modules of its own that have no file. Sentry makes a path in the working directory of it."""
_STDLIB = tuple({path for name in ("stdlib", "platstdlib") if (path := sysconfig.get_paths().get(name))})
_MAX_CACHED = 2048
_MAX_FILES = 4096

_application: dict[str, bool] = {}
_cache: dict[tuple[int, int], tuple[object, object, FrameDict]] = {}


def is_application(module: str | None, path: str | None, options: MutableMapping[str, Any] | None = None) -> bool:
    """Whether a frame is the application's own; the `in_app_*` options of Sentry come first."""
    name = module or ""
    if _listed(name, (options or {}).get("in_app_include")):
        return True
    if _listed(name, (options or {}).get("in_app_exclude")):
        return False
    top = name.partition(".")[0]
    if top in CLIENT_LIBRARIES or name.startswith("google.genai"):
        return False
    where = path or ""
    if _FROZEN in where or any(part in where for part in _SITE):
        return False
    return not where.startswith(_STDLIB)


def _listed(name: str, modules: Sequence[str] | None) -> bool:
    return bool(name) and any(name == item or name.startswith(f"{item}.") for item in modules or ())


def build(flat: Flat, options: MutableMapping[str, Any], local: dict[int, FrameDict] | None = None) -> list[FrameDict]:
    """Make Sentry's frames of a flattened stack."""
    frames: list[FrameDict] = []
    for position in range(0, len(flat), 3):
        code, line, names = flat[position : position + 3]
        if str(names.get("__name__", "")).startswith("sentry_sdk."):
            continue
        frame = Plain(_cached(code, line, names, options))
        if local is not None and position in local:
            frame["vars"] = local[position]
        frames.append(frame)
    return frames


def _cached(code: Any, line: int, names: dict[str, Any], options: MutableMapping[str, Any]) -> FrameDict:
    """Serialise a frame once: Sentry reads the source through the loader every time."""
    key = (id(code), line)
    hit = _cache.get(key)
    if hit is not None and hit[0] is code and hit[1] is options:
        return hit[2]
    frame = _serialise(code, line, names, options)
    if len(_cache) >= _MAX_CACHED:
        _cache.clear()
    _cache[key] = (code, options, frame)
    return frame


def _serialise(code: Any, line: int, names: dict[str, Any], options: MutableMapping[str, Any]) -> FrameDict:
    from sentry_sdk.utils import serialize_frame

    frame: FrameDict = serialize_frame(
        Frame(code, line, names),  # type: ignore[arg-type]
        tb_lineno=line,
        include_local_variables=False,
        include_source_context=bool(options.get("include_source_context", True)),
        max_value_length=options.get("max_value_length"),
    )
    frame.pop("vars", None)
    frame["in_app"] = is_application(frame.get("module"), frame.get("abs_path"), options)
    return frame


def of_event(event: MutableMapping[str, Any]) -> Iterable[FrameDict]:
    """Go through all frames of an event."""
    holders: list[Any] = [event]
    for name in ("exception", "threads"):
        section = event.get(name)
        values = section.get("values") if isinstance(section, dict) else section
        holders.extend(values if isinstance(values, list) else ())
    for holder in holders:
        stack = holder.get("stacktrace") if isinstance(holder, dict) else None
        frames = stack.get("frames") if isinstance(stack, dict) else None
        for frame in frames if isinstance(frames, list) else ():
            if isinstance(frame, dict):
                yield frame


def tidy(event: MutableMapping[str, Any], options: MutableMapping[str, Any], *, keep_locals: bool) -> None:
    """Take the local variables out of an event's frames, and say which frames are the application's.

    Args:
        event: the event, changed in place.
        options: Sentry's.
        keep_locals: whether the application's own frames keep their variables.
    """
    for frame in of_event(event):
        mine = frame.get("in_app")
        if mine is None or _FROZEN in str(frame.get("abs_path")):
            mine = frame["in_app"] = is_application(frame.get("module"), frame.get("abs_path"), options)
        if not (keep_locals and mine):
            frame.pop("vars", None)


def local_variables(traceback: TracebackType) -> dict[int, FrameDict]:
    """Serialise the local variables of the application's frames, on the failing thread: later they have moved on.

    Returns:
        Variables by the frame's position in the flattened stack.
    """
    found: dict[int, FrameDict] = {}
    serialise = sys.modules["sentry_sdk.serializer"].serialize
    for number, frame in enumerate(live(traceback)):
        if is_application(frame.f_globals.get("__name__"), frame.f_code.co_filename):
            found[number * 3] = serialise(dict(frame.f_locals), is_vars=True)
    return found


def place(error: BaseException | None) -> tuple[str, int]:
    """File and line of the application's innermost frame that leads to a failure."""
    step = error.__traceback__ if error is not None else None
    frame = calling(None) if step is None else step.tb_frame
    looked_at = 0
    while frame is not None and looked_at < MAX_FRAMES:
        code = frame.f_code
        known = _application.get(code.co_filename)
        if known is None:
            if len(_application) > _MAX_FILES:
                _application.clear()
            known = is_application(frame.f_globals.get("__name__"), code.co_filename)
            _application[code.co_filename] = known
        if known:
            return code.co_filename, frame.f_lineno or 0
        frame = frame.f_back
        looked_at += 1
    return "", 0
