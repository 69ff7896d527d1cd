"""Argon2id by argon2-cffi, its own recommended parameters."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2id:
    """See :class:`dms.ports.accounts.Passwords`."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        return self._hasher.hash(password)

    def matches(self, secret: str, password: str) -> bool:
        """Tell whether a password gives this hash."""
        try:
            return self._hasher.verify(secret, password)
        except (VerificationError, InvalidHashError):
            return False
