import type { Adapter } from "../contract/adapter.ts";
import { plainAdapter } from "./plain-adapter.ts";
import { socketIoAdapter } from "./socket-io-adapter.ts";

/** `socket.io`, or with a namespace: `socket.io/chat`. */
const socketIo = /^socket\.io(\/.*)?$/;

/** The adapter of a name; undefined when it is none of ours. */
export function builtInAdapter(name: string): Adapter | undefined {
  if (name === plainAdapter.name) return plainAdapter;
  const [match, namespace = "/"] = socketIo.exec(name) ?? [];
  return match === undefined ? undefined : socketIoAdapter(namespace);
}

export function isBuiltIn(name: string): boolean {
  return builtInAdapter(name) !== undefined;
}
