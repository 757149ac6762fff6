import type { Sendable } from "../contract/message.ts";
import type { DeliveryOptions } from "../contract/topic-publisher.ts";
import type { NativeApp } from "./native.ts";
import { byteLengthOf, isBinary, type Payload, payloadOf } from "./payload.ts";
import type { RouteMember, RouteRuntime } from "./route-runtime.ts";
import { UwsConnection } from "./uws-connection.ts";

/**
 * Sends a publication to the subscribers that a route has on this node. The engine does it in one
 * call when they all get it in the same way; otherwise each is looked at.
 *
 * @throws WindlassError `ERR_TOPIC_INVALID`, `ERR_SEND_DATA_INVALID`
 */
export function deliver(
  app: NativeApp,
  runtime: RouteRuntime,
  topic: string,
  data: Sendable,
  options: DeliveryOptions | undefined,
): boolean {
  const name = runtime.nativeTopic(topic);
  const payload = payloadOf(data);
  const compress = runtime.compresses(payload, options);
  const binary = isBinary(data);
  if (options === undefined) return app.publish(name, payload, binary, compress);
  const { except } = options;
  if (looksAtEach(options, runtime)) {
    return deliverToEach(runtime, { topic, name, payload, binary, compress }, options);
  }
  const left = except ?? excluded(options, runtime);
  // The engine leaves out the socket that publishes, but only a subscriber can publish that way; any
  // other connection would not get it anyway.
  return left instanceof UwsConnection && left.listensTo(runtime, name)
    ? left.publish(name, payload, binary, compress)
    : app.publish(name, payload, binary, compress);
}

interface Encoded {
  readonly topic: string;
  readonly name: string;
  readonly payload: Payload;
  readonly binary: boolean;
  readonly compress: boolean;
}

function looksAtEach(options: DeliveryOptions, runtime: RouteRuntime): boolean {
  const { except, exclude, eligible, where, slowConsumer, isVolatile } = options;
  const left = (exclude?.length ?? 0) + (except === undefined ? 0 : 1);
  return (
    left > 1 ||
    eligible !== undefined ||
    where !== undefined ||
    isVolatile === true ||
    (slowConsumer !== undefined && slowConsumer !== policyOf(runtime))
  );
}

/** The route's own policy, which the engine's publish follows. */
function policyOf({ policy }: RouteRuntime): "close" | "drop-new" {
  return policy.slowConsumer === "close" ? "close" : "drop-new";
}

/** The only connection that does not get it, if it is one of this route. */
function excluded({ exclude }: DeliveryOptions, runtime: RouteRuntime): RouteMember | undefined {
  const id = exclude?.[0];
  return id === undefined ? undefined : runtime.find(id);
}

function deliverToEach(
  runtime: RouteRuntime,
  { topic, name, payload, binary, compress }: Encoded,
  options: DeliveryOptions,
): boolean {
  const { except, where, slowConsumer = policyOf(runtime), key, isVolatile = false } = options;
  const excludedIds = options.exclude === undefined ? undefined : new Set(options.exclude);
  const publication = {
    topic,
    payload: keepable(payload),
    isBinary: binary,
    compress,
    byteLength: byteLengthOf(payload),
  };
  const conflationKey = slowConsumer === "conflate" ? `${topic}\n${key ?? ""}` : undefined;
  let hasReached = false;
  for (const connection of candidates(runtime, options)) {
    if (connection === except || !connection.listensTo(runtime, name)) continue;
    if (excludedIds?.has(connection.id)) continue;
    if (where !== undefined && !where(connection)) continue;
    hasReached = true;
    connection.deliver(publication, slowConsumer, conflationKey, isVolatile);
  }
  return hasReached;
}

/** A copy, where the memory may be taken back before a slow connection gets it. */
function keepable(payload: Payload): Payload {
  return typeof payload === "string" ? payload : new Uint8Array(payload).slice();
}

/** The connections to look at. A copy of them: what is sent may close some. */
function candidates(runtime: RouteRuntime, { eligible }: DeliveryOptions): readonly RouteMember[] {
  if (eligible === undefined) return [...runtime.bySerial.values()];
  return [...new Set(eligible)]
    .map((id) => runtime.find(id))
    .filter((connection) => connection !== undefined);
}
