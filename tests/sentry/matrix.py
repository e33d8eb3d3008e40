"""Runs all scenarios, or those that are named."""

from __future__ import annotations

import matrix_async
import matrix_frameworks
import matrix_plain
import matrix_sentry
from matrix_world import main

MODULES = (matrix_plain, matrix_async, matrix_frameworks, matrix_sentry)

if __name__ == "__main__":
    main({name: value for module in MODULES for name, value in vars(module).items()}, matrix_frameworks.import_all)
