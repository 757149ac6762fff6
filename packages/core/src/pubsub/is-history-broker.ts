import type { Broker, HistoryBroker } from "../contract/broker.ts";

/** Whether a broker keeps what was published. */
export function isHistoryBroker(broker: Broker): broker is HistoryBroker {
  return "history" in broker && typeof broker.history === "function";
}
