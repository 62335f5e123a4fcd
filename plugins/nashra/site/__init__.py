"""Pelican's side: generators fed from the archive, pages, lists, feeds, and the writer of what changed."""
