import type { SocketTarget } from "./socket.ts";

/** Why a connection failed or was lost: a sentence for people, grouped by equality. */
export type EndReason = string;

const CLOSE_CODES: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code given",
  1007: "invalid payload",
  1008: "policy violation",
  1009: "message too big",
  1010: "mandatory extension",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
};

export function describeSocketError(
  error: NodeJS.ErrnoException,
  { host, port }: Pick<SocketTarget, "host" | "port">,
  wasReady: boolean,
): EndReason {
  switch (error.code) {
    case "ECONNREFUSED":
      return `connection refused (ECONNREFUSED): nothing listens on ${host} port ${port}; start the server or correct the URL`;
    case "ECONNRESET":
    case "EPIPE":
      return wasReady
        ? `connection reset by the server (${error.code})`
        : `connection reset before the handshake was over (${error.code}): the server or its backlog is full, or the port speaks another protocol; lower --concurrency or check the URL`;
    case "ETIMEDOUT":
      return "no answer from the network (ETIMEDOUT): packets are lost or the server's backlog is full; lower --concurrency or check the address";
    case "EMFILE":
      return "too many open files (EMFILE): raise the limit with `ulimit -n`, or use more --workers, which have one each";
    case "EADDRNOTAVAIL":
    case "EADDRINUSE":
      return `no source port left (${error.code}): about 28,000 connections fit from one address to one port; use fewer --connections, wait a minute for closed ones to expire, or widen net.ipv4.ip_local_port_range`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host ${host} is not known (${error.code}); correct the URL`;
    default:
      return describeTlsError(error) ?? `connection failed: ${error.message}`;
  }
}

function describeTlsError({ code = "", message }: NodeJS.ErrnoException): EndReason | undefined {
  // The message of OpenSSL holds addresses and would be another one for each connection.
  if (code.startsWith("ERR_SSL_")) {
    return `TLS failed (${code}): if the server does not speak TLS, use a ws: URL`;
  }
  if (!/CERT|SIGNATURE/.test(code)) return undefined;
  return `certificate not accepted (${code}): ${message}; for a server of your own use --insecure`;
}

/** An HTTP answer other than 101. `origin`: the Origin header that was sent. */
export function describeRefusal(
  status: string,
  body: string,
  origin: string | undefined,
): EndReason {
  const answer = `handshake answered ${status}${body === "" ? "" : `: ${JSON.stringify(body)}`}`;
  if (!status.startsWith("403")) return answer;
  const sent = origin === undefined ? "none was sent" : `${origin} was sent`;
  return `${answer}; the server probably refuses the Origin (${sent}): give one that it allows with --origin`;
}

export function describeClose(code: number, reason: string): EndReason {
  const name = CLOSE_CODES[code];
  const words = [`closed by the server: ${code}`];
  if (name !== undefined) words.push(name);
  if (reason !== "") words.push(JSON.stringify(reason));
  return words.join(" ");
}

/** The server ended the connection without saying why. */
export function describeEnd(phase: string): EndReason {
  return phase === "ready"
    ? "ended by the server without a close frame"
    : "ended by the server before the handshake was over; check the port, and whether it wants ws: or wss:";
}

const WAITED_FOR: Readonly<Record<string, string>> = {
  connecting: "for the connection; the server or its backlog is full",
  upgrading: "for the answer to the handshake",
  waiting: "for the message that the adapter takes as ready; check --adapter",
};

export function describeTimeout(phase: string, afterMs: number): EndReason {
  return `timed out after ${afterMs} ms ${WAITED_FOR[phase] ?? ""}`.trimEnd();
}
