"""The stand-in itself, where other tests rely on it without looking."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import post, signed
from notifications.twilio_http import TwilioHttp
from notifications.twilio_sms import TwilioAccount, TwilioSender
from services.ports import OutgoingSms

SCRIPT = Path(__file__).parents[1] / "loopback" / "twilio_server.py"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(SCRIPT), "--ledger", str(tmp_path / "ledger.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server
        server.kill()


def test_in_its_own_process_it_keeps_a_ledger_on_disk(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert process.stdout is not None
    url, sid, token = process.stdout.readline().split()
    http = TwilioHttp(timeout_seconds=5, base_url=url)
    sender = TwilioSender(TwilioAccount(sid, token, from_number="+15005550006"), http)
    sent = sender.send(OutgoingSms("+8613800138000", "早上好", None, None, reference="1"))
    process.kill()
    lines = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["sid"] for line in lines] == [sent.provider_id]


def test_a_webhook_is_posted_as_often_as_asked(twilio_server: TwilioServer) -> None:
    webhook = signed(f"{twilio_server.url}/sms/status", {"MessageStatus": "delivered"})
    assert [post(webhook), post(webhook)] == [401, 401]  # it is no account of this server
    assert twilio_server.requests == [("POST", webhook.form)] * 2


def test_a_webhook_reaches_a_server_behind_its_public_address(twilio_server: TwilioServer) -> None:
    webhook = signed("https://sirolog.example/sms/status", {"MessageStatus": "sent"})
    post(webhook, address=f"{twilio_server.url}/sms/status")
    assert twilio_server.requests == [("POST", webhook.form)]
