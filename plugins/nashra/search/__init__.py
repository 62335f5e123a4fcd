"""The search index: a story's words under the keys that all forms of a word share, in shards a browser can fetch."""
