"""Lets the tests of the faces share their office."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from office_kit import office

__all__ = ["office"]
