"""Notices that leave the program: written with the deed, sent once, by real servers."""

import base64
import hashlib
import hmac
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from ledger.entries import posting
from ledger.quarter import reports
from ledger.quarter.checks import ADVISORY
from tests import acting
from tests.builders import day, make_receipt, moment
from tests.units.outbox.receivers import group_server, mail_server
from units.models import NoticeChoice, OutboxMessage, Robot, Sending, Trail
from units.outbox import actions, delivery, robots
from units.outbox.tell import next_digest, tell, without_amounts

NOTICES, MINE = "/county/notices/", "/accounts/notices/"
pytestmark = pytest.mark.django_db
AT = moment("2012-07-02")
Way = NoticeChoice.Way


@pytest.fixture
def mailbox():
    with mail_server() as box:
        yield box


@pytest.fixture
def group(settings):
    settings.NOTICE_HOSTS = ["127.0.0.1"]
    with group_server() as server:
        yield server


@pytest.fixture
def sending(office, mailbox):
    return Sending.objects.create(
        county=office.county,
        is_on=True,
        site="https://jz.example.cn/",
        host="127.0.0.1",
        port=mailbox.port,
        security=Sending.Security.NONE,
        sender="jz@example.cn",
    )


def wants(person, way=Way.SINGLE):
    NoticeChoice.objects.create(person=person, way=way, address=f"{person.username}@example.cn")


def say(office, cause="receipt.return:17:2", words="有一笔到位资金被退回。", at=AT, **more):
    tell([office.clerk], cause, words, "/receipts/17/", county=office.county, at=at, **more)


def robot(office, group, service, secret=""):
    return Robot.objects.create(
        county=office.county, service=service, name="招商群", address=group.address, secret=secret
    )


# What is written


def test_nothing_is_written_unless_county_and_person_want_it(office, mailbox):
    say(office)
    sending = Sending.objects.create(county=office.county, is_on=False)
    wants(office.clerk)
    say(office)
    Sending.objects.filter(pk=sending.pk).update(is_on=True)
    NoticeChoice.objects.update(way=Way.OFF)
    say(office)
    assert not OutboxMessage.objects.exists()

    NoticeChoice.objects.update(way=Way.SINGLE)
    say(office)
    assert OutboxMessage.objects.get().person == office.clerk


def test_one_cause_is_told_once(office, sending):
    wants(office.clerk)
    for _time in range(3):
        say(office)
    say(office, cause="receipt.return:17:3")

    assert OutboxMessage.objects.count() == 2


def test_a_deed_that_is_rolled_back_tells_nobody(office, sending):
    wants(office.clerk)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        say(office)
        raise ZeroDivisionError

    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "amount",
    ["12.35万元", "12.35 万", "123,500元", "１２．３５万元", "1.2亿元", "CNY 14.2", "￥123500.00"],
)
def test_no_notice_names_an_amount(office, sending, amount):
    wants(office.clerk)
    say(office, words=f"凭证88号应为{amount}，请更正。\n第二行")

    said = OutboxMessage.objects.get().words
    assert said.startswith("凭证88号应为…")
    assert "\n" not in said
    assert not set("12３") & set(without_amounts(amount))


def test_a_digest_is_due_at_half_past_eight(office, sending):
    assert next_digest(moment("2012-07-02")) == moment("2012-07-03").replace(hour=8, minute=30)
    early = moment("2012-07-02").replace(hour=8, minute=29)
    assert next_digest(early) == early.replace(minute=30)
    assert next_digest(early.replace(minute=30)).day == 3


# What is sent


def test_a_mail_arrives_with_its_link(office, sending, mailbox):
    wants(office.clerk)
    say(office)

    assert delivery.deliver(AT) == 1
    assert delivery.deliver(AT + timedelta(days=9)) == 0

    [(receivers, mail)] = mailbox.mails
    assert receivers == [f"{office.clerk.username}@example.cn"]
    assert "有一笔到位资金被退回" in mail["Subject"]
    assert "https://jz.example.cn/receipts/17/" in mail.get_content()
    assert mail["From"] == "jz@example.cn"
    assert OutboxMessage.objects.get().sent_at is not None


def test_a_digest_holds_all_that_waits(office, sending, mailbox):
    wants(office.clerk, Way.DIGEST)
    for number in range(3):
        say(office, cause=f"c:{number}", words=f"第{number}件事")

    assert delivery.deliver(AT + timedelta(hours=1)) == 0
    assert delivery.deliver(next_digest(AT)) == 3

    [(_receivers, mail)] = mailbox.mails
    assert all(f"第{number}件事" in mail.get_content() for number in range(3))


def test_what_fails_is_tried_again_with_growing_pauses_and_then_given_up(office, sending, mailbox):
    wants(office.clerk)
    say(office)
    mailbox.refusal = "451 try later"
    at, pauses = AT, []
    while OutboxMessage.objects.get().given_up_at is None:
        assert delivery.deliver(at) == 0
        assert delivery.deliver(at) == 0
        due = OutboxMessage.objects.get().due_at
        pauses.append(due - at)
        at = due

    assert mailbox.attempts == len(pauses) == len(delivery.PAUSES) + 1
    assert pauses[:7] == sorted(pauses[:7])
    assert pauses[0] == timedelta(minutes=1)
    assert "451" in OutboxMessage.objects.get().fault
    assert mailbox.mails == []


def test_an_address_that_is_refused_for_good_is_given_up_at_once(office, sending, mailbox):
    wants(office.clerk)
    say(office)
    mailbox.refusal = "550 no such user"
    delivery.deliver(AT)

    assert OutboxMessage.objects.get().given_up_at is not None
    assert mailbox.attempts == 1


def test_after_a_failure_it_arrives_once(office, sending, mailbox):
    wants(office.clerk)
    say(office)
    mailbox.refusal = "451 try later"
    delivery.deliver(AT)
    mailbox.refusal = ""
    delivery.deliver(AT + timedelta(minutes=1))
    delivery.deliver(AT + timedelta(days=1))

    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("service", Robot.Service.values)
def test_each_service_takes_its_form(office, sending, group, service):
    robot(office, group, service)
    say(office, group_words="有到位资金待认定。")

    assert delivery.deliver(AT) == 1

    [(path, body)] = group.got
    assert path == "/hook"
    said = str(body)
    assert "有到位资金待认定。" in said
    assert "被退回" not in said
    assert "https://jz.example.cn/receipts/17/" in said
    kind = {"wecom": "markdown", "dingtalk": "markdown", "feishu": "text"}[service]
    assert body.get("msgtype", body.get("msg_type")) == kind
    assert kind in body or "content" in body


def test_dingtalk_signs_in_the_address(office, sending, group):
    robot(office, group, "dingtalk", "SECabc")
    say(office, group_words="有到位资金待认定。")
    delivery.deliver(AT)

    query = parse_qs(urlsplit(group.got[0][0]).query)
    said = f"{query['timestamp'][0]}\nSECabc".encode()
    expected = base64.b64encode(hmac.new(b"SECabc", said, hashlib.sha256).digest()).decode()
    assert query["sign"] == [expected]
    assert abs(int(query["timestamp"][0]) / 1000 - time.time()) < 60


def test_feishu_signs_in_the_body(office, sending, group):
    robot(office, group, "feishu", "abc")
    say(office, group_words="有到位资金待认定。")
    delivery.deliver(AT)

    body = group.got[0][1]
    key = f"{body['timestamp']}\nabc".encode()
    expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert body["sign"] == expected


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"errcode": 93000}, 200),
        ({"code": 19021}, 200),
        ({}, 500),
        ({"errcode": 0}, 302),
        ({}, 200),
    ],
)
def test_a_service_that_says_no_is_asked_again(office, sending, group, answer, status):
    robot(office, group, "feishu")
    say(office, group_words="有到位资金待认定。")
    group.answer, group.status = answer, status

    assert delivery.deliver(AT) == 0
    message = OutboxMessage.objects.get()
    assert message.fault
    assert message.sent_at is None
    group.answer, group.status = {"code": 0}, 200
    assert delivery.deliver(message.due_at) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://oapi.dingtalk.com/robot/send?access_token=1",
        "https://oapi.dingtalk.com.example.cn/robot",
        "https://127.0.0.1/hook",
        "file:///etc/passwd",
        "https://open.feishu.cn/hook",
    ],
)
def test_only_the_service_itself_is_called(office, address):
    assert not robots.is_allowed("dingtalk", address)
    assert robots.is_allowed("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=1")


@pytest.mark.django_db(transaction=True)
def test_several_senders_send_each_message_once(office, sending, mailbox):
    wants(office.clerk)
    for number in range(12):
        say(office, cause=f"c:{number}", words=f"第{number}件事")

    def work(_number):
        try:
            return delivery.deliver(AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))

    assert sum(sent) == len(mailbox.mails) == 12
    assert len({mail["Subject"] for _to, mail in mailbox.mails}) == 12


@pytest.mark.django_db(transaction=True)
def test_a_dead_mail_server_holds_up_no_page(office, sending, client):
    """The server accepts and never answers; a receipt is returned meanwhile."""
    wants(office.clerk)
    receipt = make_receipt(office.project, 10, by=office.clerk)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        Sending.objects.update(port=silent.getsockname()[1])
        say(office)
        thread = threading.Thread(target=_deliver_once)
        thread.start()
        connected, _address = silent.accept()
        began = time.monotonic()
        posting.send_back(receipt.pk, receipt.version, "不清", by=office.verifier, at=AT)
        took = time.monotonic() - began
        assert OutboxMessage.objects.filter(cause__contains="receipt_returned").count() == 1
        connected.close()
    thread.join(30)
    assert took < 2


def _deliver_once():
    try:
        delivery.deliver(AT)
    finally:
        connection.close()


def test_the_command_sends_what_is_due(office, sending, mailbox):
    wants(office.clerk)
    say(office)
    call_command("send_notices", "--once")

    assert len(mailbox.mails) == 1


def test_old_messages_are_swept_and_waiting_ones_stay(office, sending, mailbox):
    wants(office.clerk)
    say(office)
    delivery.deliver(AT)
    say(office, cause="other")
    delivery.sweep(AT + timedelta(days=93))

    assert OutboxMessage.objects.get().cause == "other"


# Who is told by the ledger


def causes(person):
    found = OutboxMessage.objects.filter(person=person).values_list("cause", flat=True)
    return [cause.partition(":")[0] for cause in found]


def test_the_ledger_tells_those_concerned(office, sending):
    for person in (office.clerk, office.verifier, office.head, office.leader, office.stranger):
        wants(person)
    receipt = make_receipt(office.project, 10, by=office.clerk)
    make_receipt(office.project, 12, by=office.clerk)
    posting.send_back(receipt.pk, receipt.version, "不清", by=office.verifier, at=AT)
    acting.close(office.period.pk, by=office.verifier, at=AT, known=ADVISORY)
    acting.confirm(office.period.pk, by=office.head, at=AT, known=ADVISORY)
    reports.remind(office.county, day("2012-05-01"), by=office.head, at=AT, today=day("2012-07-02"))

    assert sorted(causes(office.clerk)) == ["receipt_returned", "report_missing"]
    assert "propose" in causes(office.head)
    assert "propose" not in causes(office.verifier)
    assert causes(office.leader) == ["announce"]
    assert causes(office.stranger) == ["report_missing"]
    assert causes(office.verifier).count("unverified") >= 1
    for message in OutboxMessage.objects.all():
        assert message.path.startswith("/")


# What a county and a person set


def test_the_head_sets_how_the_county_sends(office, as_, mailbox):
    client = as_(office.head)
    typed = {
        "is_on": "on",
        "site": "https://jz.example.cn",
        "host": "127.0.0.1",
        "port": mailbox.port,
        "security": "none",
        "username": "",
        "password": "geheim",
        "sender": "jz@example.cn",
    }
    assert acting.send(client, NOTICES, NOTICES, **typed).status_code == 302
    sending = Sending.objects.get()
    assert sending.password == "geheim"
    acting.send(client, NOTICES, NOTICES, **typed | {"password": ""})
    sending.refresh_from_db()
    assert sending.password == "geheim"
    assert "geheim" not in client.get("/county/notices/").text
    assert "geheim" not in str(list(Trail.objects.values_list("before", "after")))

    wants(office.head)
    client.post("/county/notices/test/")
    assert delivery.deliver(OutboxMessage.objects.get().due_at) == 1
    assert "测试" in mailbox.mails[0][1].get_content()


def test_a_mail_server_needs_a_sender(office, as_):
    typed = {"host": "mail.example.cn", "port": 25, "security": "none", "sender": ""}
    answer = as_(office.head).post("/county/notices/", typed)

    assert answer.status_code == 422
    assert "mail.example.cn" in answer.text
    assert not Sending.objects.exists()


def test_a_robot_is_entered_and_removed_and_its_address_never_shown(office, as_):
    client = as_(office.head)
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1234"
    typed = {"service": "wecom", "name": "招商群", "address": address, "secret": ""}
    assert client.post("/county/notices/robots/", typed).status_code == 302
    assert client.post("/county/notices/robots/", typed).status_code == 422
    wrong = typed | {"address": "https://example.cn/hook"}
    assert "qyapi.weixin.qq.com" in client.post("/county/notices/robots/", wrong).text
    assert "key=1234" not in client.get("/county/notices/").text

    key = Robot.objects.get().pk
    assert as_(office.far_head).post(f"/county/notices/robots/{key}/remove/").status_code == 404
    assert as_(office.head).post(f"/county/notices/robots/{key}/remove/").status_code == 302
    assert not Robot.objects.exists()


def test_everybody_chooses_their_own_notices(office, as_):
    client = as_(office.clerk)
    assert acting.send(client, MINE, MINE, way="digest", address="").status_code == 422
    assert acting.send(client, MINE, MINE, way="digest", address="a@b.cn").status_code == 302

    choice = NoticeChoice.objects.get()
    assert (choice.person, choice.way, choice.address) == (office.clerk, "digest", "a@b.cn")
    assert "a@b.cn" in client.get("/accounts/notices/").text
    actions.choose(office.clerk, Way.OFF, "", at=AT)
    assert NoticeChoice.objects.get().way == Way.OFF
