#!/usr/bin/env python3
"""A chat in the terminal, for the server of examples/typed.ts.

    python3 examples/python/chat.py ws://localhost:8080/chat

A line is said; /history asks for the last lines, /clear forgets them.
"""

import asyncio
import sys

from windlass_client import Client


def show(text):
    print(text, flush=True)


def confirm(data):
    show(f"* {data['question']} Yes.")
    return True


async def obey(client, command):
    try:
        if command == "/history":
            for line in await client.request("history", {"limit": 10}):
                show(f"* {line['from']} said: {line['text']}")
        elif command == "/clear":
            show(f"* {await client.request('clear', {})} lines forgotten")
        else:
            await client.send("say", {"text": command})
    except RuntimeError as error:
        show(f"* {error}")


async def main(url):
    client = Client(
        url,
        on_event=lambda _name, data: show(f"{data['from']}: {data['text']}"),
        answers={"confirm": confirm},
        log=lambda text: show(f"* {text}"),
    )
    keyboard, loop = asyncio.StreamReader(), asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(keyboard), sys.stdin)

    async def obey_all():
        tasks = [asyncio.create_task(obey(client, text.decode().strip())) async for text in keyboard]
        await asyncio.gather(*tasks)

    running, obeying = asyncio.create_task(client.run()), asyncio.create_task(obey_all())
    await asyncio.wait({running, obeying}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    obeying.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
