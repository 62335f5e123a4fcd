"""From a site to what the public sees: verified, kept as a release, shown in one step. Knows only files."""
