import type { ScenarioName } from "../contract/settings.ts";

interface HelpText {
  /** One line in the list of scenarios. */
  readonly summary: string;
  /** What is done, and what to read off the result. */
  readonly description: string;
  /** What a line does, and the line without the program's name. */
  readonly examples: readonly (readonly [effect: string, line: string])[];
}

/** What help says of the program itself. */
export const programHelp: HelpText = {
  summary: "",
  description: `Puts load on a WebSocket server, checks every reply, and reports throughput, latencies and,
with --pid or --spawn, what the server used. Each scenario has its own options:
windlass-bench echo --help.`,
  examples: [
    ["an echo server, 100 connections", "echo ws://127.0.0.1:8080/echo"],
    [
      "the same with the server's CPU time and memory",
      "echo ws://127.0.0.1:8080/echo --pid $(pgrep -n my-server)",
    ],
    [
      "a chat of 1,000, with a page of plots",
      "broadcast ws://127.0.0.1:8080/chat --html report.html",
    ],
  ],
};

/** What help says of each scenario. */
export const scenarioHelp: Readonly<Record<ScenarioName, HelpText>> = {
  connect: {
    summary: "handshakes per second, and memory per idle connection",
    description: `Opens connections as fast as --concurrency allows, holds them idle, and closes them.
With --pid or --spawn the memory of the server is read before and while they are held.`,
    examples: [
      [
        "memory of 10,000 idle connections",
        "connect ws://127.0.0.1:8080/ --connections 10000 --pid 4711",
      ],
      [
        "as browsers connect, from a page",
        "connect ws://127.0.0.1:8080/ --handshake browser --origin http://localhost:8080",
      ],
    ],
  },
  echo: {
    summary: "every connection sends and waits for its message to come back",
    description: `Every reply is checked: its length, its place in the sequence, and its content by sample.

--in-flight is a closed loop: a message is sent when a reply came. It finds the highest
throughput, and it hides stalls, because nothing is sent while the server stands still.
--rate is an open loop: messages are due at fixed times and latency counts from then, sent
or not. It tells what users would notice. Take a rate well below the highest throughput.`,
    examples: [
      ["throughput, 16 messages in flight", "echo ws://127.0.0.1:8080/echo --in-flight 16"],
      [
        "latency at 5,000 messages a second",
        "echo ws://127.0.0.1:8080/echo --rate 5000 --duration 60s",
      ],
      [
        "16 KiB binary, server started for it",
        "echo ws://127.0.0.1:8080/echo --message-bytes 16k --format binary --spawn 'node server.js'",
      ],
      ["a Socket.IO server", "echo ws://127.0.0.1:3000/ --adapter socket.io"],
    ],
  },
  broadcast: {
    summary: "publishers send, and every subscriber of their topic receives",
    description: `Counts every delivery to every subscriber. Closed loop: a publisher sends on when its message
has reached the subscribers. The server must pass messages on to the other connections of
the same URL; with several --topics, {topic} in the URL stands for the number of each.`,
    examples: [
      ["a chat room of 1,000", "broadcast ws://127.0.0.1:8080/chat"],
      [
        "100 rooms of 50, 200 messages a second",
        "broadcast 'ws://127.0.0.1:8080/room/{topic}' --topics 100 --publishers 100 --subscribers 5000 --rate 200",
      ],
      [
        "the server echoes to the sender, too",
        "broadcast ws://127.0.0.1:8080/chat --publisher-receives",
      ],
    ],
  },
  soak: {
    summary: "a fixed rate for a long time: do latency and memory drift?",
    description: `Sends at a fixed rate (open loop) and compares the last quarter of the time with the first:
the ratio of latencies, and with --pid or --spawn the growth of memory.`,
    examples: [
      [
        "an hour, a point of the plot per minute",
        "soak ws://127.0.0.1:8080/echo --duration 1h --interval 1m --pid 4711 --html soak.html",
      ],
    ],
  },
  reconnect: {
    summary: "storms: all clients drop and come back",
    description: `Drops every connection at the same moment and opens all again, several times. Reports how long
it took until all were back, and how many attempts failed. --jitter spreads the clients.`,
    examples: [
      ["1,000 clients, all at once", "reconnect ws://127.0.0.1:8080/"],
      ["the same, spread over 5 seconds", "reconnect ws://127.0.0.1:8080/ --jitter 5s"],
    ],
  },
};

/** The end of a help text. */
export function examplesText({ examples }: HelpText): string {
  const blocks = examples.map(([effect, line]) => `  # ${effect}\n  windlass-bench ${line}`);
  return `\nExamples:\n${blocks.join("\n\n")}\n`;
}

export const exitStatusText = `
Exit status: 0 all replies were right, 1 the server failed a check, 2 the run could not take place.
`;
