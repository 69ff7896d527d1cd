"""A name is somebody's only as a whole: what lies near is asked about, naming both."""

import pytest
from describing_kit import page, told

from dms.adapters.search.folding import fold
from dms.domain.describing.who import Customers, KnownCustomer, KnownPerson, name_of

STAFF = [KnownPerson("GYL", "顾言"), KnownPerson("SQH", "沈清和")]
COMPLAINT = "客户投诉处理及折让审批表"
DAY = "投诉日期：2026年10月9日"


def form(*lines, customers=(), staff=STAFF, **more):
    return told([page(COMPLAINT, DAY, "折让金额：120.00", *lines)], customers=customers, staff=staff, **more)


def known(*names, manager="GYL"):
    return [KnownCustomer(name, manager) for name in names]


@pytest.mark.parametrize(
    ("knows", "reads"),
    [
        ("周宁", "周宁远"), ("周宁远", "周宁"), ("栖霞酒店", "苏州栖霞酒店"), ("苏州栖霞酒店", "栖霞酒店"),
        ("栖霞酒店", "栖霞酒店苏州分公司"), ("苏州栖霞酒店有限公司", "苏州栖霖酒店有限公司"), ("栖霞有限公司", "栖霞股份有限公司"),
        ("Harbour Hotel", "Old Harbour Hotel Ltd."), ("澜海贸易有限公司", "澜海贸易有限公司分公司"),
    ],
)  # fmt: skip
def test_a_name_inside_or_beside_another_is_a_question_that_names_both(knows, reads):
    found = form(f"客户名称：{reads}", customers=known(knows))
    assert found.customer != knows
    assert "customer" in found.uncertain
    assert knows in found.reasons["customer"] and reads in found.reasons["customer"]


@pytest.mark.parametrize(
    ("knows", "reads"),
    [
        ("栖霞酒店", "栖霞酒店有限公司"), ("栖霞酒店有限责任公司", "栖霞 酒店有限公司"), ("周宁", "周宁先生"), ("周宁", "周　宁"),
        ("澜海贸易有限公司", "瀾海貿易有限公司（盖章）"), ("Harbour Hotel Group Ltd.", "HARBOUR HOTEL GROUP LIMITED"),
        ("Pamco Co., Ltd.", "Pamco Co.,Ltd"), ("栖霞（苏州）酒店", "栖霞(苏州)酒店"),
    ],
)  # fmt: skip
def test_legal_forms_blanks_and_punctuation_do_not_count(knows, reads):
    found = form(f"客户名称：{reads}", customers=known(knows))
    assert (found.customer, found.uncertain) == (knows, ())


def test_the_last_letters_of_a_latin_name_are_no_legal_form():
    assert not name_of("Pamco", fold).same(name_of("Pam", fold))


def test_an_alias_is_its_customer_and_a_longer_name_with_it_is_asked_about():
    customers = [KnownCustomer("苏州栖霞酒店有限公司", "GYL", ("栖霞",))]
    assert form("客户名称：栖霞", customers=customers).customer == "苏州栖霞酒店有限公司"
    asked = form("客户名称：栖霞山庄", customers=customers)
    assert "customer" in asked.uncertain and "“栖霞”" in asked.reasons["customer"]


def test_a_customer_nobody_knew_is_new_without_a_question():
    found = form("客户名称：云岭茶业有限公司", "客户经理：顾言", customers=known("栖霞酒店"))
    assert (found.customer, found.manager, found.uncertain) == ("云岭茶业有限公司", "GYL", ())


@pytest.mark.parametrize("line", ["苏州栖霞酒店来函", "兹有栖霞酒店管理学校", "栖霞酒店苏州分公司"])
def test_in_running_text_a_name_inside_a_longer_one_is_asked_about(line):
    found = told([page("情况说明", line, "2026年10月9日")], customers=known("栖霞酒店"), staff=STAFF)
    assert found.customer == ""
    assert "栖霞酒店" in found.reasons["customer"] and "customer" in found.uncertain


@pytest.mark.parametrize(
    "line",
    ["关于栖霞酒店的备忘", "致：栖霞酒店", "与栖霞酒店签订补充协议", "收件 栖霞酒店有限公司", "我方与栖霞酒店的约定"],
)
def test_in_running_text_a_name_that_stands_apart_is_its_customer(line):
    found = told([page("情况说明", line, "2026年10月9日")], customers=known("栖霞酒店"), staff=STAFF)
    assert found.customer == "栖霞酒店"


def test_a_person_in_running_text_stands_apart_only_without_letters_beside():
    sure = told([page("说明", "周宁：来电反映", "2026-10-09")], customers=known("周宁"), staff=STAFF)
    asked = told([page("说明", "周宁和平时一样", "2026-10-09")], customers=known("周宁"), staff=STAFF)
    assert (sure.customer, asked.customer) == ("周宁", "")
    assert "customer" in asked.uncertain


