"""Every message that a person may see is there in Chinese, with the same parameters."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from hub.web.i18n import TRANSLATIONS, catalog
from tests.unit.web.messages import messages, of_python, parameters

PO = TRANSLATIONS / "zh/LC_MESSAGES/messages.po"
FOUND = messages()


def test_every_message_is_translated() -> None:
    known = catalog("zh")
    missing = {message: place for message, place in FOUND.items() if message not in known}
    assert missing == {}


def test_no_translation_is_left_over() -> None:
    surplus = sorted(set(catalog("zh")) - set(FOUND))
    assert surplus == []


def test_a_translation_is_filled_with_the_same_parameters() -> None:
    wrong = {source: target for source, target in catalog("zh").items() if parameters(source) != parameters(target)}
    assert wrong == {}


def test_the_catalog_is_sound() -> None:
    with PO.open("rb") as file:
        read = read_po(file, locale="zh")
    assert [message.id for message in read if message.id and (message.fuzzy or not message.string)] == []


def test_messages_are_found_in_python(tmp_path: Path) -> None:
    source = tmp_path / "sample.py"
    source.write_text('raise NotFoundError("There is " "no {x}.", x=1)\nFieldError("path", "Wrong.", {})\nN_("Word")\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.unit.web.messages.ROOT", tmp_path)
        assert {message for message, _ in of_python(source)} == {"There is no {x}.", "Wrong.", "Word"}


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("zh-CN", "请登录"),
        ("zh-Hans-CN", "请登录"),
        ("zh-TW,en-US;q=0.9,en;q=0.8", "请登录"),  # a region is no reason to prefer another language
        ("zh-CN,en;q=0.5", "请登录"),
        ("fr,ZH_cn;q=0.1", "请登录"),
        ("en-GB,zh;q=0.3", "Please sign in"),
        ("zh;q=0,en;q=0.1", "Please sign in"),
        ("fr, *;q=0.1", "Please sign in"),
        ("zh;q=abc", "Please sign in"),
    ],
)
def test_the_language_is_the_one_that_is_asked_for_most(client: FlaskClient, asked: str, title: str) -> None:
    answer = client.get("/api/v1/tickets", headers={"Accept-Language": asked})
    assert answer.get_json()["title"] == title
