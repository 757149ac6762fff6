import { accept, type Guard, refuse } from "../contract/guard.ts";
import { describeList } from "./describe.ts";
import { headerTokens } from "./header-tokens.ts";

/** What looks like the name of a subprotocol is logged; long or numeric tokens may be credentials. */
const nameLike = /^(?!.*\d{4})[a-z][a-z0-9._-]{0,23}$/i;

/** What a {@link subprotocolGuard} insists on. */
export interface SubprotocolPolicy {
  /** The subprotocols of the route. */
  readonly supported: readonly string[];
  /**
   * Whether a client that offers none of the route's subprotocols is refused, as in Ratchet. RFC
   * 6455 section 4.2.2 would let it in without a subprotocol, which is what `false` does.
   */
  readonly strict: boolean;
}

/**
 * The subprotocol both sides will speak: the first in the client's order that the route supports
 * (RFC 6455 section 4.1), compared with case; `""` when there is none.
 */
export function chooseSubprotocol(
  offeredHeader: string | null,
  supported: readonly string[],
): string {
  // Most handshakes offer nothing: no array for them.
  if (offeredHeader === null || supported.length === 0) return "";
  return headerTokens(offeredHeader).find((token) => supported.includes(token)) ?? "";
}

/**
 * When strict, refuses with 426 `ERR_SUBPROTOCOL_UNSUPPORTED` a client whose offers do not fit
 * (also on routes without subprotocols) and one that offers nothing on a route that has some. The
 * answer names the supported ones in Sec-WebSocket-Protocol.
 */
export function subprotocolGuard({ supported, strict }: SubprotocolPolicy): Guard {
  const wanted = describeList(supported, "no subprotocol");
  const headers = { "Sec-WebSocket-Protocol": supported.join(", ") };
  return {
    check(handshake) {
      if (!strict || handshake.subprotocol !== "") return accept;
      const offered = headerTokens(handshake.headers.get("sec-websocket-protocol"));
      if (offered.length === 0 && supported.length === 0) return accept;
      return refuse({
        rule: "subprotocol",
        code: "ERR_SUBPROTOCOL_UNSUPPORTED",
        seen: describeOffer(offered),
        wanted,
        ...(supported.length > 0 && { headers }),
      });
    },
  };
}

/** Browsers cannot send headers of their own, so tokens are often smuggled in here: hide them. */
function describeOffer(offered: readonly string[]): string {
  const shown = offered.map((token) =>
    nameLike.test(token) ? token : `(a value of ${token.length} characters)`,
  );
  return describeList(shown, "(no Sec-WebSocket-Protocol)");
}
