"""Puts the patches in place when a library is imported, so that instrumenting imports none of them."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from collections.abc import Callable
from types import ModuleType

import wrapt

from genai_sentry.guard import swallowed
from genai_sentry.patch import (
    aiohttp,
    client,
    cohere,
    google_genai,
    litellm,
    lm15,
    speakeasy,
    streaming,
    transport,
    websocket,
)
from genai_sentry.patch.seam import Seam

logger = logging.getLogger("genai_sentry")

_lock = threading.RLock()
_seams: dict[str, list[Seam]] = {}
_registered: set[str] = set()
_active = False

Maker = Callable[[ModuleType], list[Seam] | None]
"""Makes a module's replacements: none where its shape is unknown, None where there is nothing to replace."""


def _makers() -> dict[str, Maker]:
    makers: dict[str, Maker] = dict.fromkeys(transport.MODULES, transport.seams)
    makers.update({sdk + client.BASE_CLIENT: client.seams for sdk in client.LLM_SDKS})
    makers.update({sdk + streaming.STREAMING: streaming.seams for sdk in client.LLM_SDKS})
    makers.update(dict.fromkeys(speakeasy.MODULES, speakeasy.seams))
    makers.update(dict.fromkeys(websocket.MODULES, websocket.seams))
    makers[cohere.HTTP] = cohere.seams
    makers[cohere.ERRORS] = cohere.error_seams
    makers[google_genai.MODULE] = google_genai.seams
    makers.update(dict.fromkeys(litellm.MODULES, litellm.seams))
    makers.update(dict.fromkeys((litellm.ROUTER, litellm.ROUTER_CORE), litellm.router_seams))
    makers[aiohttp.MODULE] = aiohttp.seams
    makers.update(dict.fromkeys(lm15.SYNC, lm15.seams))
    makers.update(dict.fromkeys(lm15.ASYNC, lm15.async_seams))
    makers[lm15.EXECUTION] = lm15.execution_seams
    return makers


def install() -> None:
    """Patch what is imported already, and the rest when it is."""
    global _active
    with _lock:
        _active = True
        for name, make in _makers().items():
            if name in _seams or name in sys.modules:
                _patch(name, make, _whole(name))
            elif name not in _registered:
                _registered.add(name)
                wrapt.register_post_import_hook(_hook(name, make), name)
        patch_loaded_base_clients()


def _whole(name: str) -> ModuleType | None:
    """An imported module; one that another thread is importing is waited for."""
    module = sys.modules.get(name)
    if getattr(getattr(module, "__spec__", None), "_initializing", False):
        try:
            return importlib.import_module(name)
        except ImportError:
            return None
    return module


def patch_loaded_base_clients() -> None:
    """Patch generated SDKs that are imported but on no list of ours."""
    for module in client.loaded_base_clients():
        if module.__name__ not in _seams:
            _patch(module.__name__, client.seams, module)


def remove() -> None:
    """Restore the originals; a replacement that somebody wrapped since stays as a pass-through."""
    global _active
    with _lock:
        _active = False
        for name, seams in list(_seams.items()):
            left = [seam for seam in seams if not seam.remove()]
            if left:
                logger.info("%s is wrapped by others; ours stays in place and does nothing", name)
                _seams[name] = seams
            else:
                del _seams[name]


def _hook(name: str, make: Maker) -> Callable[[ModuleType], None]:
    def imported(module: ModuleType) -> None:
        with _lock:
            if _active:
                _patch(name, make, module)

    return imported


def _patch(name: str, make: Maker, module: ModuleType | None) -> None:
    try:
        if name not in _seams:
            if module is None:
                return
            made = make(module)
            if made is None:
                return
            if not made:
                logger.warning("%s has an unknown shape; its calls are seen as single HTTP attempts only", name)
                return
            _seams[name] = made
        for seam in _seams[name]:
            seam.install()
    except Exception as fault:
        if not swallowed(f"patching {name}", fault):
            raise
