import { accept, type Guard, type Refusal, refuse } from "../contract/guard.ts";
import type { Handshake, HandshakeHeaders } from "../contract/handshake.ts";
import { headerTokens } from "./header-tokens.ts";

const versionHeaders = Object.freeze({ "Sec-WebSocket-Version": "13" });
const upgradeHeaders = Object.freeze({
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
});

/**
 * 16 bytes in base64: 21 characters carry 126 bits, the next one the last two bits, so it is one of
 * four when the unused bits are zero.
 */
const canonicalKey = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

type Check = (headers: HandshakeHeaders) => Refusal | undefined;

/** In the order of Ratchet's verifier. */
const checks: readonly Check[] = [checkUpgrade, checkConnection, checkKey, checkVersion];

const guard: Guard = Object.freeze({
  check({ headers }: Handshake) {
    for (const check of checks) {
      const refusal = check(headers);
      if (refusal !== undefined) return refusal;
    }
    return accept;
  },
});

/**
 * Refuses what is not a WebSocket handshake (RFC 6455 section 4.2.1), as Ratchet's verifier does:
 * the Upgrade header (426 `ERR_UPGRADE_REQUIRED`), then Connection (400
 * `ERR_CONNECTION_HEADER_INVALID`), Sec-WebSocket-Key (400 `ERR_KEY_INVALID`) and
 * Sec-WebSocket-Version (426 `ERR_VERSION_UNSUPPORTED`).
 */
export function upgradeRequestGuard(): Guard {
  return guard;
}

function checkUpgrade(headers: HandshakeHeaders): Refusal | undefined {
  const seen = headers.get("upgrade");
  if (seen?.toLowerCase() === "websocket") return undefined;
  return refuse({
    rule: "upgrade",
    code: "ERR_UPGRADE_REQUIRED",
    seen: seen ?? "(no Upgrade header)",
    wanted: "Upgrade: websocket; behind a proxy, see that it passes the Upgrade header on",
    headers: upgradeHeaders,
  });
}

function checkConnection(headers: HandshakeHeaders): Refusal | undefined {
  const seen = headers.get("connection");
  // What all browsers but Firefox send needs no list.
  if (seen === "Upgrade") return undefined;
  if (headerTokens(seen).some((token) => token.toLowerCase() === "upgrade")) return undefined;
  return refuse({
    rule: "connection",
    code: "ERR_CONNECTION_HEADER_INVALID",
    seen: seen ?? "(no Connection header)",
    wanted: "Connection: Upgrade; behind a proxy, see that it passes the Connection header on",
  });
}

function checkKey(headers: HandshakeHeaders): Refusal | undefined {
  const key = headers.get("sec-websocket-key");
  if (key !== null && canonicalKey.test(key)) return undefined;
  return refuse({
    rule: "key",
    code: "ERR_KEY_INVALID",
    // Only its length: the key is the client's random secret of this handshake.
    seen: key === null ? "(no Sec-WebSocket-Key header)" : `a key of ${key.length} characters`,
    wanted: "16 bytes in base64: 24 characters that end with ==",
  });
}

function checkVersion(headers: HandshakeHeaders): Refusal | undefined {
  const seen = headers.get("sec-websocket-version");
  if (seen === "13") return undefined;
  return refuse({
    rule: "version",
    code: "ERR_VERSION_UNSUPPORTED",
    seen: seen ?? "(no Sec-WebSocket-Version header)",
    wanted: "Sec-WebSocket-Version: 13",
    headers: versionHeaders,
  });
}
