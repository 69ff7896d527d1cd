"""The port by which an office's own directory says who somebody is (OpenID Connect)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a directory vouches for.

    Attributes:
        login: what he is called there; may be given to somebody else one day.
        issuer: the directory.
        subject: his lasting name there, never given to anybody else.
    """

    login: str
    issuer: str
    subject: str


class SignOn(Protocol):
    """Sends people to the office's directory and believes what it signs, for the sign-in that was begun here only."""

    def begin(self, callback: str) -> tuple[str, dict[str, str]]:
        """Return the address somebody is sent to, and what his browser keeps until he is back.

        Args:
            callback: our address the directory sends him back to.

        Raises:
            Unavailable: the directory does not answer.
        """
        ...

    def finish(self, callback: str, answered: Mapping[str, str], kept: Mapping[str, str]) -> Vouched:
        """Return whom the directory vouches for.

        Args:
            callback: as it was begun with.
            answered: the parameters he came back with.
            kept: what :meth:`begin` gave.

        Raises:
            NotPermitted: he was refused there, the answer is not to this sign-in, or it is not signed by the directory.
            Unavailable: the directory does not answer.
        """
        ...
