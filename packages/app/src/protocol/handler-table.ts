import { isPromiseLike, type TokenRate } from "@windlass/core";
import {
  type MessageDefinition,
  type Payload,
  type Protocol,
  RequestDefinition,
  schemaOf,
} from "@windlass/protocol";
import type { z } from "zod";
import { optionError } from "../option-error.ts";
import type { Call, Middleware } from "./handler-types.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";
import type { ParsedProtocolOptions } from "./protocol-options.ts";

type Handler = (connection: ProtocolConnection, data: unknown, call: Call) => unknown;

/** Everything about one message that clients may send. */
export interface CompiledHandler {
  readonly name: string;
  readonly kind: "event" | "request";
  readonly schema: z.ZodType;
  /** Of requests. */
  readonly result: Payload | undefined;
  readonly rate: TokenRate | undefined;
  readonly run: Handler;
}

/**
 * The handlers of a protocol by name.
 *
 * @throws WindlassError `ERR_OPTION_INVALID` when one is missing, or there is one too many
 */
export function compileHandlers(
  protocol: Protocol,
  handlers: unknown,
  options: ParsedProtocolOptions,
): ReadonlyMap<string, CompiledHandler> {
  if (typeof handlers !== "object" || handlers === null) {
    const seen = handlers === null ? "null" : typeof handlers;
    throw optionError(place("handlers"), `expected an object of functions; seen ${seen}`);
  }
  // An instance of a class may have methods and state of its own beside the handlers.
  if (Object.getPrototypeOf(handlers) === Object.prototype) {
    checkNames("handlers", Object.keys(handlers), protocol.client);
  }
  checkNames("rateLimits", Object.keys(options.rateLimits), protocol.client);
  const definitions = Object.entries(protocol.client);
  return new Map(
    definitions.map(([name, definition]) => [name, compile(name, definition, handlers, options)]),
  );
}

function compile(
  name: string,
  definition: MessageDefinition,
  handlers: object,
  { rateLimits, middleware }: ParsedProtocolOptions,
): CompiledHandler {
  const handler = findHandler(handlers, name);
  if (typeof handler !== "function") {
    const problem = `expected a function (connection, data, call) => ...; seen ${typeof handler}`;
    throw optionError(place(`handlers.${name}`), problem);
  }
  const isRequest = definition instanceof RequestDefinition;
  return {
    name,
    kind: isRequest ? "request" : "event",
    schema: schemaOf(isRequest ? definition.data : definition),
    result: isRequest ? definition.result : undefined,
    rate: rateOf(Object.hasOwn(rateLimits, name) ? rateLimits[name] : undefined),
    // Methods of a class want its instance as `this`.
    run: wrapped(handler.bind(handlers) as Handler, middleware),
  };
}

function rateOf(limit: ParsedProtocolOptions["rateLimits"][string]): TokenRate | undefined {
  if (limit === undefined) return undefined;
  const { messagesPerSecond: perSecond, burst = Math.max(1, 2 * perSecond) } = limit;
  return { perSecond, burst };
}

/** The handler inside all middleware; itself when there is none. */
function wrapped(handler: Handler, middleware: readonly Middleware[]): Handler {
  return middleware.reduceRight<Handler>(
    (inner, around) => (connection, data, call) => {
      let isCalled = false;
      let started: unknown;
      const next = (): unknown => {
        if (isCalled) throw new Error("A middleware has called next() twice.");
        isCalled = true;
        started = inner(connection, data, call);
        return started;
      };
      const outcome = around(call, next);
      if (started === outcome || !isPromiseLike(started)) return outcome;
      return afterNext(started, outcome);
    },
    handler,
  );
}

/** A middleware that does not return what `next()` returned may have forgotten to: the handler is waited for. */
function afterNext(started: PromiseLike<unknown>, outcome: unknown): PromiseLike<unknown> {
  const handled = Promise.resolve(started);
  if (!isPromiseLike(outcome)) return handled.then((result) => outcome ?? result);
  // What it threw the middleware has seen, or did not want to.
  handled.catch(() => {});
  return outcome;
}

/** A handler of the object or its class, and nothing that every object has. */
function findHandler(handlers: object, name: string): unknown {
  let place: object | null = handlers;
  while (place !== null && place !== Object.prototype) {
    if (Object.hasOwn(place, name)) return Reflect.get(handlers, name);
    place = Object.getPrototypeOf(place);
  }
  return undefined;
}

function checkNames(option: string, given: readonly string[], known: object): void {
  const stranger = given.find((name) => !Object.hasOwn(known, name));
  if (stranger === undefined) return;
  const names = Object.keys(known).join(", ") || "none";
  throw optionError(
    place(`${option}.${stranger}`),
    `clients send no message of this name; the protocol has ${names}`,
  );
}

function place(option: string): string {
  return `options of ProtocolComponent.${option}`;
}
