"""Keep Python's collector of cycles quiet: what the desk loads stays, and what it makes holds no cycles."""

from __future__ import annotations

import gc

# Objects made before it looks again, by generation; Python's own (700, 10, 10) cost the desk a sixth of its time.
_SELDOM = (50_000, 20, 100)


def settle() -> None:
    """Take what is loaded so far for permanent, and look for cycles seldom. For a program's edges: it is global."""
    if gc.get_freeze_count():
        # What an earlier call kept may be garbage by now; at first there is little.
        gc.unfreeze()
        gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
