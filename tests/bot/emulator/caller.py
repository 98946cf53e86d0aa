"""A caller of the emulated API, as a bot would be one."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.emulator.account import Account

Json = dict[str, Any]


class Caller:
    """Calls with a token of its own, fetched when first needed."""

    def __init__(self, client: TestClient[Any, Any], account: Account) -> None:
        self.client = client
        self.account = account
        self.token = ""

    async def fetch_token(self) -> str:
        """A token of the plain namespace."""
        answer = await self.ask_token()
        return str(answer["access_token"])

    async def ask_token(self, **changes: str) -> Json:
        """GET token, with changes to a right query."""
        query = {"grant_type": "client_credential", "appid": self.account.app_id, "secret": self.account.secret}
        return await self.read(await self.client.get("/cgi-bin/token", params=query | changes))

    async def ask_stable(self, **changes: Any) -> Json:
        """POST stable_token, with changes to a right body."""
        body = {"grant_type": "client_credential", "appid": self.account.app_id, "secret": self.account.secret}
        return await self.read(await self.client.post("/cgi-bin/stable_token", data=json.dumps(body | changes)))

    async def get(self, path: str, **query: str) -> Json:
        """A GET with the token."""
        return await self.read(await self.client.get(path, params=await self.query(**query)))

    async def post(self, path: str, body: Json, **query: str) -> Json:
        """A POST with the token and real UTF-8."""
        data = json.dumps(body, ensure_ascii=False).encode()
        return await self.send(path, data, **query)

    async def send(self, path: str, data: Any, **query: str) -> Json:
        """A POST of anything with the token."""
        return await self.read(await self.client.post(path, data=data, params=await self.query(**query)))

    async def query(self, **query: str) -> dict[str, str]:
        """A query with the token."""
        self.token = self.token or await self.fetch_token()
        return {"access_token": self.token, **query}

    @staticmethod
    async def read(response: ClientResponse) -> Json:
        """The JSON of an answer, whose status is 200 even where it is an error."""
        assert response.status == 200
        answer = await response.json()
        assert isinstance(answer, dict)
        return answer
