/** One that sends numbered messages: a connection of `echo`, a publisher of `broadcast`. */
export interface Sender {
  /** Whether it is connected, and (`broadcast`) heard by anybody. */
  readonly canSend: boolean;
  /** Messages not yet answered (delivered to everybody here). */
  readonly outstanding: number;
  /** The most that may be outstanding. */
  readonly capacity: number;
  /** When it last sent, or something of its came back; `performance.now()`. */
  movedAt: number;
  /**
   * Sends `count` messages.
   *
   * @param at when the first was due, or now; milliseconds of `performance.now()`.
   * @param intervalMs how much later each further one was due; 0 for all at once.
   */
  send(count: number, at: number, intervalMs: number): void;
  /** So many messages were due and could not be sent. */
  skip(count: number): void;
  /** Waits no longer for what is outstanding. */
  giveUp(): void;
}

/** When messages are sent. */
export interface SendingLoop {
  start(senders: readonly Sender[]): void;
  /** The measured phase has begun; load goes on. */
  measure(): void;
  /** A sender has fewer messages outstanding. */
  settled(sender: Sender): void;
  /** After a read: those that settled may send on. */
  readEnd(now: number): void;
  /** The sender is gone; others do its part. */
  lost(sender: Sender): void;
  stop(): void;
  /** How often a sender gave up waiting, in the phase under way. */
  readonly stalls: number;
  /** How long the process was busy with nothing but looking at the clock in this phase, in milliseconds. */
  readonly spunMs: number;
}
