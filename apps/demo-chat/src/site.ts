import { isIPv6 } from "node:net";
import { accept, type Guard, type OriginRule, refuse } from "@windlass/app";

/** Where the demo listens, the names it answers to, and whose pages may connect. */
export interface Site {
  readonly httpHost: string;
  readonly port: number;
  readonly address: string;
  /** Host headers it answers to; `""` is any. */
  readonly hosts: string[];
  readonly allowedOrigins: readonly OriginRule[];
  readonly guards: Guard[];
  /** The host to open in a browser. */
  readonly shownHost: string;
}

/** The environment variables the demo reads. */
export interface SiteEnvironment {
  /** 0 picks a free port. Default: 8080. */
  readonly PORT?: string | undefined;
  /**
   * Host name or IP address to bind, and to be reached under. Default: `localhost`, which binds
   * 127.0.0.1 and answers to both names, to nobody outside this machine.
   *
   * `0.0.0.0` and `::` bind every interface. Under which names such a server is reached it cannot
   * know, so it answers to any Host, and a page may connect when the host in its Origin is the one
   * it connects to. That keeps other sites out, as long as DNS tells the truth: fit for trying the
   * demo in a local network, while a real site names its host.
   */
  readonly HOST?: string | undefined;
}

const thisMachine: readonly string[] = ["localhost", "127.0.0.1"];
const everyInterface: readonly string[] = ["0.0.0.0", "::"];

/** The site as the environment describes it. */
export function siteFrom({ PORT, HOST }: SiteEnvironment): Site {
  const port = Number(PORT || 8080);
  const host = (HOST || "localhost").toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (everyInterface.includes(host)) {
    return {
      httpHost: "",
      port,
      address: host,
      hosts: [""],
      allowedOrigins: ["*"],
      guards: [sameHostGuard],
      shownHost: "localhost",
    };
  }
  const isLocal = thisMachine.includes(host);
  const name = isIPv6(host) ? `[${host}]` : host;
  const hosts = isLocal ? [...thisMachine] : [name];
  return {
    httpHost: name,
    port,
    address: isLocal ? "127.0.0.1" : host,
    hosts,
    allowedOrigins: hosts,
    guards: [],
    shownHost: name,
  };
}

/** Refuses pages of another host than the one they connect to. */
const sameHostGuard: Guard = {
  check({ headers, host }) {
    const origin = headers.get("origin");
    if (origin === null) return accept;
    if (URL.canParse(origin) && new URL(origin).hostname === host) return accept;
    return refuse({ rule: "origin", code: "ERR_ORIGIN_REFUSED", seen: origin, wanted: host });
  },
};
