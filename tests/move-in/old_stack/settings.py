"""The stack of tests/bench/django with the paths that its phones use before the move.

`ALGORITHM=RS256` with `SIGNING_KEY` and `VERIFYING_KEY` (PEM), and `ROTATE=false`, change its tokens.
"""

import os

from backend.settings import *  # noqa: F403
from backend.settings import SIMPLE_JWT

ROOT_URLCONF = "old_stack.urls"
SIMPLE_JWT = {
    **SIMPLE_JWT,
    "ROTATE_REFRESH_TOKENS": os.environ.get("ROTATE", "true") == "true",
    "BLACKLIST_AFTER_ROTATION": os.environ.get("ROTATE", "true") == "true",
}
if os.environ.get("ALGORITHM") == "RS256":
    SIMPLE_JWT |= {
        "ALGORITHM": "RS256",
        "SIGNING_KEY": os.environ["SIGNING_KEY"],
        "VERIFYING_KEY": os.environ["VERIFYING_KEY"],
    }
