"""The editorial desk: pure functions from a bulletin's text to its stories, each decision with its evidence."""
