import type { Envelope, MessageFormat } from "../contract/adapter.ts";
import type { EchoSettings } from "../contract/settings.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { commonSettings, wholeShare } from "./worker-share.test-helper.ts";

/**
 * The share of the one worker of an echo run: 4 connections with 4 messages of 20 bytes in flight,
 * or at the rate given.
 */
export function echoShare(url: string, settings: Partial<EchoSettings> = {}): WorkerShare {
  const { rate, ...rest } = settings;
  const whole: EchoSettings = {
    ...commonSettings(url, 4),
    scenario: "echo",
    drainMs: 5_000,
    connectTimeoutMs: 5_000,
    messageBytes: 20,
    format: "text",
    ...(rate === undefined ? { inFlight: 4 } : { rate }),
    ...rest,
  };
  return wholeShare(whole, rate === undefined ? {} : { rate });
}

export function envelope(format: MessageFormat, before = "", after = ""): Envelope {
  return { format, before, after, holdsPayload: true };
}
