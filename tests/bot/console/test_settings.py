"""The settings as staff may look at them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bot.clock import ManualClock
from bot.config import SECRETS, Config
from tests.bot.console.client import Office, office_settings, open_office


async def test_every_setting_is_shown_and_no_secret(office: Office) -> None:
    """Each section stands there; of a secret only that it is set."""
    page = await (await office.sign_in("admin")).get("/console/settings")
    config = office.services.config
    for section in msgspec.structs.fields(Config):
        assert f'id="s-{section.name}"' in page.source
    for place, key in SECRETS:
        value = getattr(getattr(config, place), key)
        assert value not in page.source
    assert "已设置" in page.text


async def test_what_is_not_set_is_said_to_be_so(tmp_path: Path, clock: ManualClock) -> None:
    """An empty secret is no secret that is set."""
    config = office_settings(tmp_path)
    wechat = msgspec.structs.replace(config.wechat, mode="plain", encoding_aes_key="")
    async with open_office(msgspec.structs.replace(config, wechat=wechat), clock) as office:
        assert "没有设置" in (await (await office.sign_in("admin")).get("/console/settings")).text


async def test_every_setting_has_a_name(office: Office) -> None:
    """No key of the file stands on the page in its stead."""
    page = await (await office.sign_in("admin")).get("/console/settings")
    for section in msgspec.structs.fields(Config):
        for field in msgspec.structs.fields(section.type):
            assert f"<dt>{field.name}</dt>" not in page.source, (section.name, field.name)


async def test_a_proxy_that_is_not_counted_is_told(office: Office, tmp_path: Path, clock: ManualClock) -> None:
    """An admin who comes through one sees that all seem to sit at one address; with the right number they do not."""
    forwarded, said = {"X-Forwarded-For": "1.1.1.1"}, "前面有反向代理，设置里没有写全"
    admin = await office.sign_in("admin")
    assert said in (await admin.get("/console/settings", headers=forwarded)).text
    assert said not in (await admin.get("/console/settings")).text
    (tmp_path / "other").mkdir()
    async with open_office(office_settings(tmp_path / "other", proxies=1), clock) as other:
        assert said not in (await (await other.sign_in("admin")).get("/console/settings", headers=forwarded)).text


async def test_what_a_template_shows_is_listed(tmp_path: Path, clock: ManualClock) -> None:
    """Each key with what it shows, and no brackets of a programming language where there is none."""
    config = office_settings(tmp_path)
    push = msgspec.structs.replace(config.push, template_fields={"thing1": "title", "time2": "date"})
    async with open_office(msgspec.structs.replace(config, push=push), clock) as office:
        text = (await (await office.sign_in("admin")).get("/console/settings")).text
        assert "thing1：title、time2：date" in " ".join(text.split())
        assert "{" not in text
