"""What a family does on a phone, in Chinese: one function an act."""

import re
import time
from collections.abc import Sequence
from datetime import date

from playwright.sync_api import FilePayload, Page, expect

from loopback.twilio_server import TwilioServer
from plugins.live import Live

REMINDER = "早上好，请完成今早的记录。"
INVITATION = "您好，您的页面已开通，请用本手机号登录"
PATIENCE_SECONDS = 10.0


def sign_in(phone: Page, live: Live, twilio: TwilioServer, number: str) -> None:
    """Ask for a code, read it in the SMS, type it in."""
    phone.goto(live.url)
    phone.get_by_label("您的手机号码").fill(number.removeprefix("+86"))
    tap(phone, "发送验证码")
    phone.get_by_label("短信验证码").fill(_code_sent_to(twilio, number))
    tap(phone, "登录")
    expect(phone.get_by_role("heading", name="Lele")).to_be_visible()


def give_the_dose(phone: Page) -> None:
    """One tap."""
    tap(phone, "已服药")
    expect(phone.get_by_role("status").filter(has_text="已记录：早上的药")).to_be_visible()


def undo(phone: Page) -> None:
    tap(phone, "撤销")
    expect(phone.get_by_role("button", name="已服药")).to_be_visible()


def say_another_time(phone: Page, clock: str) -> None:
    """Not just now: at this time of the clock on the wall."""
    phone.get_by_role("link", name="其他时间").click()
    phone.get_by_label("什么时候给的药？").fill(clock)
    tap(phone, "保存")


def send_photo(phone: Page, jpeg: bytes) -> None:
    """From the album: an overview of the belly. It ends on the page that says what arrived."""
    phone.get_by_role("link", name="照片", exact=True).click()
    phone.get_by_role("link", name="发送照片", exact=True).click()
    chosen = FilePayload(name="IMG_0007.JPG", mimeType="image/jpeg", buffer=jpeg)
    phone.get_by_label("照片", exact=True).set_input_files([chosen])
    phone.get_by_role("radio", name=re.compile("全景")).check()
    phone.get_by_role("radio", name="腹部").check()
    tap(phone, "发送")
    expect(phone.get_by_role("heading", name="照片已发送")).to_be_visible()


def tell_of_a_symptom(phone: Page, kind: str, severity: str) -> None:
    """From today's page; it ends on the page of all symptoms."""
    phone.get_by_role("link", name=re.compile("发热、出血、口腔溃疡")).click()
    phone.get_by_role("radio", name=kind).check()
    phone.get_by_role("radio", name=re.compile(f"^{severity}")).check()
    tap(phone, "保存")
    expect(phone.get_by_role("heading", name="症状")).to_be_visible()
    expect(phone.get_by_text(kind).first).to_be_visible()


def ask_the_doctor(phone: Page, on: date, clock: str) -> None:
    """A dose of which nobody said anything, more than a day ago: it was given at that time."""
    phone.get_by_role("link", name="记录", exact=True).click()
    phone.locator(f"a[href$='{on.isoformat()}']").click()
    phone.get_by_role("link", name="请研究医生补记").click()
    phone.get_by_role("radio", name="已服药").check()
    phone.get_by_label("什么时候给的药？").fill(clock)
    phone.get_by_label("为什么更正？").fill("那天忘记写了")
    tap(phone, "发送给研究医生")
    expect(phone.get_by_role("status").first).to_be_visible()


def tap(phone: Page, button: str) -> None:
    phone.get_by_role("button", name=button).click()


def texts_to(twilio: TwilioServer, number: str) -> Sequence[str]:
    """What the provider accepted for a number, in order."""
    return [message.body for message in twilio.accepted if message.to == number]


def _code_sent_to(twilio: TwilioServer, number: str) -> str:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        for text in reversed(texts_to(twilio, number)):
            if found := re.search(r"(?<!\d)\d{6}(?!\d)", text):
                return found.group()
        time.sleep(0.05)
    raise AssertionError("no code was sent")
