"""In a peer's environment: asks every exchange plainly, then instrumented, and prints what the spans say as JSON.

python -m benchmarks.coverage.worker --peer NAME [--exchanges FOLDER]
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import importlib.util
import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.coverage.clients import CLIENTS, MODULES, Ask, sent
from benchmarks.coverage.exchanges import Exchange, load
from benchmarks.overhead.peers import PEERS, Setup
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

MARK = "coverage: "

NAMES = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cached_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.reasoning.tokens",
    ),
    "model": ("gen_ai.response.model",),
    "id": ("gen_ai.response.id",),
}
"""Each fact, and the attributes that may tell it: the convention's of today, and those of before."""
ZERO = frozenset({"output_tokens", "cached_tokens", "reasoning_tokens"})
"""Of these a zero may as well be left out."""
LLM = ("gen_ai.operation.name", "gen_ai.system", "llm.request.type")
"""A span of an LLM call has one of these."""
PROVIDERS: Mapping[str, frozenset[str]] = {
    "azure": frozenset({"azure.ai.openai", "azure.ai.inference", "az.ai.openai", "az.ai.inference"}),
    "mistral": frozenset({"mistral_ai"}),
    "xai": frozenset({"x_ai", "xai"}),
    "google": frozenset({"gcp.gemini", "gcp.gen_ai", "gemini"}),
    "vertex": frozenset({"gcp.vertex_ai", "vertex_ai"}),
    "together": frozenset({"together", "together_ai"}),
    "bedrock_mantle": frozenset({"aws.bedrock"}),
    "zai": frozenset({"zhipu", "z_ai", "zai"}),
}
"""The convention's names where they differ from the recordings'."""
UNKNOWN = frozenset({"local", "gpustack", "ollama"})
"""Hosts of somebody's own, which say nothing of who answers."""


def _outcome(ask: Ask, exchange: Exchange) -> str | None:
    """What the application gets: values, or the exception; None where nothing was sent."""
    sent.clear()
    try:
        return repr(ask(exchange))
    except Exception as error:
        return f"{type(error).__name__}: {error}" if sent else None


def _told(exchange: Exchange, spans: list[ReadableSpan]) -> dict[str, bool]:
    """Which facts hold. `told` is all of them together."""
    found = [span for span in spans if any(name in (span.attributes or {}) for name in LLM)]
    if not exchange.inference:
        return {"span": not found, "told": not found}
    if len(found) != 1:
        return {"span": False, "told": False}
    span, held = found[0], dict(found[0].attributes or {})
    want = exchange.expected
    facts = {
        name: _holds(name, want[name], [held.get(key) for key in keys]) for name, keys in NAMES.items() if name in want
    }
    if "error" in want:
        facts["error"] = (span.status.status_code is StatusCode.ERROR) == want["error"]
    if "finish_reasons" in want:
        reasons = held.get("gen_ai.response.finish_reasons") or [held.get("gen_ai.response.finish_reason")]
        # The convention names calls of tools in the singular within messages, providers in the plural.
        facts["finish_reasons"] = [
            "tool_calls" if reason == "tool_call" else reason for reason in _listed(reasons)
        ] == want["finish_reasons"]
    told = {"span": True, "told": all(facts.values())}
    if exchange.provider not in UNKNOWN:
        name = str(held.get("gen_ai.provider.name") or held.get("gen_ai.system") or "").lower()
        told["provider"] = name in PROVIDERS.get(exchange.provider, {exchange.provider})
    return told


def _holds(name: str, want: Any, held: list[Any]) -> bool:
    return want in held or (want == 0 and name in ZERO and set(held) == {None})


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _measure(exchanges: list[Exchange], peer: str) -> list[dict[str, Any]]:
    """One row for each client, endpoint, kind and mode."""
    todo = [
        (client, mode, exchange, ask)
        for client, (wanted, modes) in CLIENTS.items()
        if _installed(client)
        for mode, ask in modes.items()
        for exchange in exchanges
        if wanted(exchange)
    ]
    before = [_outcome(ask, exchange) for _, _, exchange, ask in todo]
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    switch = next(item for item in PEERS if item.name == peer).switch_on
    switch(Setup("traced", provider, None, None))
    rows: dict[tuple[str, str, bool, str], dict[str, Any]] = {}
    for (client, mode, exchange, ask), same in zip(todo, before, strict=True):
        if same is None:
            continue  # the SDK refuses what others sent
        exporter.clear()
        after = _outcome(ask, exchange)
        if client == "openai" and not exporter.get_finished_spans():
            gc.collect()  # some spans end with the object that holds the stream
        told = _told(exchange, list(exporter.get_finished_spans()))
        key = (client, exchange.endpoint, exchange.stream, mode)
        row = rows.setdefault(key, {"client": client, "endpoint": key[1], "stream": key[2], "mode": mode, "of": 0})
        row["of"] += 1
        for name, holds in told.items():
            row[name] = row.get(name, 0) + holds
            if name == "provider":
                row["providers"] = row.get("providers", 0) + 1
        row["altered"] = row.get("altered", 0) + (after != same)
    return list(rows.values())


def _installed(client: str) -> bool:
    try:
        return importlib.util.find_spec(MODULES.get(client, client)) is not None
    except ModuleNotFoundError:
        return False


def main() -> None:
    """Measure one peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", required=True)
    parser.add_argument("--exchanges", type=Path)
    options = parser.parse_args()
    os.environ.update(OPENAI_API_KEY="sk-coverage", DO_NOT_TRACK="1", ANTHROPIC_OPEN_TELEMETRY="false")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    peer = next(item for item in PEERS if item.name == options.peer)
    rows = _measure(load(options.exchanges), peer.name)
    found = {
        "version": importlib.metadata.version(peer.distribution or "genai-sentry"),
        "clients": {name: importlib.metadata.version(name) for name in CLIENTS if _installed(name)},
        "rows": rows,
    }
    sys.stdout.write(MARK + json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a peer's exporter may wait for a network that is not there


if __name__ == "__main__":
    main()
