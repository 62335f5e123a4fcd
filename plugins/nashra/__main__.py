"""``python -m nashra``: see cli."""

import sys

from nashra.cli import main

sys.exit(main())
