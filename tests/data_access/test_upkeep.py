from sqlalchemy import Engine

from data_access.engine import writing
from data_access.schema import Base
from data_access.upkeep import analyze, vacuum


def test_a_database_is_counted_anew(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO sites VALUES (1, 'N', 'North', 'UTC')")
        analyze(connection)
        counted = {
            "sqlite": "SELECT stat FROM sqlite_stat1 WHERE tbl = 'sites'",
            "postgresql": "SELECT reltuples FROM pg_class WHERE relname = 'sites'",
        }[engine.dialect.name]
        assert str(connection.exec_driver_sql(counted).scalar())[0] == "1"


def test_new_rows_are_settled(engine: Engine) -> None:
    vacuum(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            limit = connection.exec_driver_sql("SHOW statement_timeout").scalar()
            assert limit == "8s"
        assert connection.execute(Base.metadata.tables["sites"].select()).all() == []
