"""Feeds: one entry model, and thin adapters that write it as RSS and Atom."""
