import type { Adapter } from "../contract/adapter.ts";
import { withTopic } from "./target-url.ts";

/** A message is its payload and nothing else; `{topic}` in the URL stands for the topic's number. */
export const plainAdapter: Adapter = {
  name: "plain",
  target: (url, topic) => withTopic(`${url.pathname}${url.search}`, topic),
  request: (format) => [{ format, before: "", after: "", holdsPayload: true }],
  reply: (format) => ({ format, before: "", after: "", holdsPayload: true }),
};
