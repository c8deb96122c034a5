"""What revisions store columns as, on each database.

Frozen on their own, apart from the models' types: a revision that has been released must build the
same table for ever, whatever becomes of the models.
"""

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
REAL: TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
TEXT = sa.Text()
BYTES = sa.LargeBinary()
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
YES_NO = sa.Boolean().with_variant(sa.Integer(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")
CLOCK = sa.Time().with_variant(sa.Text(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
