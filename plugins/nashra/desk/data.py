"""Load the desk's TOML files: the package's own, and those an editor keeps."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from nashra.errors import Problem


@cache
def load(name: str) -> dict[str, Any]:
    """Return the package's data/``name``.toml. Raises Problem, with the line, when an editor broke it."""
    return load_file(Path(__file__).parent / "data" / f"{name}.toml")


def load_file(path: Path) -> dict[str, Any]:
    """Return an editor's TOML file. Raises Problem, with the line, when it cannot be read."""
    if not path.is_file():
        raise Problem("there is no such file", "restore it from version control", path=path.name)
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Problem(f"it cannot be read ({error.strerror})", "check its permissions", path=path.name) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        wrong = re.sub(r" \(at .*\)", "", str(error))
        raise Problem(wrong, "mend this line", path=path.name, line=int(line[1]) if line else 0) from None
    except UnicodeDecodeError as error:
        raise Problem(f"not UTF-8: byte at offset {error.start}", "save it as UTF-8", path=path.name) from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists without end
        raise Problem(f"it cannot be read ({error})", "restore it from version control", path=path.name) from None
