"""The small text fields of a multipart form; file parts are stepped over."""

from __future__ import annotations

import re
from typing import Final

from genai_sentry.patterns import lazy

MAX_FIELD: Final = 4096
"""Longest field kept, in bytes."""
MAX_PARTS: Final = 64

_BOUNDARY: Final = lazy(r'boundary="?([^";,\s]{1,200})', re.IGNORECASE)
_NAME: Final = lazy(rb'(?i)\bname="?([^";\r\n]{1,100})')
_FILE: Final = lazy(rb"(?i)\bfilename\*?=")


def form_fields(content: bytes, content_type: str) -> dict[str, object]:
    """Text fields of a form by name; of a repeated name the last. Numbers and booleans stay text.

    Parts are found by the boundary, a byte search that does not depend on what the files hold.
    """
    found: dict[str, object] = {}
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return found
    mark = b"--" + boundary[1].encode("utf-8", "replace")
    position = content.find(mark)
    for _ in range(MAX_PARTS):
        if position < 0:
            break
        begin = position + len(mark)
        position = content.find(mark, begin)
        end = len(content) if position < 0 else position
        head_end = content.find(b"\r\n\r\n", begin, min(end, begin + MAX_FIELD))
        if head_end < 0:
            continue
        head = content[begin:head_end]
        name = _NAME.search(head)
        if name is None or _FILE.search(head) or end - head_end > MAX_FIELD:
            continue
        value = content[head_end + 4 : end].removesuffix(b"\r\n")
        found[name[1].decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return found
