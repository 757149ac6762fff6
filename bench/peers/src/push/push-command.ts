import type { ProgramIo } from "@windlass/bench";
import { Command } from "commander";
import { pin } from "../compare/pinning.ts";
import { isBuilt } from "../compare/run-built.ts";
import { measurePush } from "./measure-push.ts";
import { defaultOptions, type PushOptions, parseOption } from "./push-options.ts";
import { pushToText } from "./push-table.ts";

/** The command `bench:push`: exit status 1 when a request, an echo or a delivery failed. */
export function pushCommand(io: ProgramIo): Command {
  const number = (name: keyof PushOptions) => (text: string) => parseOption(name, text);
  const { rate, seconds, connections, sockets } = defaultOptions;
  return new Command("bench:push")
    .description("Loads the push API with signed requests, and sees what sockets feel of it.")
    .option("--rate <number>", "Signed requests per second", number("rate"), rate)
    .option("--seconds <number>", "Of each of two measurements", number("seconds"), seconds)
    .option("--connections <number>", "HTTP connections", number("connections"), connections)
    .option("--sockets <number>", "Sockets that echo", number("sockets"), sockets)
    .action((options: PushOptions) => run(options, io));
}

async function run(options: PushOptions, io: ProgramIo): Promise<void> {
  const { serverPrefix: prefix, note } = pin();
  const form = isBuilt() ? "built" : "source";
  const say = (line: string): void => void io.stderr.write(`${line}\n`);
  const result = await measurePush(options, { form, prefix }, say);
  io.stdout.write(`${pushToText(result, [note])}\n`);
  if (result.failures.length === 0) return;
  io.stderr.write(`${["The measurement failed:", ...result.failures].join("\n- ")}\n`);
  io.setExitStatus(1);
}
