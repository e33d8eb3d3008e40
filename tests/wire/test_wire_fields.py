"""Decoding JSON: the same answers whichever decoder is at hand."""

from __future__ import annotations

import json
import math
import random
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from genai_sentry.wire import fields

ODD = (
    b"",
    b"{",
    b"null",
    b"[1]",
    b'{"a": 1}x',
    b'{"a": 1}  \n',
    b'\xef\xbb\xbf{"a": 1}',
    '{"a": "\u00e9"}'.encode("utf-16"),
    b'{"a": "\xff"}',
    b'{"a": "\\ud800"}',
    b'{"a": "\\ud800\\u0041"}',
    b'{"a": "\\ud83d\\ude00"}',
    b'{"a": "\\u0000\x01"}',
    b'{"a": 1, "a": 2}',
    b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}',
    b'{"a": -0, "b": -0.0, "c": 1E+2, "d": 0.1e-7}',
    b'{"a": 01}',
    b'{"a": 1.}',
    b'{"a": .5}',
    b'{"a": +1}',
    b'{"a": nan}',
    b'{"a": tru}',
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"a": 123456789012345678901234567890, "b": 9223372036854775808}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": ' * 300 + b"1" + b"}" * 300,
    b'{"a": ' * 100_000,
    b'{"a":\t"\\/\\b\\f"}\r\n',
)


def plain(data: bytes) -> object:
    """What Python's own decoder says."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def same(one: object, other: object) -> bool:
    """Equal, of the same types, not-a-numbers included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and repr(one) == repr(other)


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("there", [True, False], ids=["jiter", "json"])
def test_odd_json_is_read_as_python_reads_it(data: bytes, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever one decoder refuses or reads otherwise, the answer is that of Python's."""
    import jiter

    if there:
        monkeypatch.setitem(sys.modules, "jiter", jiter)
    else:
        monkeypatch.delitem(sys.modules, "jiter", raising=False)
    assert same(plain(data), fields.loads(data))


def test_random_json_is_read_as_python_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of every kind, and the same with bytes changed, cut or doubled."""
    import jiter

    monkeypatch.setitem(sys.modules, "jiter", jiter)
    chance = random.Random(7)
    for _ in range(3000):
        data = json.dumps(_value(chance, 4), ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
        for _ in range(chance.choice((0, 0, 1, 3))):
            at = chance.randrange(len(data) + 1)
            data = chance.choice(
                (data[:at], data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :], data + data[at:])
            )
        assert same(plain(data), fields.loads(data)), data


def test_the_quicker_decoder_is_asked_where_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK brought along is used, keys alone in its cache; one with another interface is passed over."""
    asked: list[dict[str, Any]] = []

    def from_json(data: bytes, **options: Any) -> object:
        asked.append(options)
        return {"a": 1}

    monkeypatch.setitem(sys.modules, "jiter", SimpleNamespace(from_json=from_json))  # type: ignore[arg-type]
    assert {"a": 1} == fields.loads(b'{"a":1}')
    assert [{"cache_mode": "keys"}] == asked
    monkeypatch.setitem(sys.modules, "jiter", SimpleNamespace())  # type: ignore[arg-type]
    assert {"a": 1} == fields.loads(b'{"a":1}')


def _value(chance: random.Random, depth: int) -> object:
    kind = chance.randrange(9 if depth else 6)
    if kind == 0:
        return chance.choice((None, True, False))
    if kind == 1:
        return chance.randrange(-(10 ** chance.randrange(25)) - 1, 10 ** chance.randrange(25))
    if kind == 2:
        return chance.uniform(-1, 1) * 10 ** chance.randrange(-300, 300)
    if kind < 6:
        return "".join(chr(chance.choice((34, 92, 10, 9, 65, 97, 233, 0x4E2D, 0x1F600, 0xD800))) for _ in range(6))
    if kind == 6:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {str(_value(chance, 0)): _value(chance, depth - 1) for _ in range(chance.randrange(5))}
