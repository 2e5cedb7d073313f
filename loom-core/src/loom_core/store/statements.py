"""SQL compiled once and run by the driver: what the writing side executes thousands of times.

Statements are built with SQLAlchemy for the dialect at hand. Running them through its execution layer
would cost several times what SQLite itself takes, so rows are handed to the driver as they are.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect, Table, bindparam, insert, select, update

from loom_core.store.clean_text import without_nul
from loom_core.store.rows import Key, Value
from loom_core.store.schema import metadata

__all__ = ["Statement", "Statements", "statements_of"]

_KEY = "key_"


class Statement:
    """One compiled statement that takes rows of values by name."""

    def __init__(
        self, clause: ClauseElement, dialect: Dialect, columns: Sequence[str] = ()
    ) -> None:
        """Compile for the dialect; columns are those that an insert or update gives values to."""
        compiled = clause.compile(dialect=dialect, column_keys=list(columns) or None)
        self._sql = str(compiled)
        self._has_no_nul = dialect.name == "postgresql"
        self._names: Sequence[str] | None = getattr(compiled, "positiontup", None)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Value]]) -> None:
        """Execute for every row, in one call of the driver."""
        connection.exec_driver_sql(self._sql, [self._parameters(row) for row in rows])

    def fetch(self, connection: Connection, row: Mapping[str, Value]) -> list[dict[str, Any]]:
        """Every row that the statement gives, by column."""
        found = connection.exec_driver_sql(self._sql, self._parameters(row))
        return [dict(mapping) for mapping in found.mappings()]

    def _parameters(self, row: Mapping[str, Value]) -> Any:
        """The row in the form that the driver's parameter style asks for."""
        if self._has_no_nul:
            row = {name: _without_nul(value) for name, value in row.items()}
        if self._names is None:
            return dict(row)
        return tuple([row[name] for name in self._names])


class Statements:
    """Every statement of the writing side, compiled on first use and kept."""

    def __init__(self, dialect: Dialect) -> None:
        """Compile for this dialect."""
        self._dialect = dialect
        self.insert = cache(self._insert)
        self.update = cache(self._update)
        self.select = cache(self._select)

    def _insert(self, table: str, columns: tuple[str, ...]) -> Statement:
        """Insert rows with these columns."""
        return Statement(insert(metadata.tables[table]).inline(), self._dialect, columns)

    def _update(self, table: str, columns: tuple[str, ...]) -> Statement:
        """Update these columns of rows by primary key, given as ``key_…``."""
        target = metadata.tables[table]
        clause = update(target).where(*_matches(target, _key_names(target)))
        return Statement(clause, self._dialect, columns)

    def _select(self, table: str, columns: tuple[str, ...], by: tuple[str, ...]) -> Statement:
        """These columns of the rows that match other columns, given as ``key_…``."""
        target = metadata.tables[table]
        clause = select(*[target.c[name] for name in columns]).where(*_matches(target, by))
        if table == "tasks":  # whoever decides by a task holds it until the commit
            clause = clause.with_for_update()
        return Statement(clause, self._dialect)


@cache
def statements_of(kind: type[Dialect]) -> Statements:
    """The statements for a kind of database, which all of this process's connections share."""
    return Statements(kind())


def key_values(table: str, key: Key) -> dict[str, Value]:
    """The values of a primary key as ``update`` takes them."""
    names = _key_names(metadata.tables[table])
    return {_KEY + name: value for name, value in zip(names, key, strict=True)}


def _without_nul(value: Value) -> Value:
    """The value as a text of PostgreSQL can hold it; the journal has it exactly, as JSON."""
    return without_nul(value) if isinstance(value, str) else value


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    """The columns of a primary key, in order."""
    return tuple(column.name for column in table.primary_key.columns)


def _matches(table: Table, names: Sequence[str]) -> list[Any]:
    """Conditions that columns equal what is given for them."""
    return [table.c[name] == bindparam(_KEY + name) for name in names]
