"""Forms made once for all tests of the demo's generator."""

from __future__ import annotations

import pytest

from dms.demo.form import Form
from dms.demo.forms import make_forms
from dms.errors import MissingProgram


@pytest.fixture(scope="session")
def forms() -> list[Form]:
    try:
        return make_forms(7)
    except MissingProgram as missing:
        pytest.skip(missing.message)
