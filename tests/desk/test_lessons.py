"""What people correct is remembered: proposed where nobody said otherwise, told with its source, taken back, purged."""

import pytest
from desk_kit import CUSTOMER, as_, put

from dms.desk.accounts.customers import add_customers, seen_customers
from dms.desk.accounts.people import bring_back_masters
from dms.desk.consent.disposing import destroy_in
from dms.desk.records.describing import describe
from dms.desk.records.lessons import forget, learned, lessons, remember
from dms.desk.records.showing import show
from dms.domain.record import Carrier, RecordState
from dms.errors import Conflict, NotFound, NotPermitted
from dms.flow.work import record_json
from dms.ports.catalogue import Customer

READ = "杭州新晨酒店"
OTHER = "杭州新成酒店有限公司"


def paper(world, *, read=READ, top="维修服务单", **changes):
    """Put a record on whose form this customer was read into catalogue and vault, its customer and class open."""
    code = put(world)
    told = {
        "fields": {"customer": read} if read else {},
        "uncertain": ("customer", "class"),
        "customer": read,
        **changes,
    }
    with world.catalogue.begin() as tx:
        record = tx.record(code).with_(**told, paper=Carrier())
        tx.save_record(record)
    files = {"record.json": record_json(record), "text.txt": f"——\n{top}\n客户名称 {read}".encode()}
    world.vault.write(code, files, message="made", user="GM", at=world.now())
    return code


def told(world, code):
    with world.catalogue.look() as tx:
        record = tx.record(code)
    return [(x.about, x.shown, x.meant, x.times, x.alone) for x in learned(world, record)]


def test_a_correction_is_proposed_the_next_time_and_settles_nothing(office):
    first = paper(office)
    describe(as_(office, "ZHS"), first, customer=CUSTOMER, class_code="03", manager="ZHS")
    again = paper(office, read="杭州 新晨酒店")
    assert told(office, again) == [("class", "维修服务单", "03", 1, True), ("customer", READ, CUSTOMER, 1, True)]
    shown = show(office, again)
    assert shown["customer"] == "杭州 新晨酒店" and set(shown["uncertain"]) == {"customer", "class"}, (
        "it is still asked"
    )
    source = next(x for x in shown["learned"] if x["about"] == "customer")["last"]
    assert (source["by"], source["code"]) == ("ZHS", first)
    assert told(office, paper(office, read="杭州新辰宾馆", top="别的单子")) == []


def test_what_was_not_open_and_not_changed_teaches_nothing(office):
    code = paper(office, uncertain=(), customer=CUSTOMER)
    describe(office, code, customer=CUSTOMER, title="新题名")
    assert [x.about for x in lessons(office)] == ["title"]
    assert told(office, code) == [], "a record teaches others, not itself"


def test_contrary_answers_are_told_and_none_is_alone(office):
    for customer in (CUSTOMER, CUSTOMER, READ):
        describe(office, paper(office), customer=customer)
    found = [x for x in told(office, paper(office)) if x[0] == "customer"]
    assert found == [("customer", READ, CUSTOMER, 2, False), ("customer", READ, READ, 1, False)]


def test_of_one_record_the_last_word_counts(office):
    code = paper(office)
    describe(office, code, customer=OTHER)
    describe(office, code, customer=CUSTOMER)
    assert [x.meant for x in lessons(office)] == [CUSTOMER]


def test_a_title_follows_its_customer_and_is_proposed_where_no_form_makes_one(office):
    describe(office, paper(office, customer=CUSTOMER, uncertain=()), title=f"维修单（{CUSTOMER}）")
    assert told(office, paper(office, customer=OTHER, uncertain=())) == [
        ("title", "维修服务单", f"维修单（{OTHER}）", 1, True)
    ]
    assert told(office, paper(office, customer=OTHER, uncertain=(), form="order")) == []


def test_nobody_learns_from_what_he_may_not_see(office):
    describe(office, paper(office), customer=CUSTOMER)
    own = paper(office, customer="", manager="LMY")
    assert told(office, own) != [] == told(as_(office, "LMY"), own)
    assert lessons(as_(office, "LMY")) == [] == lessons(as_(office, "CO"))
    (lesson,) = lessons(office)
    with pytest.raises(NotFound):
        forget(as_(office, "LMY"), lesson.id)
    # Its record is handed to LMY with another customer: the lesson's customer is still ZHS's.
    with office.catalogue.begin() as tx:
        tx.save_record(tx.record(lesson.code).with_(customer="", manager="LMY"))
    assert lessons(as_(office, "LMY")) == [], "neither he nor his name"


def test_a_lesson_is_taken_back_by_its_teacher_or_who_keeps_customers(office):
    describe(office, paper(office), customer=CUSTOMER)
    describe(as_(office, "ZHS"), paper(office, top="另一单"), customer=CUSTOMER)
    theirs, mine = lessons(office)
    with pytest.raises(NotPermitted):
        forget(as_(office, "ZHS"), theirs.id)
    forget(as_(office, "ZHS"), mine.id, reason="写错了")
    forget(as_(office, "AR"), theirs.id)
    assert lessons(office) == []
    with office.catalogue.look() as tx:
        acts = [a for a in tx.acts() if a.act == "forget-lesson"]
    assert len(acts) == 2 and not any(CUSTOMER in str(dict(a.data)) for a in acts), "the log keeps nothing of it"


def test_a_name_becomes_an_alias_only_by_consent_and_enough_equal_answers(office):
    for _ in range(2):
        describe(office, paper(office), customer=CUSTOMER)
    one = lessons(office)[0]
    with pytest.raises(Conflict, match="no alias yet"):
        remember(office, one.id)
    describe(office, paper(office), customer=CUSTOMER)
    with pytest.raises(NotPermitted):
        remember(as_(office, "ZHS"), one.id)
    assert remember(office, one.id) == CUSTOMER
    assert [(c.manager, c.aliases) for c in seen_customers(office)] == [("ZHS", (READ,))]
    # What is another customer's name stays a question for ever.
    for _ in range(3):
        describe(office, paper(office, read="新成酒店"), customer=CUSTOMER)
    add_customers(office, [Customer(OTHER, "LMY", ("新成酒店",))])
    with pytest.raises(Conflict, match="already"):
        remember(office, next(x.id for x in lessons(office) if x.shown == "新成酒店"))
    describe(office, paper(office), customer=OTHER)
    with pytest.raises(Conflict, match="no alias yet"):
        remember(office, one.id)


def test_an_alias_by_lesson_comes_back_with_the_customers(office):
    add_customers(office, [Customer(CUSTOMER, "ZHS", ("新辰",))])
    for _ in range(3):
        describe(office, paper(office), customer=CUSTOMER)
    remember(office, lessons(office)[0].id)
    with office.catalogue.begin() as tx:
        tx.save_customer(Customer(CUSTOMER))
        bring_back_masters(tx)
    assert [(c.manager, c.aliases) for c in seen_customers(office)] == [("ZHS", ("新辰", READ))]


def test_nothing_learned_outlives_its_record(office):
    code = paper(office)
    describe(office, code, customer=CUSTOMER)
    with office.catalogue.begin() as tx:
        record = tx.record(code).with_(state=RecordState.BINNED)
        tx.save_record(record)
    assert lessons(office) == [], "what is in the bin is not told"
    with office.catalogue.begin() as tx:
        destroy_in(tx, record, office.now())
        assert list(tx.lessons()) == []
