import { type Payload, type Protocol, RequestDefinition, schemaOf } from "@windlass/protocol";
import type { z } from "zod";
import { optionError } from "../option-error.ts";
import type { RunningCall } from "./call.ts";
import type { Middleware } from "./handler-types.ts";
import type { Peer } from "./peer.ts";
import type { ParsedProtocolOptions } from "./protocol-options.ts";

type Handler = (connection: Peer, data: unknown, call: RunningCall) => unknown;

/** A token bucket's size. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Everything about one message that clients may send. */
export interface CompiledHandler {
  readonly name: string;
  readonly kind: "event" | "request";
  readonly schema: z.ZodType;
  /** Of requests. */
  readonly result: Payload | undefined;
  readonly rate: Rate | undefined;
  readonly run: Handler;
}

/**
 * The handlers of a protocol by name.
 *
 * @throws WindlassError `ERR_OPTION_INVALID` when one is missing, or there is one too many
 */
export function compileHandlers(
  protocol: Protocol,
  options: ParsedProtocolOptions,
): ReadonlyMap<string, CompiledHandler> {
  const { handlers, rateLimits, middleware } = options;
  checkNames("handlers", Object.keys(handlers), protocol.client);
  checkNames("rateLimits", Object.keys(rateLimits), protocol.client);
  const table = new Map<string, CompiledHandler>();
  for (const [name, definition] of Object.entries(protocol.client)) {
    const handler = handlers[name];
    if (handler === undefined) {
      throw optionError(`options of ProtocolComponent.handlers.${name}`, "it is missing");
    }
    const isRequest = definition instanceof RequestDefinition;
    const limit = rateLimits[name];
    table.set(name, {
      name,
      kind: isRequest ? "request" : "event",
      schema: schemaOf(isRequest ? definition.data : definition),
      result: isRequest ? definition.result : undefined,
      rate: limit && {
        perSecond: limit.messagesPerSecond,
        burst: limit.burst ?? Math.max(1, 2 * limit.messagesPerSecond),
      },
      // `handlers` may be an instance of a class, whose methods want it as `this`.
      run: wrapped((handler as Handler).bind(handlers), middleware),
    });
  }
  return table;
}

/** The handler inside all middleware; itself when there is none. */
function wrapped(handler: Handler, middleware: readonly Middleware[]): Handler {
  return middleware.reduceRight<Handler>(
    (inner, around) => (connection, data, call) =>
      around(call, () => inner(connection, data, call)),
    handler,
  );
}

function checkNames(option: string, given: readonly string[], known: object): void {
  const stranger = given.find((name) => !Object.hasOwn(known, name));
  if (stranger === undefined) return;
  const names = Object.keys(known).join(", ") || "none";
  throw optionError(
    `options of ProtocolComponent.${option}.${stranger}`,
    `clients send no message of this name; the protocol has ${names}`,
  );
}
