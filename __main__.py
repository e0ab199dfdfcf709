"""`python -m isengard worker | doctor | setup`."""

from __future__ import annotations

import sys

from .boot import main

raise SystemExit(main(sys.argv[1:]))
