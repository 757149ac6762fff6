"""A client of windlass.v1.json, written from docs/reference/wire-protocol.md with nothing but a
WebSocket library: `apt install python3-websockets`, or `pip install websockets` (10 or later).
Take it as the beginning of a client of your own; chat.py beside it shows how it is used.
"""

import asyncio
import json
import random
import secrets

import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake

SILENCE_S = 25  # then we ask for a sign of life,
ANSWER_S = 10  # and take the link for dead without one
LONGEST_WAIT_S = 30


NOTHING_YET = {"epoch": "", "offset": 0}


class Topic:
    """What is wanted of a topic, and what has been seen of it."""

    def __init__(self, on_publication, on_lost):
        self.on_publication, self.on_lost = on_publication, on_lost
        self.position = None  # of the last publication; topics without history have none
        self.held = []  # publications that wait for the answer to `subscribe`, None after it

    def published(self, frame):
        if self.held is not None:
            self.held.append(frame)  # the new ones may come before those that were missed
            return
        self._hand_over(frame)

    def accepted(self, result, since):
        held, self.held = self.held, None
        position = None if result is None else result.get("position", NOTHING_YET)
        is_recovered = result is not None and result.get("recovered", False)
        if is_recovered:
            held.sort(key=lambda frame: frame["offset"])
        if not is_recovered or position["epoch"] != since["epoch"]:
            self.position = NOTHING_YET  # the count begins anew
        for frame in held:
            self._hand_over(frame)
        self.position = position
        if since is not None and not is_recovered:
            self.on_lost()

    def _hand_over(self, frame):
        if "offset" in frame:
            known = self.position or NOTHING_YET
            epoch = frame.get("epoch", known["epoch"])
            if epoch == known["epoch"] and frame["offset"] <= known["offset"]:
                return  # it has been seen
            self.position = {"epoch": epoch, "offset": frame["offset"]}
        self.on_publication(frame["name"], frame.get("data"))


