import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import { type Refusal, refuse, type Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";
import type { Router } from "../contract/router.ts";
import type { SocketRoute } from "../contract/transport.ts";
import { containRequest } from "./contain-request.ts";
import { HandshakeContext } from "./handshake-context.ts";
import type { NativeContext, NativeRequest, NativeResponse } from "./native.ts";
import { type ReadRequest, type RequestReader, toHandshake } from "./read-request.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { RouteRuntime } from "./route-runtime.ts";
import { shuttingDown } from "./shutting-down.ts";
import { UwsConnection } from "./uws-connection.ts";
import { writeRefusal } from "./write-refusal.ts";

/** Limits of handshakes that wait for an async guard. */
export interface HandshakeLimits {
  readonly handshakeTimeoutMs: number;
  readonly maxPendingHandshakes: number;
}

/** What the upgrades of all routes share. */
export interface UpgraderOptions extends HandshakeLimits {
  readonly router: Router<SocketRoute>;
  readonly runtimes: ReadonlyMap<SocketRoute, RouteRuntime>;
  readonly requests: RequestReader;
  readonly refusals: RefusalLog;
  readonly clock: Clock;
}

/** A handshake on its way from the native request to the answer. */
interface Upgrade {
  readonly res: NativeResponse;
  readonly native: NativeContext;
  readonly runtime: RouteRuntime;
  readonly request: ReadRequest;
  readonly handshake: Handshake;
  readonly context: HandshakeContext;
}

/** Answers upgrade requests: asks the route's guards, then switches to WebSocket or refuses. */
export class Upgrader {
  readonly #options: UpgraderOptions;
  /** Answers of handshakes whose guards have not decided yet. */
  readonly #pending = new Set<(verdict: Verdict) => void>();
  #isClosing = false;

  constructor(options: UpgraderOptions) {
    this.#options = options;
  }

  /** Refuses every handshake from now on, also those whose guards have not decided yet. */
  close(): void {
    this.#isClosing = true;
    for (const finish of this.#pending) finish(shuttingDown());
  }

  /**
   * The engine's `upgrade` handler of one pattern. Several routes may share it with different hosts,
   * because the engine keeps just one handler for a pattern.
   */
  upgrade(pattern: string, res: NativeResponse, req: NativeRequest, native: NativeContext): void {
    const { requests, router, runtimes } = this.#options;
    // The engine takes nothing else for a handshake (RFC 6455 section 4.1).
    const request = requests.read(res, req, "GET");
    const malformed = requests.check(request);
    const match = router.find(request.path, request.host);
    const runtime = match.accepted ? runtimes.get(match.route) : undefined;
    if (malformed || !match.accepted || runtime?.route.pattern !== pattern) {
      // Another pattern fits better, or none: the next handler answers.
      req.setYield(true);
      return;
    }
    const offered = request.headers.get("sec-websocket-protocol");
    const subprotocol = runtime.route.chooseSubprotocol(offered);
    const handshake = toHandshake(request, pattern, match.params, subprotocol);
    const context = new HandshakeContext();
    const upgrade = { res, native, runtime, request, handshake, context };
    const verdict = this.#overload() ?? this.#check(upgrade);
    if (isPromiseLike(verdict)) this.#wait(upgrade, verdict);
    else this.#answer(upgrade, verdict)?.opened();
  }

  #overload(): Refusal | undefined {
    if (this.#isClosing) return shuttingDown();
    const { maxPendingHandshakes } = this.#options;
    if (this.#pending.size < maxPendingHandshakes) return undefined;
    return refuse({
      rule: "pending-handshakes",
      code: "ERR_TOO_MANY_HANDSHAKES",
      seen: String(this.#pending.size),
      wanted: `less than ${maxPendingHandshakes}`,
      headers: { "Retry-After": "5" },
    });
  }

  #check(upgrade: Upgrade): Verdict | Promise<Verdict> {
    try {
      return upgrade.runtime.route.guard.check(upgrade.handshake, upgrade.context);
    } catch (error) {
      return this.#guardFailed(upgrade, error);
    }
  }

  #guardFailed({ runtime, handshake }: Upgrade, thrown: unknown): Refusal {
    const error = toError(thrown);
    runtime.log.error({ err: error, ip: handshake.ip }, "a guard failed: answering 500");
    const wanted = "a verdict: accept or refuse(...)";
    return refuse({ rule: "guard", code: "ERR_GUARD_FAILED", seen: error.name, wanted });
  }

  #wait(upgrade: Upgrade, deciding: Promise<Verdict>): void {
    const { res, context, runtime, handshake } = upgrade;
    let isAnswered = false;
    const finish = (verdict: Verdict | undefined, reason = "the handshake was refused"): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#pending.delete(finish);
      stopTimer();
      // Undefined: the client is gone, and with it the native response.
      if (verdict !== undefined) this.#answerLater(upgrade, verdict);
      if (!verdict?.accepted) context.abort(new Error(reason));
    };
    this.#pending.add(finish);
    // The engine ends the process when a handler returns without an answer and without this.
    res.onAborted(() => finish(undefined, "the client went away during the handshake"));
    const stopTimer = this.#options.clock.after(this.#options.handshakeTimeoutMs, () => {
      finish(this.#timedOut(), "the handshake took too long");
    });
    deciding.then(
      (verdict) => {
        if (!isAnswered) finish(verdict);
        else if (verdict.accepted) runtime.release(handshake);
      },
      (error: unknown) => {
        if (!isAnswered) finish(this.#guardFailed(upgrade, error));
        else runtime.log.error({ err: toError(error) }, "a guard failed after the handshake");
      },
    );
  }

  /** Answers outside of the engine's own callback; never throws. */
  #answerLater(upgrade: Upgrade, verdict: Verdict): void {
    const { res, runtime } = upgrade;
    containRequest(runtime.log, res, () => {
      let connection: UwsConnection | undefined;
      res.cork(() => {
        connection = this.#answer(upgrade, verdict);
      });
      connection?.opened();
    });
  }

  #timedOut(): Refusal {
    const { handshakeTimeoutMs } = this.#options;
    return refuse({
      rule: "handshake-timeout",
      code: "ERR_HANDSHAKE_TIMEOUT",
      seen: "a guard that has not answered",
      wanted: `a verdict within ${handshakeTimeoutMs} ms`,
      headers: { "Retry-After": "5" },
    });
  }

  /** Writes the answer; the connection when it is 101. */
  #answer(upgrade: Upgrade, verdict: Verdict): UwsConnection | undefined {
    const { res, native, runtime, request, handshake } = upgrade;
    const { refusals } = this.#options;
    const fields = { route: runtime.route.pattern, ip: handshake.ip };
    if (!verdict.accepted) {
      writeRefusal(res, verdict);
      refusals.refused(verdict, fields);
      return undefined;
    }
    for (const report of verdict.reports ?? []) refusals.reported(report, fields);
    const { headers } = request;
    const connection = new UwsConnection(runtime, handshake, verdict.user);
    try {
      res.upgrade(
        { connection },
        headers.get("sec-websocket-key") ?? "",
        handshake.subprotocol,
        headers.get("sec-websocket-extensions") ?? "",
        native,
      );
    } catch (error) {
      runtime.release(handshake);
      throw error;
    }
    return connection;
  }
}
