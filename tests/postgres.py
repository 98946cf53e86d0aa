"""Databases on a real PostgreSQL server: copying one takes longer than most tests, so one that was used is emptied."""

from __future__ import annotations

import uuid
from typing import Any

# Nobody is connected any more, no table has a row, every number begins at 1: as it was when it was copied.
EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE name text; used text;
BEGIN
  SELECT string_agg(oid::regclass::text, ', ') INTO used FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
     AND pg_relation_size(oid) > 0;
  IF used IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || used || ' CASCADE';
  END IF;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$;
"""

# What it is beside its rows: version, columns, indexes and constraints.
SHAPE = """
SELECT 'shape ' || md5(string_agg(line, ';' ORDER BY line)) FROM (
  SELECT version_num AS line FROM alembic_version
  UNION ALL SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull,
      pg_get_expr(adbin, adrelid))
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
) AS lines;
"""


class Databases:
    """Lends databases that are migrated and empty, copies of the server's `template`."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._free: list[str] = []
        self._shape = self._asked(SHAPE, "template")

    def lend(self) -> str:
        """The name of one."""
        if self._free:
            return self._free.pop()
        name = f"test_{uuid.uuid4().hex}"
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE template")
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next; one whose tables are no longer what they were is not lent again."""
        if self._asked(EMPTY + SHAPE, name) == self._shape:
            self._free.append(name)
        else:
            self._server.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """Where it is."""
        address: str = self._server.get_uri(database=name)
        return address

    def _asked(self, script: str, name: str) -> str:
        """What a script that ends with SHAPE says of it."""
        said = self._server.psql(rf"\c {name}" + script)
        return next((line.strip() for line in said.splitlines() if "shape " in line), "none")
