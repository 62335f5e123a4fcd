"""Arabic text, and nothing of ours: decoding, folding, words, dates, plurals, slugs."""
