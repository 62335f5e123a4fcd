"""Settings in public: `make publish`."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from pelicanconf import *  # noqa: F403
from pelicanconf import NASHRA_DOMAIN, NASHRA_STATE

SITEURL = os.environ.get("SITEURL", f"https://{NASHRA_DOMAIN}")
RELATIVE_URLS = False
# Built beside the public folder, looked over, and shown in one step (docs/operations.md).
NASHRA_RELEASES = True
# Elsewhere than in a folder of this machine: make publish TARGET=s3://bucket/prefix
NASHRA_TARGET = os.environ.get("TARGET", "")
OUTPUT_PATH = os.environ.get("OUTPUT") or "public"
# Its own cache: whoever looks at the site with `make html` between two publishings pays for neither from the start.
NASHRA_STATE = str(Path(NASHRA_STATE, "public"))
