"""What two carriers tell differently, and where."""

from dms.domain.pairing import differences


def test_amounts_dates_numbers_and_names_with_their_places():
    left = ["客户：杭州新辰酒店\n折让金额：¥1,680.00\n日期：2026年3月5日", "编号 TS-2026-00012\n联系人 林静怡"]
    right = ["客户：杭州新晨酒店\n折让金额：1860.00元\n日期：2026-03-05", "编号 TS-2026-00072\n联系人 林静怡"]
    found = differences(left, right, names=[("杭州新辰酒店", "杭州新晨酒店"), ("林静怡", "林静怡"), ("甲", "")])
    assert [(d.kind, d.left, d.right) for d in found] == [
        ("amount", "1680.00", "1860.00"), ("number", "TS-2026-00012", "TS-2026-00072"),
        ("name", "杭州新辰酒店", "杭州新晨酒店"),
    ]  # fmt: skip
    amount, number, name = found
    assert (amount.left_page, amount.left_line, amount.right_line) == (1, "折让金额：¥1,680.00", "折让金额：1860.00元")
    assert (number.left_page, number.right_page) == (2, 2)
    assert name.right_line == "客户：杭州新晨酒店"


def test_what_stands_on_one_side_only():
    (only,) = differences(["合计 500.00 元"], ["无"])
    assert (only.left, only.right, only.right_page) == ("500.00", "", 0)
    (other,) = differences(["无"], ["无", "签收 2026-04-01"])
    assert (other.kind, other.left, other.right, other.right_page) == ("date", "", "2026-04-01", 2)


def test_our_own_numbers_are_no_differences():
    stamped = ["HG01E2026000012 HG01-KH.04.2026-D30-ZHS-001-0003\n金额 10.00 元"]
    ours = frozenset({"HG01E2026000012", "HG01-KH·04·2026-D30-ZHS-001-0003"})
    assert differences(["金额 10.00 元"], stamped, ours=ours) == []
    assert differences([], []) == []
