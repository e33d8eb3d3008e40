"""The table of calls in DuckDB: loading, and taking out what is there twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genai_sentry.ops.errors import OpsError
from genai_sentry.ops.report.columns import COLUMNS

if TYPE_CHECKING:
    import duckdb

MEMORY = "400MB"
"""What DuckDB may hold in memory; the rest goes to a temporary folder."""

THREADS = 2

_IDS = {
    "trace": "hash(trace)",
    "span": "hash(trace, span)",
    "parent": "CASE WHEN parent IS NULL THEN NULL ELSE hash(trace, parent) END",
}


class Store:
    """Holds the calls. Context manager.

    Args:
        folder: where the database and what does not fit into memory go.

    Raises:
        OpsError: DuckDB is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import duckdb
        except ImportError:
            raise OpsError("DuckDB is not installed: pip install 'genai-sentry[report]'") from None
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
            str(folder / "calls.duckdb"),
            config={
                "memory_limit": MEMORY,
                "threads": THREADS,
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def load(self, files: Sequence[Path]) -> None:
        """Make the table of calls from files of rows."""
        text = ", ".join(f"'{column.name}': 'VARCHAR'" for column in COLUMNS)
        chosen = ", ".join(f"{_sql(column.name, column.kind)} AS {column.name}" for column in COLUMNS)
        names = [str(file) for file in files if file.stat().st_size]
        source = (
            f"read_csv(?, delim='\t', quote='', escape='', header=false, nullstr='', auto_detect=false,"
            f" max_line_size=1000000, columns={{{text}}})"
            if names
            else f"(SELECT {', '.join(f'NULL::VARCHAR AS {column.name}' for column in COLUMNS)} WHERE false)"
        )
        self._run(f"CREATE TABLE raw AS SELECT {chosen} FROM {source}", [names] if names else [])
        # Weight: how many calls a kept one stands for, by the rate that its trace was sampled at.
        self._run(
            """
            CREATE VIEW calls AS SELECT *,
                CASE WHEN rate > 0 AND rate < 1 THEN 1.0 / rate ELSE 1.0 END AS w,
                (end_ns - start_ns) / 1e9 AS seconds,
                start_ns / 1e9 AS began,
                coalesce(type = 'cancelled', false) AS cancelled,
                type IS NOT NULL AND type <> 'cancelled' AS failed
            FROM raw
            """
        )

    def drop_twice(self) -> tuple[int, int]:
        """Take out what is there twice; returns how many spans.

        Returns:
            Spans that were read more than once (a file given twice, a batch sent again), and spans of other
            instrumentations around a span of the same call that is there as well.
        """
        if self.one("SELECT count(*) = count(DISTINCT (trace, span)) FROM raw WHERE span IS NOT NULL"):
            repeated = 0
        else:
            before = self.one("SELECT count(*) FROM raw")
            self._run(
                "CREATE TABLE single AS SELECT * FROM raw QUALIFY span IS NULL"
                " OR row_number() OVER (PARTITION BY trace, span ORDER BY ours DESC, end_ns DESC) = 1"
            )
            self._run("DELETE FROM raw")
            self._run("INSERT INTO raw SELECT * FROM single")
            self._run("DROP TABLE single")
            repeated = before - self.one("SELECT count(*) FROM raw")
        outer = "NOT ours AND span IN (SELECT parent FROM raw WHERE parent IS NOT NULL)"
        around = self.one(f"SELECT count(*) FROM raw WHERE {outer}")
        if around:
            self._run(f"DELETE FROM raw WHERE {outer}")
        return repeated, around

    def keep(self, condition: str, values: Sequence[object]) -> int:
        """Keep only the calls that fulfil a condition; returns how many went."""
        before = self.one("SELECT count(*) FROM raw")
        self._run(f"DELETE FROM raw WHERE NOT coalesce({condition}, false)", values)
        return int(before - self.one("SELECT count(*) FROM raw"))

    def _run(self, query: str, values: Sequence[object] = ()) -> duckdb.DuckDBPyConnection:
        import duckdb

        try:
            return self._connection.execute(query, list(values))
        except duckdb.Error as error:
            # The disk or the memory is full; a person can do something about it, with the first line.
            raise OpsError(f"DuckDB: {str(error).splitlines()[0]}") from error

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query returns."""
        return self._run(query, values).fetchall()

    def dicts(self, query: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The same, each row by the names of its columns."""
        done = self._run(query, values)
        names = [item[0] for item in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def one(self, query: str, values: Sequence[object] = ()) -> Any:
        """A query's only value."""
        return self.rows(query, values)[0][0]


def _sql(name: str, kind: str) -> str:
    if name in _IDS:
        return _IDS[name]
    if kind == "VARCHAR":
        return name
    # A bare TRY_CAST would be pushed down into the reading of the file, where it fails instead of giving NULL.
    value = f"TRY_CAST(trim({name}) AS {kind})"
    # Counts and times that are no finite, positive number are not known.
    return f"CASE WHEN isfinite({value}) AND {value} >= 0 THEN {value} END" if kind == "DOUBLE" else value
