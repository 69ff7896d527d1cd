"""Lets the tests of the faces share their office and its counter."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from office_kit import office
from web_kit import counter

__all__ = ["counter", "office"]
