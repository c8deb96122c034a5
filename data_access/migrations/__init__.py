"""Alembic's folder: the revisions that lead to the schema, oldest first."""
