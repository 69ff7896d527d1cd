"""Sign-in by the office's own directory: a real OpenID provider on this machine, honest and not."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.testclient import TestClient

pytest.importorskip("authlib", reason="the extra “oidc” is not installed")
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dms.adapters.sign_on import open_sign_on
from dms.faces.web.app import create_app


class Provider:
    """A small OpenID provider: code with PKCE, RS256; ``lie`` changes what it signs."""

    def __init__(self, port):
        self.issuer = f"http://127.0.0.1:{port}"
        self.key, self.other = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
        self.login, self.lie, self.asked = "zhs", {}, {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.about)
        self.app.get("/keys")(self.keys)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)

    def about(self):
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def keys(self):
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def authorize(self, request: Request):
        asked = dict(request.query_params)
        assert (
            asked["response_type"] == "code" and asked["code_challenge_method"] == "S256" and "openid" in asked["scope"]
        )
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def token(self, request: Request, code: str = Form(), code_verifier: str = Form(""), redirect_uri: str = Form("")):
        asked = self.asked.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        secret = base64.b64encode(b"dms:geheim").decode()
        if (
            not asked
            or challenge != asked["code_challenge"]
            or request.headers.get("authorization") != f"Basic {secret}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "dms", "sub": f"lasting-{self.login}", "exp": now + 60, "iat": now, "nonce": asked["nonce"],
                  "preferred_username": self.login, **self.lie.get("claims", {})}  # fmt: skip
        header = {"alg": self.lie.get("alg", "RS256"), "kid": self.key.kid or self.key.thumbprint()}
        key = self.other if self.lie.get("key") else self.key
        return {"access_token": "x", "token_type": "Bearer", "id_token": jwt.encode(header, claims, key)}


@pytest.fixture
def directory(counter):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = Provider(port)
    provider.key.ensure_kid()
    server = uvicorn.Server(uvicorn.Config(provider.app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    found = open_sign_on(provider.issuer, "dms", "geheim", "preferred_username")
    settings = replace(counter.world.settings, oidc_issuer=provider.issuer)
    provider.web = create_app(replace(counter.world, settings=settings, sign_on=lambda: found))
    yield provider
    server.should_exit = True
    thread.join()


def go(directory, *, to="/volumes", change=lambda params: params):
    """Walk through the directory as a browser does; return the client and the last answer."""
    import httpx

    client = TestClient(directory.web, follow_redirects=False)
    away = client.get(f"/sign-in/directory?to={to}")
    assert away.status_code == 303 and away.headers["location"].startswith(directory.issuer)
    came = urlsplit(httpx.get(away.headers["location"]).headers["location"])
    params = change({k: v[0] for k, v in parse_qs(came.query).items()})
    return client, client.get(came.path, params=params)


def test_the_directory_lets_in_whom_the_archive_knows(directory, counter):
    assert "/sign-in/directory" in TestClient(directory.web).get("/sign-in").text
    client, answer = go(directory)
    assert (answer.status_code, answer.headers["location"]) == (303, "/volumes"), answer.text[-800:]
    assert client.get("/api/v1/me").json()["code"] == "ZHS"
    _, outside = go(directory, to="//evil.example")
    assert outside.headers["location"] == "/"
    directory.login = "stranger"
    client, answer = go(directory)
    assert answer.status_code == 403 and client.get("/").status_code == 303
    with counter.world.catalogue.look() as tx:
        assert [a.data["how"] for a in tx.acts(users=["ZHS"], act="sign-in")] == ["directory", "directory"]


@pytest.mark.parametrize(
    "lie",
    [
        {"key": True}, {"claims": {"aud": "other"}}, {"claims": {"iss": "http://evil.example"}},
        {"claims": {"exp": 1_000_000_000}}, {"claims": {"nonce": "guessed"}}, {"claims": {"azp": "other"}},
        {"claims": {"preferred_username": None}}, {"claims": {"preferred_username": ["zhs"]}},
    ],
    ids=str,
)  # fmt: skip
def test_what_it_does_not_sign_for_us_is_not_believed(directory, lie):
    directory.lie = lie
    client, answer = go(directory)
    assert answer.status_code == 403 and "dms_session" not in client.cookies


def test_answers_to_no_sign_in_of_ours_are_refused(directory):
    for change in (
        lambda p: {**p, "state": "guessed"}, lambda p: {**p, "code": "code-99"}, lambda p: {"code": p["code"]},
        lambda p: {"error": "access_denied", "state": p["state"]},
    ):  # fmt: skip
        client, answer = go(directory, change=change)
        assert answer.status_code == 403 and "dms_session" not in client.cookies
    fresh = TestClient(directory.web, follow_redirects=False)
    assert fresh.get("/sign-in/back", params={"code": "code-0", "state": "x"}).status_code == 403
    fresh.cookies.set("dms_directory", "no base64 at all", path="/sign-in")
    assert fresh.get("/sign-in/back", params={"code": "code-0", "state": ""}).status_code == 403


def test_a_silent_directory_is_said_so(counter):
    found = open_sign_on("http://127.0.0.1:9", "dms", "", "preferred_username")
    settings = replace(counter.world.settings, oidc_issuer="http://127.0.0.1:9")
    web = create_app(replace(counter.world, settings=settings, sign_on=lambda: found))
    asking = TestClient(web, follow_redirects=False)
    for language, said in (("en", "does not answer"), ("zh-CN", "没有响应")):
        answer = asking.get("/sign-in/directory", headers={"Accept-Language": language})
        assert answer.status_code == 503 and said in answer.text
    without = TestClient(counter.app, follow_redirects=False)
    assert (
        without.get("/sign-in/directory").status_code == 404
        and "/sign-in/directory" not in without.get("/sign-in").text
    )
