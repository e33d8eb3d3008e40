"""The measured figures as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CLIENTS = ("openai", "anthropic", "google-genai", "cohere", "mistralai", "httpx2")
MODES = ("sync", "async", "with_raw_response", "with_streaming_response")


def tables(run: dict[str, Any]) -> str:
    """Both tables in Markdown, and where the figures are from."""
    names = list(run["tools"])
    versions = ", ".join(f"{name} {run['tools'][name]['version']}" for name in names)
    clients = ", ".join(f"{name} {version}" for name, version in run["tools"][names[0]]["clients"].items())
    return "\n".join(
        [
            *_summary(run, names),
            "",
            *_detail(run, names),
            "",
            f"Over {run['source']}, with {clients}; {versions}.",
        ]
    )


def _summary(run: dict[str, Any], names: list[str]) -> Iterator[str]:
    yield "| by the openai SDK, all modes | " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * len(names)
    for title, key, of in (
        ("one span", "span", "of"),
        ("told whole", "told", "of"),
        ("the provider's name", "provider", "providers"),
        ("an answer changed for the application", "altered", "of"),
    ):
        cells = []
        for name in names:
            rows = [row for row in run["tools"][name]["rows"] if row["client"] == "openai"]
            cells.append(f"{sum(row.get(key, 0) for row in rows)}/{sum(row.get(of, 0) for row in rows)}")
        yield f"| {title} | " + " | ".join(cells) + " |"


def _detail(run: dict[str, Any], names: list[str]) -> Iterator[str]:
    yield "| client | endpoint | mode | " + " | ".join(names) + " |"
    yield "|---|---|---|" + "---:|" * len(names)
    cells = {name: {_key(row): _cell(row) for row in run["tools"][name]["rows"]} for name in names}
    keys = [_key(row) for row in run["tools"][names[0]]["rows"]]
    groups: dict[tuple[str, str, bool], list[str]] = {}
    for client, endpoint, stream, mode in keys:
        groups.setdefault((client, endpoint, stream), []).append(mode)
    for (client, endpoint, stream), modes in sorted(groups.items(), key=lambda item: _order(item[0])):
        alike: dict[tuple[str, ...], list[str]] = {}
        for mode in sorted(modes, key=MODES.index):
            told = tuple(cells[name].get((client, endpoint, stream, mode), "–") for name in names)
            alike.setdefault(told, []).append(mode)
        for told, together in alike.items():
            named = ", ".join(f"`{mode}`" if "_" in mode else mode for mode in together)
            title = f"{endpoint}, streamed" if stream else endpoint
            yield f"| {client} | {title} | {named} | " + " | ".join(told) + " |"


def _order(key: tuple[str, str, bool]) -> tuple[int, str, bool]:
    return CLIENTS.index(key[0]), key[1], key[2]


def _key(row: dict[str, Any]) -> tuple[str, str, bool, str]:
    return row["client"], row["endpoint"], row["stream"], row["mode"]


def _cell(row: dict[str, Any]) -> str:
    """Told whole, of how many; and how many have one span, where these are more."""
    told = f"{row['told']}/{row['of']}"
    return told if row["told"] == row["span"] else f"{told} ({row['span']})"
