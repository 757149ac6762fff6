import { z } from "zod";

const wanted = 'expected a WebSocket URL such as "ws://127.0.0.1:8080/chat"';

/** A `ws:` or `wss:` URL, kept as it was written. */
export function targetUrl() {
  return z.string(wanted).check((context) => {
    const problem = urlProblem(context.value);
    if (problem === undefined) return;
    context.issues.push({ code: "custom", message: problem, input: context.value });
  });
}

function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // "localhost:8080/chat" parses, with "localhost:" as its scheme.
  if (url === undefined || !/^[a-z]+:\/\//i.test(text)) return wanted;
  if (/^https?:$/.test(url.protocol)) {
    return `expected the scheme ${url.protocol.replace("http", "ws")} in place of ${url.protocol}`;
  }
  if (!/^wss?:$/.test(url.protocol)) return wanted;
  if (url.hash !== "") return "expected a URL without a fragment (RFC 6455, section 3)";
  if (url.username !== "" || url.password !== "") {
    return "expected a URL without user name and password; send an Authorization header";
  }
  return undefined;
}

/** Whether a URL leads to this machine by its name alone: nobody is asked what a name stands for. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase();
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What built-in adapters replace with the number of a connection's topic. */
export const topicMark = "{topic}";

// URL percent-encodes braces in a path and keeps them in a query.
const marks = /\{topic\}|%7Btopic%7D/gi;

export function hasTopicMark(text: string): boolean {
  return text.search(marks) >= 0;
}

/** A text for one topic. */
export function withTopic(text: string, topic: number): string {
  return text.replaceAll(marks, String(topic));
}
