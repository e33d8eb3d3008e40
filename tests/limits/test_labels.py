"""Labels: nesting, tasks, bounds, reserved names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from genai_sentry import labels
from genai_sentry.labels import MAX_KEYS, MAX_VALUE_LENGTH, MAX_VALUES, OTHER, current, forget, label


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Start and leave without remembered values."""
    forget()
    yield
    forget()


def test_there_are_no_labels_outside_a_block() -> None:
    """Outside, and after an exception inside, nothing is in force."""
    assert {} == dict(current())
    with pytest.raises(RuntimeError), label(feature="search"):
        raise RuntimeError
    assert {} == dict(current())


def test_an_inner_block_adds_and_wins() -> None:
    """Blocks nest; the outer labels come back."""
    with label(feature="search", tenant="acme"):
        with label(feature="chat", step=2):
            assert {"feature": "chat", "tenant": "acme", "step": "2"} == dict(current())
        assert {"feature": "search", "tenant": "acme"} == dict(current())


def test_one_block_can_be_entered_again() -> None:
    """The same object serves nested and repeated use."""
    search = label(feature="search")
    with search, search:
        assert {"feature": "search"} == dict(current())
    with search:
        assert {"feature": "search"} == dict(current())
    assert {} == dict(current())


async def test_tasks_keep_their_own_labels() -> None:
    """Concurrent tasks do not see each other's labels; a child task inherits its parent's."""

    async def work(name: str) -> dict[str, str]:
        with label(feature=name):
            await asyncio.sleep(0)
            return await asyncio.create_task(inner())

    async def inner() -> dict[str, str]:
        return dict(current())

    assert [{"feature": "a"}, {"feature": "b"}] == await asyncio.gather(work("a"), work("b"))


def test_a_generator_closed_in_another_context_breaks_nothing() -> None:
    """Leaving a block in another context than it was entered in raises nothing."""

    async def stream() -> AsyncIterator[int]:
        with label(feature="stream"):
            yield 1

    async def first(source: AsyncIterator[int]) -> int:
        return await anext(source)

    async def main() -> None:
        source = stream()
        await asyncio.create_task(first(source))
        await asyncio.create_task(source.aclose())  # type: ignore[attr-defined]

    asyncio.run(main())
    assert {} == dict(current())


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (3, "3"), (" a\nb\x00 ", "a b"), ("x" * 500, "x" * MAX_VALUE_LENGTH)],
)
def test_values_become_clean_text(value: object, text: str) -> None:
    """Values are text without control characters, and cut."""
    with label(feature=value):
        assert {"feature": text} == dict(current())


@pytest.mark.parametrize("value", [None, "", "  ", "\n"])
def test_empty_values_set_nothing(value: object) -> None:
    """Nothing to say is no label."""
    with label(feature=value):
        assert {} == dict(current())


@pytest.mark.parametrize(
    "name", ["ai_model", "llm_provider", "llm_error_type", "environment", "release", "gen_ai.system", "error.type"]
)
def test_reserved_names_are_refused(name: str) -> None:
    """Names with a meaning of their own can't be labels."""
    with pytest.raises(ValueError, match="reserved"):
        label(**{name: "x"})


@pytest.mark.parametrize("name", ["", "1st", "größe", "a b", "a" * 33])
def test_names_that_sentry_would_drop_are_refused(name: str) -> None:
    """A name must be one that a Sentry tag can have."""
    with pytest.raises(ValueError, match="can't be used"):
        label(**{name: "x"})


def test_of_too_many_values_the_rest_is_other() -> None:
    """The first hundred values stay, whenever they come again; later ones are counted together."""
    for number in range(MAX_VALUES):
        label(tenant=f"t{number}")
    with label(tenant="one too many"):
        assert {"tenant": OTHER} == dict(current())
    with label(tenant="t7"):
        assert {"tenant": "t7"} == dict(current())


def test_of_too_many_names_the_rest_is_left_out() -> None:
    """A program that makes names up does not grow without bound."""
    for number in range(MAX_KEYS + 10):
        label(**{f"key{number}": "x"})
    assert MAX_KEYS == len(labels._seen)
    with label(another="x"):
        assert {} == dict(current())


def test_labels_in_force_are_read_only() -> None:
    """Nobody can change the labels of a block from outside."""
    with label(feature="x") as inside, pytest.raises(TypeError):
        inside["feature"] = "y"  # type: ignore[index]


def test_metrics_tell_a_bounded_number_of_combinations_apart() -> None:
    """Twenty labels with a hundred values each would make series without end; what no longer fits is `other`."""
    for number in range(labels.MAX_SETS):
        assert (("a", str(number)),) == labels.series({"a": str(number)})

    assert (("a", OTHER), ("b", OTHER)) == labels.series({"b": "1", "a": "0"})
    assert (("a", "0"),) == labels.series({"a": "0"})
    assert () == labels.series({})
    forget()
    assert (("a", "0"), ("b", "1")) == labels.series({"b": "1", "a": "0"})
