"""Tables from settings: given as a mapping, or as the path of a TOML or JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genai_sentry.settings_error import SettingsError


def load(setting: str, source: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    """The table.

    Args:
        setting: the setting's name, for messages.
        source: the table itself, or the path of a `.toml` or `.json` file.

    Raises:
        SettingsError: the file can't be read, or holds no table; the message names setting and file.
    """
    if isinstance(source, Mapping):
        return source
    import tomllib

    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(setting, f"can't read {path}: {error}") from None
    try:
        table = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(setting, f"{path}: {error}") from None
    if not isinstance(table, dict):
        raise SettingsError(setting, f"{path}: expected a table, got {type(table).__name__}")
    return table


def texts(setting: str, source: Mapping[str, Any] | str | Path | None) -> dict[str, str]:
    """A table of text to text, such as host to provider name.

    Raises:
        SettingsError: as `load`, or where a value is no text.
    """
    if source is None:
        return {}
    table = load(setting, source)
    for key, value in table.items():
        if not isinstance(key, str) or not key or not isinstance(value, str) or not value:
            raise SettingsError(setting, f"{key}: expected a text, got {value!r}")
    return dict(table)
