"""What is known and published: identity in the ledger, stories and lists in SQLite. The only room with SQL."""