def test_a_company_nobody_knows_beside_a_known_one_is_asked_about():
    found = told(
        [page("函", "宏岳物流有限公司：", "贵司与栖霞酒店的往来如下", "2026-10-09")],
        customers=known("栖霞酒店"),
        staff=STAFF,
    )
    assert "customer" in found.uncertain


@pytest.mark.parametrize(
    "line", ["From today on nothing is as before", "To whom it may concern", "Customer service was slow", "customers"]
)
def test_english_prose_is_no_form(line):
    found = told([page("A note", line, "9 October 2026")], customers=known("Harbour Hotel"), staff=STAFF)
    assert (found.customer, found.form) == ("", "")


def test_english_labels_have_a_colon_or_a_cell_of_their_own():
    found = told([page("Fax", "From: Harbour Hotel", "Date: 9 October 2026")], customers=known("Harbour Hotel"))
    assert (found.form, found.customer) == ("letter", "Harbour Hotel")


@pytest.mark.parametrize("line", ["推荐客户：栖霞酒店", "原客户名称：栖霞酒店", "客户名称变更通知"])
def test_a_label_inside_a_longer_one_is_asked_about(line):
    assert "customer" in told([page("说明", line, "2026-10-09")], customers=known("栖霞酒店"), staff=STAFF).uncertain


def test_two_names_behind_the_same_label_are_asked_about():
    found = form("客户名称：栖霞酒店", "客户名称：云岭茶业有限公司", customers=known("栖霞酒店"))
    assert found.customer == ""
    assert "栖霞酒店" in found.reasons["customer"] and "云岭茶业" in found.reasons["customer"]


def test_two_customers_of_one_name_are_told_apart_or_asked_about():
    two = [
        KnownCustomer("周宁（苏州）", "GYL", ("周宁",), ("苏州市平江路18号",)),
        KnownCustomer("周宁（扬州）", "SQH", ("周宁",), ("扬州市东关街7号", "91990000MA1X2Y3Z4W")),
    ]
    asked = form("客户名称：周宁", customers=two)
    assert asked.customer == "" and "周宁（苏州） (GYL), 周宁（扬州） (SQH)" in asked.reasons["customer"]
    by_manager = form("客户名称：周宁", "客户经理：沈清和", customers=two)
    by_address = form("客户名称：周宁", "地址：苏州市 平江路18号", customers=two)
    by_tax = form("客户名称：周宁", "税号：9199 0000 MA1X 2Y3Z 4W", customers=two)
    assert [f.customer for f in (by_manager, by_address, by_tax)] == ["周宁（扬州）", "周宁（苏州）", "周宁（扬州）"]
    both = form("客户名称：周宁", "客户经理：沈清和", "地址：苏州市平江路18号", customers=two)
    assert "customer" in both.uncertain
    assert Customers(two, fold).shared() == {"周宁（苏州）", "周宁（扬州）"}


def test_a_person_known_under_another_manager_may_be_a_second_one():
    found = form("客户名称：周宁", "客户经理：沈清和", customers=known("周宁", manager="GYL"))
    assert "customer" in found.uncertain and "GYL" in found.reasons["customer"]


@pytest.mark.parametrize("reads", ["顾言之", "言", "沈清", "许知远"])
def test_a_manager_nobody_knows_is_asked_about_even_where_the_customer_has_one(reads):
    found = form("客户名称：栖霞酒店", f"客户经理：{reads}", customers=known("栖霞酒店"))
    assert found.manager == "" and "manager" in found.uncertain


@pytest.mark.parametrize("reads", ["顾言", "顧言", "顾言（GYL）", "GYL", "顾言经理", "顾 言", "顾言 13900005555"])
def test_a_manager_is_known_by_whole_name_or_code(reads):
    found = form("客户名称：栖霞酒店", f"客户经理：{reads}", customers=known("栖霞酒店", manager="SQH"))
    assert (found.manager, found.uncertain) == ("GYL", ())


def test_two_people_of_one_name_are_a_question_unless_the_customer_tells():
    staff = [*STAFF, KnownPerson("GY2", "顾言")]
    asked = form("客户名称：云岭茶业有限公司", "客户经理：顾言", staff=staff)
    assert "manager" in asked.uncertain and "GY2, GYL" in asked.reasons["manager"]
    assert form("客户名称：栖霞酒店", "客户经理：顾言", staff=staff, customers=known("栖霞酒店")).manager == "GYL"


def test_a_clerk_who_is_no_manager_leaves_the_customers_own():
    found = told(
        [page("说明", "客户名称：栖霞酒店", "经办人：丁一", "日期：2026-10-09")],
        customers=known("栖霞酒店"),
        staff=STAFF,
    )
    assert found.manager == "GYL"
