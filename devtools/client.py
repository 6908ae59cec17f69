"""Speaking with a running Home Assistant as its owner: REST and websocket."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import time
from typing import Any

import aiohttp

type Json = dict[str, Any]

_TOKEN_AGE = 20 * 60
"""Seconds after which the access token, good for 30 minutes, is renewed."""


class ClientError(Exception):
    """Home Assistant refused what was asked; the message says what and why."""


class Client:
    """A user who is logged in. The first one onboards Home Assistant."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Prepare; `url` has no slash at its end."""
        self.url = url
        self._user, self._password = user, password
        self._client_id = f"{url}/"
        self._session: aiohttp.ClientSession | None = None
        self._token, self._token_since, self._refresh_token = "", 0.0, ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._last_id = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Any], None]] = {}

    # --- coming and going

    async def answers(self) -> bool:
        """Tell whether the web server serves already.

        Raises aiohttp.ClientError when nothing listens.
        """
        session = self._http()
        timeout = aiohttp.ClientTimeout(total=5)
        # The frontend comes up after all that logging in takes.
        async with session.get(f"{self.url}/manifest.json", timeout=timeout) as got:
            return got.status == 200

    async def log_in(self) -> None:
        """Log in; a Home Assistant without a user gets this one first."""
        code = await self._onboard() or await self._authorization_code()
        await self._fetch_token(grant_type="authorization_code", code=code)

    async def close(self) -> None:
        """Hang up."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
            self._reader = self._socket = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- REST

    async def get(self, path: str) -> Any:
        """Return what GET of `path` answers. Raises ClientError."""
        return await self._request("GET", path)

    async def post(self, path: str, data: Json | None = None) -> Any:
        """Return what POST of `data` to `path` answers. Raises ClientError."""
        return await self._request("POST", path, data or {})

    async def delete(self, path: str) -> Any:
        """Return what DELETE of `path` answers. Raises ClientError."""
        return await self._request("DELETE", path)

    async def download(self, path: str) -> bytes:
        """Return a file that anybody may have, without a login. Raises ClientError."""
        async with self._http().get(self.url + path) as answer:
            if answer.status != 200:
                raise ClientError(f"{path}: {answer.status}")
            return await answer.read()

    async def state(self, entity_id: str) -> Json | None:
        """Return an entity's state object, or None where there is none."""
        for state in await self.get("/api/states"):
            if state["entity_id"] == entity_id:
                return dict(state)
        return None

    async def call(self, action: str, data: Json | None = None) -> Any:
        """Perform an action (`switch.turn_on`) and wait for its end."""
        return await self.post(f"/api/services/{action.replace('.', '/')}", data)

    async def template(self, template: str) -> str:
        """Return what a template renders to."""
        return str(await self.post("/api/template", {"template": template}))

    # --- config flows

    async def entries(self, domain: str) -> list[Json]:
        """Return the config entries of an integration."""
        return list(await self.get(f"/api/config/config_entries/entry?domain={domain}"))

    async def start_flow(self, handler: str, *, entry_id: str | None = None) -> Json:
        """Start the config flow of an integration; return its first step.

        With `entry_id` it is the one that reconfigures this entry.
        """
        data = {"handler": handler} | ({"entry_id": entry_id} if entry_id else {})
        return dict(await self.post("/api/config/config_entries/flow", data))

    async def flow_form(self, flow_id: str) -> Json:
        """Return the step that a config flow is at."""
        return dict(await self.get(f"/api/config/config_entries/flow/{flow_id}"))

    async def flow_step(self, flow_id: str, data: Json | None = None) -> Json:
        """Answer a step of a config flow; return the next step or the result."""
        return dict(await self.post(f"/api/config/config_entries/flow/{flow_id}", data))

    async def options(self, entry_id: str, choice: str, *steps: Json) -> Json:
        """Set the options that are behind a choice in a config entry's menu of them.

        `steps` are what its forms are answered with. Raises ClientError when they
        are not what it asks for.
        """
        path = "/api/config/config_entries/options/flow"
        step = await self.post(path, {"handler": entry_id})
        path = f"{path}/{step['flow_id']}"
        for data in ({"next_step_id": choice}, *steps):
            step = await self.post(path, data)
        if step["type"] != "create_entry":
            raise ClientError(f"the options {choice} are not taken: {step}")
        return dict(step)

    async def change_subentry(
        self, entry_id: str, kind: str, subentry_id: str, choice: str, data: Json
    ) -> Json:
        """Answer a form behind a choice in a subentry's menu; return the result."""
        path = "/api/config/config_entries/subentries/flow"
        step = await self.post(
            path, {"handler": [entry_id, kind], "subentry_id": subentry_id}
        )
        path = f"{path}/{step['flow_id']}"
        await self.post(path, {"next_step_id": choice})
        return dict(await self.post(path, data))

    async def discovered(self, domain: str) -> list[Json]:
        """Return the discovery flows of an integration that wait for the user."""
        flows = await self.command("config_entries/flow/progress")
        return [flow for flow in flows if flow["handler"] == domain]

    # --- websocket

    async def command(self, command: str, **data: Any) -> Any:
        """Return the result of a websocket command. Raises ClientError."""
        number, answer = await self._send(command, data)
        try:
            return await asyncio.wait_for(answer, 60)
        finally:
            self._answers.pop(number, None)

    async def subscribe(
        self, listener: Callable[[Any], None], command: str, **data: Any
    ) -> Callable[[], Awaitable[None]]:
        """Let `listener` have every event of a subscription; return what ends it."""
        number, answer = await self._send(command, data, listener)
        try:
            await asyncio.wait_for(answer, 60)
        finally:
            self._answers.pop(number, None)

        async def unsubscribe() -> None:
            self._listeners.pop(number)
            await self.command("unsubscribe_events", subscription=number)

        return unsubscribe

    # --- inside

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def _onboard(self) -> str | None:
        user = {
            "client_id": self._client_id,
            "name": self._user.capitalize(),
            "username": self._user,
            "password": self._password,
            "language": "en",
        }
        # 403 says that there is a user, 404 that onboarding is over for good.
        async with self._http().post(
            f"{self.url}/api/onboarding/users", json=user
        ) as answer:
            if answer.status in (403, 404):
                return None
            return str((await _checked(answer))["auth_code"])

    async def _authorization_code(self) -> str:
        path = f"{self.url}/auth/login_flow"
        flow = {
            "client_id": self._client_id,
            "handler": ["homeassistant", None],
            "redirect_uri": self._client_id,
        }
        async with self._http().post(path, json=flow) as answer:
            flow_id = (await _checked(answer))["flow_id"]
        login = {
            "client_id": self._client_id,
            "username": self._user,
            "password": self._password,
        }
        async with self._http().post(f"{path}/{flow_id}", json=login) as answer:
            step = await _checked(answer)
        if step["type"] != "create_entry":
            raise ClientError(f"login as {self._user} failed: {step.get('errors')}")
        return str(step["result"])

    async def _fetch_token(self, **form: str) -> None:
        form |= {"client_id": self._client_id}
        async with self._http().post(f"{self.url}/auth/token", data=form) as answer:
            tokens = await _checked(answer)
        self._token, self._token_since = tokens["access_token"], time.monotonic()
        self._refresh_token = tokens.get("refresh_token", self._refresh_token)

    async def _request(self, method: str, path: str, data: Json | None = None) -> Any:
        if time.monotonic() - self._token_since > _TOKEN_AGE:
            await self._fetch_token(
                grant_type="refresh_token", refresh_token=self._refresh_token
            )
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http().request(
            method, self.url + path, headers=headers, json=data
        ) as answer:
            return await _checked(answer)

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        # Without a limit: all of the registry of a hundred chargers is one message.
        socket = await self._http().ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        )
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self._token})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            raise ClientError(f"websocket: {answer}")
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))
        return socket

    async def _send(
        self, command: str, data: Json, listener: Callable[[Any], None] | None = None
    ) -> tuple[int, asyncio.Future[Any]]:
        socket = self._socket or await self._connect()
        self._last_id += 1
        number = self._last_id
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        if listener is not None:
            self._listeners[number] = listener
        await socket.send_json({"id": number, "type": command, **data})
        return number, answer

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for frame in socket:
                received = frame.json()
                for message in received if isinstance(received, list) else [received]:
                    self._take(message)
        finally:
            self._socket = None
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ClientError("the websocket was closed"))

    def _take(self, message: Json) -> None:
        number = message["id"]
        if message["type"] == "event":
            if (listener := self._listeners.get(number)) is not None:
                listener(message["event"])
        elif (answer := self._answers.get(number)) is not None and not answer.done():
            if message.get("success", True):
                answer.set_result(message.get("result"))
            else:
                answer.set_exception(ClientError(str(message["error"])))


async def _checked(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text()
    if answer.status >= 400:
        raise ClientError(
            f"{answer.method} {answer.url.path}: {answer.status} {text[:500]}"
        )
    is_json = answer.content_type == "application/json"
    return await answer.json() if is_json else text
