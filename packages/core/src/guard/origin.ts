import {
  type Acceptance,
  accept,
  type Guard,
  type Refusal,
  type RefusalInit,
  refuse,
  type Verdict,
} from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { describeList } from "./describe.ts";
import { type OriginMatcher, type OriginRule, parseOriginRule } from "./origin-rule.ts";
import { parseOrigin } from "./parsed-origin.ts";

/** What an {@link originGuard} lets in. */
export interface OriginPolicy {
  /** One rule that fits is enough; no rule at all lets nobody in. */
  readonly allowed: readonly OriginRule[];
  /**
   * What happens to a client without an Origin header: browsers always send one, other programs
   * rarely do. `"*"` among the rules lets them in as well.
   */
  readonly missingOrigin: "refuse" | "allow";
  /** `report` lets everybody in and adds to `reports` what `enforce` would have refused. */
  readonly mode: "enforce" | "report";
}

/**
 * Refuses pages of other sites with 403 `ERR_ORIGIN_REFUSED` or `ERR_ORIGIN_MISSING`; what
 * Ratchet's OriginCheck does. It keeps other people's pages from using the cookies of our users
 * (RFC 6455 section 10.2); it is no defence against programs, which send any Origin they like.
 *
 * @throws WindlassError `ERR_ORIGIN_RULE_INVALID`
 */
export function originGuard(policy: OriginPolicy): Guard {
  return new OriginGuard(policy);
}

class OriginGuard implements Guard {
  readonly #matchers: readonly OriginMatcher[];
  readonly #allowsEverything: boolean;
  readonly #allowsMissing: boolean;
  readonly #isReportOnly: boolean;
  readonly #wanted: string;
  /** The header that was accepted last: most handshakes come from pages of one and the same site. */
  #accepted: string | undefined;

  constructor({ allowed, missingOrigin, mode }: OriginPolicy) {
    this.#matchers = allowed.map(parseOriginRule);
    this.#allowsEverything = allowed.includes("*");
    this.#allowsMissing = missingOrigin === "allow";
    this.#isReportOnly = mode === "report";
    this.#wanted = describeList(allowed.map(String), "(no origin is allowed)");
  }

  check(handshake: Handshake): Verdict {
    if (this.#allowsEverything) return accept;
    const header = handshake.headers.get("origin");
    if (header === null) {
      if (this.#allowsMissing) return accept;
      return this.#refuse({ code: "ERR_ORIGIN_MISSING", seen: "(no Origin header)" });
    }
    if (header === this.#accepted) return accept;
    // What is no origin is refused before any rule sees it: a RegExp that looks for the end only
    // would be fooled by "https://evil.example, https://example.com".
    const origin = parseOrigin(header);
    if (origin !== undefined && this.#matchers.some((matches) => matches(origin))) {
      this.#accepted = header;
      return accept;
    }
    return this.#refuse({
      code: "ERR_ORIGIN_REFUSED",
      seen: header === "" ? "(empty Origin header)" : header,
    });
  }

  #refuse(init: Pick<RefusalInit, "code" | "seen">): Refusal | Acceptance {
    const refusal = refuse({ ...init, rule: "origin", wanted: this.#wanted });
    return this.#isReportOnly ? { accepted: true, reports: [refusal] } : refusal;
  }
}
