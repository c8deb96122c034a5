"""What a database wants after many rows were written, to go on answering quickly."""

from sqlalchemy import Connection, Engine


def analyze(connection: Connection) -> None:
    """Let the database count its rows anew, so that it plans by what it holds now."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("ANALYZE main" if is_sqlite else "ANALYZE")


def vacuum(engine: Engine) -> None:
    """Let PostgreSQL see its new rows as settled, without which index-only scans do not happen.

    SQLite needs nothing of the kind.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            connection.exec_driver_sql("RESET statement_timeout")
