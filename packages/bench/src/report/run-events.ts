export type RunPhase = "connecting" | "warm-up" | "measuring" | "draining" | "holding";

/** How a run is doing. */
export interface RunProgress {
  /** Since the measured phase (or the holding) began. */
  readonly seconds: number;
  /** How long it will take; 0 when that is not known. */
  readonly ofSeconds: number;
  /** Replies (deliveries, handshakes) per second, of late. */
  readonly messagesPerSecond: number;
  /** Connections open now. */
  readonly open: number;
  /** So far in all. */
  readonly faults: number;
  /** Of late; null when there were no replies. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
}

/** Told while a run goes on. */
export interface RunEvents {
  phase?(phase: RunPhase): void;
  /** About twice a second, from the warm-up on. */
  progress?(progress: RunProgress): void;
}
