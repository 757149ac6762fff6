import type { Connection, PublicationAttributes, TopicPublishOptions } from "@windlass/core";
import { optionError } from "../option-error.ts";

/** A connection, or the id of one that may be on another node. */
export type ConnectionOrId = Connection | string;

/** Who gets a publication, and how. */
export interface PublishOptions {
  /** A connection that does not get it: usually the one it came from. Default: everybody does. */
  readonly except?: Connection | undefined;
  /**
   * Connections that do not get it, as in Ratchet's `Topic::broadcast()`. More than one costs a look at
   * each connection of a route.
   */
  readonly exclude?: readonly ConnectionOrId[];
  /** The only connections that get it, of those that are subscribed; each is looked at. Default: all. */
  readonly eligible?: readonly ConnectionOrId[];
  /**
   * Whether a connection gets it: called for each subscriber, on this node. Not on an app with a
   * broker, and not for topics with history, because a function cannot travel. Must not throw.
   */
  readonly where?: (connection: Connection) => boolean;
  /** On topics that conflate: of what it is the newest. Default: the topic is about one thing. */
  readonly key?: string;
  /** Whether a connection that has not read everything before does without it. Default: false. */
  readonly isVolatile?: boolean;
  /** As in `send()`. */
  readonly compress?: boolean;
  /** The name of a typed publication; `data` is its JSON. `ProtocolComponent.publish()` is the typed way. */
  readonly event?: string;
  /**
   * Publishing again with the same key, to the same topic and within the window, publishes nothing:
   * for those who do not know whether the first time has worked. 1 to 256 characters. Default: none.
   */
  readonly idempotencyKey?: string;
  /** For how long the key is remembered, in milliseconds: 1 to 86,400,000. Default: 300,000. */
  readonly idempotencyWindowMs?: number;
}

const defaultWindowMs = 300_000;
const maxWindowMs = 86_400_000;
const maxKeyLength = 256;

/**
 * The options as the topics take them. `base` is what all publications of a route have.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function toTopicOptions(
  options: PublishOptions,
  base: PublicationAttributes | undefined,
): TopicPublishOptions {
  if (isOnlyExcept(options)) {
    const { except } = options;
    return base === undefined ? { except } : { except, attributes: base };
  }
  const { except, where, exclude, eligible, key, isVolatile, compress, event } = options;
  const own = {
    ...(exclude !== undefined && { exclude: exclude.map(idOf) }),
    ...(eligible !== undefined && { eligible: eligible.map(idOf) }),
    ...(key !== undefined && { key }),
    ...(isVolatile === true && { isVolatile }),
    ...(compress !== undefined && { compress }),
    ...(event !== undefined && { event }),
  };
  const attributes = Object.keys(own).length === 0 ? base : { ...base, ...own };
  const idempotency = idempotencyOf(options);
  return {
    except,
    where,
    ...(attributes !== undefined && { attributes }),
    ...(idempotency !== undefined && { idempotency }),
  };
}

/** What chats do with every message has a short way. */
function isOnlyExcept(options: PublishOptions): boolean {
  for (const name in options) if (name !== "except") return false;
  return true;
}

function idOf(connection: ConnectionOrId): string {
  return typeof connection === "string" ? connection : connection.id;
}

function idempotencyOf(options: PublishOptions): TopicPublishOptions["idempotency"] {
  const { idempotencyKey: key, idempotencyWindowMs: windowMs = defaultWindowMs } = options;
  if (key === undefined) return undefined;
  if (typeof key !== "string" || key === "" || key.length > maxKeyLength) {
    const seen = typeof key === "string" ? `${key.length} characters` : typeof key;
    throw optionError(
      "idempotencyKey",
      `expected a string of 1 to ${maxKeyLength} characters; seen ${seen}`,
    );
  }
  if (!(windowMs >= 1 && windowMs <= maxWindowMs)) {
    throw optionError(
      "idempotencyWindowMs",
      `expected 1 to ${maxWindowMs} milliseconds; seen ${String(windowMs)}`,
    );
  }
  return { key, windowMs };
}
