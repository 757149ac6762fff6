import { peers } from "./peers.ts";
import type { Comparison } from "./result.ts";

/** How the figures came about: the same text for every run, with what differs put in. */
export function methodSection(comparison: Comparison): string {
  const { quick, rounds, machine, versions, scenarios } = comparison;
  const starts = quick ? "new processes for each scenario" : "new processes";
  const measured = new Set(Object.values(scenarios).flatMap(({ servers }) => Object.keys(servers)));
  const servers = peers
    .filter(({ name }) => measured.has(name))
    .map(({ title, description }) => `- **${title}**: ${description}`);
  return [
    "The generator is [windlass-bench](../packages/bench), one worker process. It checks length, order and content of the replies: in every scenario, all that was asked for came back.",
    [
      `- **Interleaved.** Every round measures all servers of the scenario one after the other, ${rounds} rounds for each scenario; each round begins with another server, and every other round goes backwards. A ratio is taken within each round, and the median of these ratios is given, so that what slows down a whole round cancels out.`,
      `- **One at a time.** The servers of a round are all up, in ${starts}, and idle but for the one that is measured. Each measurement has a warm-up of its own, which does not count; where handshakes are measured, as many come before.`,
      "- **CPU time** is that of the server's process, user and system, from `/proc`, divided by the replies of the measured phase. It holds when the generator is the limit, and when the machine is shared.",
      "- **Memory** is the growth of resident memory from before the connections to while all are held, divided by their number. The first reading follows a garbage collection, the second one comes as it is: nobody collects the garbage of handshakes in production. The process is new and has seen 100 connections come and go; of what Windlass grows by, a third is machine code and young-generation memory that the first thousands of handshakes set up once. What the kernel holds for a TCP connection is not in it.",
      "- **Latency** belongs to a closed loop: each connection sends the next message when a reply comes back, so a slow server is also asked less.",
      "- Servers run without compression, without TLS, and log nothing per message. Windlass and the Node.js servers run as built JavaScript.",
    ].join("\n"),
    "The servers, each a small program in [bench/peers/src/servers](../bench/peers/src/servers):",
    servers.join("\n"),
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memory} of memory, ${machine.kernel}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
  ].join("\n\n");
}
