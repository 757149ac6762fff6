import { ClusterLinks } from "./link/cluster-links.ts";
import type { LinkSettings } from "./link/link-settings.ts";
import type { LinkEvents, Links } from "./link/links.ts";
import { findMaster } from "./link/sentinel.ts";
import { SingleLinks } from "./link/single-links.ts";
import type { Servers } from "./settings.ts";

export function makeLinks(servers: Servers, settings: LinkSettings, events: LinkEvents): Links {
  switch (servers.kind) {
    case "single": {
      const { kind, address, entrance } = servers;
      return new SingleLinks(async () => ({ kind, address, entrance }), settings, events, false);
    }
    case "sentinel": {
      const { kind, masterName, sentinels, entrance } = servers;
      const locate = async () => {
        const address = await findMaster(sentinels, masterName, settings);
        return { kind, address, entrance };
      };
      return new SingleLinks(locate, settings, events, true);
    }
    case "cluster":
      return new ClusterLinks(servers.seeds, servers.entrance, settings, events);
    default:
      return servers satisfies never;
  }
}
