import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import { type Refusal, refuse, type Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";
import type { Router } from "../contract/router.ts";
import type { SocketRoute } from "../contract/transport.ts";
import { HandshakeContext } from "./handshake-context.ts";
import type { NativeContext, NativeRequest, NativeResponse } from "./native.ts";
import {
  checkRequest,
  type ReadOptions,
  type ReadRequest,
  readRequest,
  toHandshake,
} from "./read-request.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { RouteRuntime } from "./route-runtime.ts";
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
  readonly read: ReadOptions;
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
  #pending = 0;
  /** Set when the node stops accepting. */
  isClosing = false;

  constructor(options: UpgraderOptions) {
    this.#options = options;
  }

  /** Handshakes whose guards have not decided yet. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * The engine's `upgrade` handler of one pattern. Several routes may share it with different hosts,
   * because the engine keeps just one handler for a pattern.
   */
  upgrade(pattern: string, res: NativeResponse, req: NativeRequest, native: NativeContext): void {
    const request = readRequest(res, req, this.#options.read);
    const malformed = checkRequest(request);
    const match = this.#options.router.find(request.path, request.host);
    const runtime = match.accepted ? this.#options.runtimes.get(match.route) : undefined;
    if (malformed || !match.accepted || runtime?.route.pattern !== pattern) {
      // Another pattern fits better, or none: the next handler answers.
      req.setYield(true);
      return;
    }
    const offered = request.headers.get("sec-websocket-protocol");
    const subprotocol = runtime.route.chooseSubprotocol(offered);
    const handshake = toHandshake(request, match.params, subprotocol);
    const context = new HandshakeContext();
    const upgrade = { res, native, runtime, request, handshake, context };
    const verdict = this.#overload() ?? this.#check(upgrade);
    if (isPromiseLike(verdict)) this.#wait(upgrade, verdict);
    else this.#answer(upgrade, verdict)?.opened();
  }

  #overload(): Refusal | undefined {
    const headers = { "Retry-After": "5" };
    if (this.isClosing) {
      return refuse({
        rule: "shutdown",
        code: "ERR_SHUTTING_DOWN",
        seen: "closing",
        wanted: "running",
        headers,
      });
    }
    const { maxPendingHandshakes } = this.#options;
    if (this.#pending < maxPendingHandshakes) return undefined;
    return refuse({
      rule: "pending-handshakes",
      code: "ERR_TOO_MANY_HANDSHAKES",
      seen: String(this.#pending),
      wanted: `less than ${maxPendingHandshakes}`,
      headers,
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
    this.#pending += 1;
    let isAnswered = false;
    const finish = (verdict: Verdict | undefined): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#pending -= 1;
      stopTimer();
      // Undefined: the client is gone, and with it the native response.
      if (verdict === undefined) return;
      let connection: UwsConnection | undefined;
      res.cork(() => {
        connection = this.#answer(upgrade, verdict);
      });
      connection?.opened();
    };
    // The engine ends the process when a handler returns without an answer and without this.
    res.onAborted(() => {
      context.abort(new Error("the client went away during the handshake"));
      finish(undefined);
    });
    const stopTimer = this.#options.clock.after(this.#options.handshakeTimeoutMs, () => {
      context.abort(new Error("the handshake took too long"));
      finish(this.#timedOut());
    });
    deciding.then(
      (verdict) => {
        if (!isAnswered) finish(verdict);
        else if (verdict.accepted) runtime.release(handshake);
      },
      (error: unknown) => {
        if (!isAnswered) finish(this.#guardFailed(upgrade, error));
      },
    );
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
    res.upgrade(
      { connection },
      headers.get("sec-websocket-key") ?? "",
      handshake.subprotocol,
      headers.get("sec-websocket-extensions") ?? "",
      native,
    );
    return connection;
  }
}
