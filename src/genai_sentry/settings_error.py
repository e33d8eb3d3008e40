"""What wrong settings raise, in a place of its own: tables that settings name raise it, too."""

from __future__ import annotations


class SettingsError(ValueError):
    """A setting has a value that can't be used.

    Attributes:
        setting: the field's or the environment variable's name.
        problem: what is wrong with the value.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem
