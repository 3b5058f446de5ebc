"""Messages reach a real SMTP server and a real webhook on loopback; addresses never show."""

import json
import logging
import socket
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler

import pytest
from aiosmtpd.controller import Controller

from almazara.errors import InputError
from almazara.prices.alerts.notify import AppriseNotifier
from servers import listening

SECRET = "hunter2topsecret"
TITLE, BODY = "Ya está a 39,90 €: Aceite", "Aceite de oliva\nPrecio: 39,90 €\nEnlace: https://tienda.example/p1?a=1&b=2"


class Mailbox:
    """An SMTP handler that keeps what it is given."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.messages.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp():
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def webhook():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.posts.append((self.path, json.loads(body)))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with listening(Handler) as server:
        server.posts, server.status = [], 200
        yield server


def hook_address(server):
    return f"json://user:{SECRET}@127.0.0.1:{server.server_address[1]}/hook"


def test_a_mail_arrives_with_its_title_and_all_its_lines(smtp):
    address = f"mailto://127.0.0.1:{smtp.port}?from=almazara@example.org&to=owner@example.org&mode=insecure"
    notifier = AppriseNotifier([address])
    assert notifier.send("1-mailto", TITLE, BODY) is None
    (envelope,) = smtp.messages
    mail = message_from_bytes(envelope.content)
    text = next(p for p in mail.walk() if p.get_content_type() == "text/plain").get_payload(decode=True).decode()
    assert envelope.rcpt_tos == ["owner@example.org"]
    assert str(make_header(decode_header(mail["Subject"]))) == TITLE
    assert text.replace("\r\n", "\n").strip() == BODY


def test_a_webhook_gets_title_and_body_as_json(webhook):
    assert AppriseNotifier([hook_address(webhook)]).send("1-json", TITLE, BODY) is None
    ((path, posted),) = webhook.posts
    assert path == "/hook"
    assert (posted["title"], posted["message"]) == (TITLE, BODY)


def test_each_address_is_a_target_of_its_own(webhook, smtp):
    mail = f"mailto://127.0.0.1:{smtp.port}?from=a@example.org&to=b@example.org&mode=insecure"
    notifier = AppriseNotifier([mail, hook_address(webhook)])
    assert notifier.targets == ("1-mailto", "2-json")
    assert notifier.send("2-json", TITLE, BODY) is None
    assert len(webhook.posts) == 1
    assert smtp.messages == []


def test_a_service_that_refuses_is_a_reason_without_the_address(webhook, caplog, capfd):
    webhook.status = 500
    with caplog.at_level(logging.DEBUG):
        reason = AppriseNotifier([hook_address(webhook)]).send("1-json", TITLE, BODY)
    shown = f"{reason} {caplog.text} {capfd.readouterr()}"
    assert "did not take" in reason
    assert SECRET not in shown


def test_a_service_that_is_not_there_is_a_reason_without_the_address(caplog):
    with caplog.at_level(logging.DEBUG):
        reason = AppriseNotifier([f"json://user:{SECRET}@127.0.0.1:9/hook"]).send("1-json", TITLE, BODY)
    assert "1-json" in reason
    assert SECRET not in reason + caplog.text


@pytest.mark.parametrize("address", [f"nonsense://{SECRET}", SECRET, "", f"mailto://{SECRET}", f"tgram://{SECRET}"])
def test_an_address_that_is_not_understood_is_named_by_its_place_alone(address, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError, match="number 2") as caught:
        AppriseNotifier(["json://127.0.0.1:9/hook", address])
    assert SECRET not in f"{caught.value} {caught.value.__cause__} {caplog.text}"


def test_the_notifier_shows_no_address_when_printed():
    assert repr(AppriseNotifier([f"json://user:{SECRET}@127.0.0.1:9/hook"])) == "AppriseNotifier(1-json)"
