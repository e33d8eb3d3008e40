"""How the spans of calls begin: name and attributes, made once for calls that are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from genai_sentry.telemetry import attributes as names
from genai_sentry.wire.fields import text

if TYPE_CHECKING:
    from genai_sentry.telemetry.attributes import Value

MAX_OPENINGS = 1024
"""Kinds of calls that are remembered."""
MAX_MODEL = 100
"""Longest `ai_model`, in characters."""


class Opening(NamedTuple):
    """How a span begins.

    Attributes:
        name: its name.
        sampled: the attributes that a sampler sees.
        more: further ones, put on it where it is recorded.
        whole: both.
    """

    name: str
    sampled: Mapping[str, Value]
    more: Mapping[str, Value]
    whole: Mapping[str, Value]


class Openings:
    """The openings met so far, bounded. Safe under threads: an entry is only ever replaced by its equal."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str, int | None, str], Opening] = {}

    def find(
        self, operation: str, provider: str, model: str, address: str, port: int | None, task: str = ""
    ) -> Opening:
        """The opening of a call; model and address may be empty. `task` names what is no inference."""
        key = (operation, provider, model, address, port, task)
        opening = self._known.get(key)
        if opening is None:
            if len(self._known) >= MAX_OPENINGS:
                self._known.clear()
            opening = self._known[key] = _opening(*key)
        return opening


def _opening(operation: str, provider: str, model: str, address: str, port: int | None, task: str) -> Opening:
    sampled: dict[str, Value] = {names.PROVIDER_NAME: provider}
    more: dict[str, Value] = {names.LLM_PROVIDER: provider}
    if operation:
        sampled[names.OPERATION_NAME] = operation
        more[names.SENTRY_OP] = "gen_ai." + operation
    model = text(model) or ""
    if model:
        sampled[names.REQUEST_MODEL] = model
        more[names.AI_MODEL] = clean(model)
    if address:
        sampled[names.SERVER_ADDRESS] = address
        if port is not None:
            sampled[names.SERVER_PORT] = port
    title = operation or task
    return Opening(f"{title} {model}" if model else title, sampled, more, {**sampled, **more})


def clean(model: str) -> str:
    """A model name fit for a tag: printable, at most 100 characters."""
    if len(model) <= MAX_MODEL and model.isprintable():
        return model
    return "".join(letter for letter in model[:MAX_MODEL] if letter.isprintable())
