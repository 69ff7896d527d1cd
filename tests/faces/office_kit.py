"""An office with people of every role, and what its tests share."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

CUSTOMER = "杭州新辰酒店有限公司"
OTHER = "上海某某贸易公司"


@pytest.fixture
def office(archive, monkeypatch):
    """Two departments, their managers, a sales manager, an auditor, an administrator and a contributor."""
    # Commands without --output write where one stands: not into the checkout.
    monkeypatch.chdir(archive.home)
    people = [
        ("ZHS", "张华生", "zhs", "account_manager", "一部"),
        ("LMY", "李美玉", "lmy", "account_manager", "二部"),
        ("DM1", "王一部", "dm1", "department_manager", "一部"),
        ("DM2", "赵二部", "dm2", "department_manager", "二部"),
        ("SM", "钱销售", "sm", "sales_manager", ""),
        ("GM", "孙总", "gm", "general_manager", ""),
        ("AR", "周档案", "ar", "archivist", ""),
        ("CO", "吴助理", "co", "contributor", "一部"),
        ("AD", "郑管理", "ad", "administrator", ""),
        ("AU", "冯审计", "au", "auditor", ""),
    ]

    def make() -> None:
        for code, name, login, role, department in people:
            archive.dms("people", "add", code, name, "--login", login, "--role", role, "--department", department)
            assert archive.exit == 0
        archive.dms("customers", "add", OTHER, "--manager", "LMY")

    archive.once("office", make)
    return archive


def note(
    office, name="a.txt", text="客户投诉折让审批单，金额1860.00元，请领导批示。", customer=CUSTOMER, manager="ZHS",
    carrier="",
):  # fmt: skip
    path = office.home / name
    path.write_text(text, encoding="utf-8")
    options = ("--class", "04", "--customer", customer, "--manager", manager, "--title", f"折让审批 {name}")
    (item,) = office.dms("ingest", path, *options, *(["--carrier", carrier] if carrier else []))["items"]
    assert item["state"] == "registered", item
    return item["code"]


def filed(office, **more):
    code = note(office, **more)
    (done,) = office.dms("file", code, "--by-hand", "--reason", "已核对")["filed"]
    return code, done["paper_number"]


class Later:
    """A clock some days on; the machine was on all the time, or was started anew."""

    def __init__(self, days, *, boot="", up_days=0.0):
        self.days, self.boot, self.up_days = days, boot, up_days

    def now(self):
        return datetime.now().astimezone() + timedelta(days=self.days)

    def uptime(self):
        from dms.ports.clock import SystemClock

        boot, up = SystemClock().uptime()
        return self.boot or boot, up + self.up_days * 86400


def refused(office, *arguments, user="", exit_code=5):
    error = office.dms(*arguments, user=user)["error"]
    assert office.exit == exit_code, error
    assert error["message"] and error["hint"]
    return error