class Client:
    """One session over as many connections as it takes; `run()` keeps it connected."""

    def __init__(self, url, on_event, answers, log=print):
        self.url = url
        self.on_event = on_event  # called with name and data
        self.answers = answers  # functions by the name of the server's requests
        self.log = log
        self.session = secrets.token_urlsafe(24)  # 32 letters, digits, _ and -
        self.last_id = 0
        self.unanswered = {}  # frame and future by id; ids rise
        self.topics = {}  # by name
        self.asked = {}  # topic and its position by the id of `subscribe`, on the connection of now
        self.outbox = None  # what is to be written on the connection of now
        self.is_welcome = False
        self.failures = 0
        self.ordered_wait_s = None  # what the server asked for by `reconnect`

    def send(self, name, data):
        """Sends an event; the future is done when it has taken effect."""
        return self._post({"type": "event", "name": name, "data": data})

    def request(self, name, data):
        """Sends a request; the future is done with its result."""
        return self._post({"type": "request", "name": name, "data": data})

    def subscribe(self, topic, on_publication, on_lost=lambda: None):
        """Calls `on_publication` with name and data, also with what was missed without a connection.
        Where the server does not have that any more, `on_lost` is called."""
        self.topics[topic] = Topic(on_publication, on_lost)
        if self.is_welcome:
            self._ask_for(topic)

    async def run(self):
        """Returns when the server does not want this client any more."""
        options = {"subprotocols": ["windlass.v1.json"], "ping_interval": None, "close_timeout": 1}
        while True:
            try:
                async with websockets.connect(self.url, **options) as socket:
                    await self._talk(socket)
            except ConnectionClosed as end:
                code = end.rcvd.code if end.rcvd else 1006
                self.log(f"closed with {code}")
                if code == 1000 or 4500 <= code <= 4999:
                    return
            except (OSError, InvalidHandshake, asyncio.TimeoutError) as error:
                self.log(f"no connection: {error or 'it took too long'}")
            await asyncio.sleep(self._next_wait_s())

    def _next_wait_s(self):
        """Full jitter: clients that lost their server together do not come back together."""
        wait_s, self.ordered_wait_s = self.ordered_wait_s, None
        if wait_s is None:
            wait_s = random.uniform(0, min(LONGEST_WAIT_S, 2 ** min(self.failures, 10)))
        self.failures += 1
        return wait_s

    async def _talk(self, socket):
        self.outbox = asyncio.Queue()
        self.outbox.put_nowait({"type": "hello", "session": self.session, "seen": self._seen()})
        writer = asyncio.create_task(self._write(socket))
        try:
            while True:
                self._received(json.loads(await self._next_text(socket)))
        finally:
            self.is_welcome = False
            self.asked.clear()
            for topic in self.topics.values():
                topic.held = []
            writer.cancel()

    async def _next_text(self, socket):
        try:
            return await asyncio.wait_for(socket.recv(), SILENCE_S)
        except asyncio.TimeoutError:
            self.outbox.put_nowait({"type": "ping", "seen": self._seen()})
            return await asyncio.wait_for(socket.recv(), ANSWER_S)

    async def _write(self, socket):
        try:
            while True:
                await socket.send(json.dumps(await self.outbox.get()))
        except ConnectionClosed:
            pass  # the reader notices it, too

    def _received(self, frame):
        kind, frame_id = frame["type"], frame.get("id")
        if kind == "welcome":
            # First what may be lost, in its order and with its ids, before anything new. If the server
            # does not know the session any more (`resumed` is false), some of it may happen twice.
            for unanswered, _ in self.unanswered.values():
                self.outbox.put_nowait(unanswered)
            self.is_welcome = True
            for topic in self.topics:
                self._ask_for(topic)
            return
        if kind == "event":
            self.on_event(frame["name"], frame.get("data"))
        elif kind == "request":
            self.outbox.put_nowait(self._answer(frame["name"], frame.get("data"), frame_id))
        elif kind == "publication" and frame["topic"] in self.topics:
            self.topics[frame["topic"]].published(frame)
        elif kind == "gap" and frame["topic"] in self.topics:
            self.topics[frame["topic"]].on_lost()
        elif kind == "response" and frame_id in self.asked:
            topic, since = self.asked.pop(frame_id)
            topic.accepted(frame.get("data"), since)
        elif kind == "reconnect":
            self.ordered_wait_s = frame["afterMs"] / 1000
        elif kind in ("ack", "response", "error") and frame_id in self.unanswered:
            self.failures = 0  # the connection works: the next loss is the first one
            _, future = self.unanswered.pop(frame_id)
            if future.cancelled():
                pass  # nobody waits for it any more
            elif kind == "error":
                future.set_exception(RuntimeError(f"{frame['code']}: {frame['message']}"))
            else:
                future.set_result(frame.get("data"))
        elif kind == "pong":
            self.failures = 0
        elif kind == "error":
            self.log(f"{frame['code']}: {frame['message']}")
        # Other types are ignored, `cancel` too: requests of the server are answered at once.

    def _ask_for(self, name):
        """What is asked on one connection is not asked again by itself on the next one."""
        self.last_id += 1
        topic = self.topics[name]
        frame = {"type": "subscribe", "id": self.last_id, "topic": name}
        if topic.position is not None:
            frame["since"] = topic.position
        self.asked[self.last_id] = (topic, topic.position)
        self.outbox.put_nowait(frame)

    def _answer(self, name, data, frame_id):
        if name in self.answers:
            return {"type": "response", "id": frame_id, "data": self.answers[name](data)}
        message = "This client does not know this request."
        return {"type": "error", "id": frame_id, "code": "ERR_NAME_UNKNOWN", "message": message}

    def _post(self, frame):
        self.last_id += 1
        frame["id"] = self.last_id
        future = asyncio.get_running_loop().create_future()
        self.unanswered[self.last_id] = (frame, future)
        if self.is_welcome:
            self.outbox.put_nowait(frame)
        return future

    def _seen(self):
        """The answers to all ids up to this one are here."""
        return min(self.unanswered, default=self.last_id + 1) - 1
