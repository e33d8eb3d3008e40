"""cohere: `HttpClient.request` calls itself to retry, and `ApiError` tells nothing of the request that failed."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from genai_sentry.call import Call, failed
from genai_sentry.guard import swallowed
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

HTTP, ERRORS = "cohere.core.http_client", "cohere.core.api_error"


def seams(module: ModuleType) -> list[Seam]:
    """The replacements for the HTTP clients; none where their shape is unknown."""
    owners = [getattr(module, name, None) for name in ("HttpClient", "AsyncHttpClient")]
    if not all(isinstance(owner, type) and "request" in owner.__dict__ for owner in owners):
        return []
    return [
        Seam(owners[0], "request", lambda original: shell.around(original, _open)),
        Seam(owners[1], "request", lambda original: shell.around_async(original, _open)),
    ]


def error_seams(module: ModuleType) -> list[Seam]:
    """The replacement that ties an error to its call."""
    owner = getattr(module, "ApiError", None)
    return [Seam(owner, "__init__", _tied)] if owner is not None and "__init__" in owner.__dict__ else []


def _open(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
    client = args[0]
    path = kwargs["path"] if "path" in kwargs else args[1] if len(args) > 1 else ""
    url = f"{client.get_base_url(kwargs.get('base_url')).rstrip('/')}/{(path or '').lstrip('/')}"
    body = kwargs.get("json")
    return shell.described(
        runtime, kwargs["method"], url, body if isinstance(body, dict) else None, sdk=type(client).__name__
    )


def _tied(original: Callable[..., Any]) -> Callable[..., Any]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        original(self, *args, **kwargs)
        runtime, reference = state.runtime, failed.get()
        if runtime is None or reference is None:
            return
        try:
            runtime.reporter.tie(self, reference(), self.status_code)
        except Exception as fault:
            if not swallowed("error", fault):
                raise

    return __init__
