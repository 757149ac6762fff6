import { accept, type Guard, refuse } from "../contract/guard.ts";
import { hostnameOf } from "../contract/handshake.ts";
import { describeList } from "./describe.ts";

/**
 * Tells whether a Host is one of `hosts`, without regard to case and port. `""` among the hosts
 * fits every Host, also a missing one.
 */
export function hostMatcher(hosts: readonly string[]): (host: string) => boolean {
  if (hosts.includes("")) return () => true;
  const names = new Set(hosts.map(hostnameOf));
  return (host) => names.has(hostnameOf(host));
}

/**
 * Refuses handshakes for other hosts with 404 `ERR_HOST_REFUSED`: like Ratchet's Router, a route
 * does not exist for a host it is not declared for.
 */
export function hostGuard(hosts: readonly string[]): Guard {
  const matches = hostMatcher(hosts);
  const wanted = describeList(hosts, "(no host is allowed)");
  return {
    check({ host }) {
      if (matches(host)) return accept;
      const seen = host === "" ? "(no Host header)" : host;
      return refuse({ rule: "host", code: "ERR_HOST_REFUSED", seen, wanted });
    },
  };
}
