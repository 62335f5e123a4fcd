"""Feeds: one entry model, and thin adapters that write it as RSS, Atom, JSON Feed, OPML and a feed menu."""
