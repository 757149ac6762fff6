import { ErrorReply } from "redis";
import { LinkError } from "./link-error.ts";
import type { RedisConnection, RedisReply } from "./redis-connection.ts";

/** What kind of server is wanted at the other end. */
export type ServerKind = "single" | "sentinel" | "cluster";

const oldestVersion = 7;

/**
 * Looks whether a server can be used at all.
 *
 * @throws LinkError that says what is wrong with it
 */
export async function checkServer(connection: RedisConnection, kind: ServerKind): Promise<void> {
  // Without a version HELLO changes nothing, and every user may send it.
  const info = fieldsOf(await connection.send(["HELLO"]));
  const version = info.get("version") ?? "unknown";
  if (Number.parseInt(version, 10) < oldestVersion) {
    throw new LinkError(`it is Redis ${version}; version ${oldestVersion} or later is needed`);
  }
  const mode = info.get("mode");
  if (mode === "cluster" && kind !== "cluster") {
    throw new LinkError('it is part of a cluster; use the option "cluster"');
  }
  if (mode !== "cluster" && kind === "cluster") {
    throw new LinkError(`it is not part of a cluster (its mode is ${mode}); use the option "url"`);
  }
  // A node of a cluster that was demoted says so in its answers to commands.
  if (info.get("role") !== "master" && kind !== "cluster") {
    throw new LinkError("it is a replica, which cannot be written to");
  }
}

/** A setting with which Redis throws away what it was told to keep, for a warning; `undefined` when it has none. */
export async function evictionPolicyOf(connection: RedisConnection): Promise<string | undefined> {
  try {
    const text = String(await connection.send(["INFO", "memory"]));
    const limit = /^maxmemory:(\d+)/m.exec(text)?.[1];
    const policy = /^maxmemory_policy:(\S+)/m.exec(text)?.[1];
    return limit === "0" || policy === "noeviction" ? undefined : policy;
  } catch (error) {
    // Some users may not look.
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}

function fieldsOf(reply: RedisReply): ReadonlyMap<string, string> {
  if (reply === null || typeof reply !== "object") return new Map();
  return new Map(Object.entries(reply).map(([name, value]) => [name, String(value)]));
}
