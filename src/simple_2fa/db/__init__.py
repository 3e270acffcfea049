"""The database: engines, the one way to write, tables and migrations."""
