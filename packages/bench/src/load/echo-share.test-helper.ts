import type { Envelope, MessageFormat } from "../contract/adapter.ts";
import type { EchoSettings } from "../contract/settings.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { commonSettings, wholeShare } from "./worker-share.test-helper.ts";

/**
 * The settings of an echo run: 4 connections with 4 messages of 20 bytes in flight, or at the rate
 * given.
 */
export function echoSettings(url: string, settings: Partial<EchoSettings> = {}): EchoSettings {
  const { rate, ...rest } = settings;
  return {
    ...commonSettings(url, 4),
    scenario: "echo",
    drainMs: 5_000,
    connectTimeoutMs: 5_000,
    messageBytes: 20,
    format: "text",
    ...(rate === undefined ? { inFlight: 4 } : { rate }),
    ...rest,
  };
}

/** All of it in one worker. */
export function echoShare(url: string, settings: Partial<EchoSettings> = {}): WorkerShare {
  const { rate } = settings;
  return wholeShare(echoSettings(url, settings), rate === undefined ? {} : { rate });
}

export function envelope(format: MessageFormat, before = "", after = ""): Envelope {
  return { format, before, after, holdsPayload: true };
}
