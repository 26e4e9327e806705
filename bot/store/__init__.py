"""The store of what has been seen: two thin doors to SQLite and PostgreSQL, and one file a noun."""
