import type { HistoryPolicy, Publication } from "@windlass/core";
import { RecordingLogger } from "@windlass/core/testing";
import { onTestFinished } from "vitest";
import { LmdbBroker, type LmdbBrokerOptions } from "./index.ts";
import { tempFolder } from "./temp-folder.test-helper.ts";

/** A broker that is open until the test ends. */
export async function openBroker(
  options: Partial<LmdbBrokerOptions> = {},
  log: RecordingLogger = new RecordingLogger(),
): Promise<LmdbBroker> {
  const broker = new LmdbBroker({ path: tempFolder(), ...options });
  await openNow(broker, log);
  return broker;
}

export async function openNow(
  broker: LmdbBroker,
  log: RecordingLogger = new RecordingLogger(),
): Promise<void> {
  onTestFinished(() => broker.close());
  await broker.open({ nodeId: "node", log, onGap: () => {} });
}

/** A history that nothing expires from during a test. */
export function keep(size = 1_000): HistoryPolicy {
  return { size, ttlMs: 3_600_000, positionTtlMs: 7_200_000 };
}

/** The data of publications, which is text. */
export function textsOf(publications: readonly Publication[]): string[] {
  return publications.map(({ data }) => String(data));
}
