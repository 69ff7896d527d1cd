"""The web application over an office, and a browser without a screen for each of its people."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from dms.assembly import open_world
from dms.desk.intake.workshop import Workshop
from dms.faces.web.app import create_app
from dms.ports.accounts import Account

PASSWORD = "correct horse battery"
ORIGIN = {"Origin": "http://testserver"}
LOGINS = ("zhs", "lmy", "dm1", "dm2", "sm", "gm", "ar", "co", "ad", "au", "tester")


@pytest.fixture
def counter(office):
    """The application over an office, with a client for each person who asks for one."""
    with open_world(office.home, user="tester") as world:
        secret = world.passwords().hash(PASSWORD)
        with world.catalogue.begin() as tx:
            for login in LOGINS:
                tx.save_account(Account(login.upper(), secret, world.now()))
        app = create_app(world)
        workshop = Workshop(world, 2)
        with workshop.open():
            app.state.workshop = workshop

            def client(login=""):
                made = TestClient(app, headers=ORIGIN, follow_redirects=False)
                if login:
                    answer = made.post("/sign-in", data={"login": login, "password": PASSWORD})
                    assert answer.status_code == 303, answer.text
                return made

            client.office, client.app, client.workshop, client.world = office, app, workshop, world
            yield client


def csrf(page):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]
