"""Who somebody is, as the office's own directory tells; by the extra ``oidc``."""

from __future__ import annotations

from dms.errors import MissingProgram
from dms.ports.sign_on import SignOn
from dms.said import Said


def open_sign_on(issuer: str, client_id: str, secret: str, claim: str) -> SignOn:
    """Return the directory at an issuer's address.

    Raises:
        MissingProgram: its packages are not installed.
    """
    try:
        from dms.adapters.sign_on.oidc import Oidc
    except ImportError as problem:
        raise MissingProgram(
            Said("Sign-in by OpenID Connect needs {problem}.", problem=problem.name), Said('pip install "dms[oidc]"')
        ) from problem
    return Oidc(issuer, client_id, secret, claim)
