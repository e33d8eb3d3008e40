"""mistralai, and google-genai's interactions: SDKs whose `BaseSDK.do_request` retries above httpx's `send`."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from genai_sentry.bodies import content_of
from genai_sentry.call import Call
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

MODULES: dict[str, str] = {
    "mistralai.client.basesdk": "Mistral",
    "mistralai.basesdk": "Mistral",
    "mistralai.azure.client.basesdk": "MistralAzure",
    "mistralai.gcp.client.basesdk": "MistralGoogleCloud",
    "google.genai._gaos.basesdk": "GoogleGenAI",
}
"""Where the class is, by SDK and version, and whose client it serves."""

_POSITION = 2
"""Of the request among the arguments, after the SDK and the hook's context."""


def seams(module: ModuleType) -> list[Seam]:
    """The replacements for one such module; none where its shape is unknown."""
    sdk = MODULES[module.__name__]

    def open_call(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
        request = kwargs["request"] if "request" in kwargs else args[_POSITION]
        kind = request.headers.get("content-type") or ""
        return shell.described(runtime, request.method, str(request.url), content_of(request), sdk=sdk, kind=kind)

    made: list[Seam] = []
    for owner in (getattr(module, name, None) for name in ("BaseSDK", "AsyncBaseSDK")):
        for name, kind in (("do_request", shell.around), ("do_request_async", shell.around_async)):
            if owner is not None and name in owner.__dict__:
                made.append(Seam(owner, name, partial(kind, open_call=open_call)))
    return made
