"""OpenID Connect by Authlib and joserfc: authorization code with PKCE, state and nonce; ID token checked in full."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dms.errors import NotPermitted, Unavailable
from dms.ports.sign_on import Vouched
from dms.said import Said

# What a directory signs with; never "none", never a secret both sides know.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SECONDS = 10.0
_KNOWN_SECONDS = 3600.0
_LEEWAY_SECONDS = 120
_SILENT, _AGAIN = Said("The office's directory does not answer."), Said("Begin again from the sign-in page.")


class Oidc:
    """See :class:`dms.ports.sign_on.SignOn`.

    Args:
        issuer: address of the directory, as it signs it.
        client_id: our name there.
        secret: our secret there; empty for a public client.
        claim: the claim that is our login.
    """

    def __init__(self, issuer: str, client_id: str, secret: str, claim: str) -> None:
        self._issuer, self._client_id, self._secret, self._claim = issuer.rstrip("/"), client_id, secret, claim
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    def begin(self, callback: str) -> tuple[str, dict[str, str]]:
        """Return where to go and what to keep."""
        about, _ = self._directory()
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._client(callback) as client:
            url, state = client.create_authorization_url(
                about["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return url, {"state": state, "nonce": nonce, "verifier": verifier}

    def finish(self, callback: str, answered: Mapping[str, str], kept: Mapping[str, str]) -> Vouched:
        """Return whom the directory vouches for."""
        if "error" in answered:
            raise NotPermitted(Said("The directory refused the sign-in."), Said("Ask whoever keeps it."))
        state = kept.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), answered.get("state", "").encode("utf-8", "replace")):
            raise NotPermitted(Said("This answer belongs to no sign-in begun here."), _AGAIN)
        about, keys = self._directory()
        try:
            with self._client(callback) as client:
                token = client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=answered.get("code", ""),
                    code_verifier=kept.get("verifier", ""),
                )  # fmt: skip
        except AuthlibBaseError as problem:
            raise NotPermitted(Said("The directory did not accept the answer."), Said("Begin again.")) from problem
        except (httpx.HTTPError, ValueError) as problem:
            raise Unavailable(_SILENT, Said("Try again, or sign in by password.")) from problem
        claims = self._claims(str(token.get("id_token", "")), keys, kept.get("nonce", ""))
        login = claims.get(self._claim)
        if not isinstance(login, str) or not login:
            raise NotPermitted(
                Said("The directory tells no “{claim}”.", claim=self._claim), Said("Set oidc_claim in dms.toml.")
            )
        return Vouched(login, self._issued(), str(claims["sub"]))

    def _claims(self, token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_SECONDS, iss={"essential": True, "value": self._issued()},
                aud={"essential": True, "value": self._client_id}, exp={"essential": True},
                sub={"essential": True}, nonce={"essential": True, "value": nonce},
            ).validate(decoded.claims)  # fmt: skip
        except (JoseError, ValueError) as problem:
            # Its keys may have changed: they are asked for anew the next time.
            with self._lock:
                self._known = None
            raise NotPermitted(Said("What the directory signed does not hold."), _AGAIN) from problem
        party = decoded.claims.get("azp", self._client_id)
        if party != self._client_id:
            raise NotPermitted(Said("The directory signed this for another program."), _AGAIN)
        return dict(decoded.claims)

    def _issued(self) -> str:
        return str(self._directory()[0]["issuer"])

    def _client(self, callback: str) -> OAuth2Client:
        return OAuth2Client(
            self._client_id, self._secret or None, scope="openid profile email", redirect_uri=callback,
            code_challenge_method="S256", timeout=_SECONDS,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )  # fmt: skip

    def _directory(self) -> tuple[dict[str, Any], KeySet]:
        with self._lock:
            if self._known is not None and self._known[0] > time.monotonic():
                return self._known[1], self._known[2]
        try:
            with httpx.Client(timeout=_SECONDS) as client:
                about = client.get(f"{self._issuer}/.well-known/openid-configuration").raise_for_status().json()
                keys = KeySet.import_key_set(client.get(about["jwks_uri"]).raise_for_status().json())
        except (httpx.HTTPError, ValueError, KeyError, JoseError) as problem:
            raise Unavailable(_SILENT, Said("Try again, or sign in by password.")) from problem
        if str(about.get("issuer", "")).rstrip("/") != self._issuer:
            raise Unavailable(
                Said("The office's directory calls itself otherwise."), Said("Set oidc_issuer as it tells it.")
            )
        with self._lock:
            self._known = (time.monotonic() + _KNOWN_SECONDS, about, keys)
        return about, keys
