"""Password hashes."""

from __future__ import annotations

from dms.errors import MissingProgram
from dms.ports.accounts import Passwords
from dms.said import Said


def open_passwords() -> Passwords:
    """Return what hashes passwords.

    Raises:
        MissingProgram: argon2-cffi is not installed.
    """
    try:
        from dms.adapters.passwords.argon2id import Argon2id
    except ImportError as problem:
        raise MissingProgram(Said("Signing in needs argon2-cffi."), Said('pip install "dms[web]"')) from problem
    return Argon2id()
