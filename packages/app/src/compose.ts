import { randomBytes } from "node:crypto";
import {
  allOf,
  type Component,
  chooseSubprotocol,
  connectionLimitGuard,
  connectionLimitPerIpGuard,
  createDispatcher,
  type FetchRoute,
  type Guard,
  type IpRules,
  ipGuard,
  type Logger,
  type MemberLimit,
  MemoryPresence,
  type OriginRule,
  originGuard,
  type PresenceStore,
  parseIpRules,
  RouteTable,
  type SocketRoute,
  subprotocolGuard,
  type Transport,
  upgradeRequestGuard,
  WindlassError,
} from "@windlass/core";
import { UwsServer } from "@windlass/core/uws";
import type { ParsedAppOptions } from "./app-options.ts";
import type { ParsedRouteOptions } from "./route-options.ts";
import { AppPresence } from "./topics/app-presence.ts";
import { AppTopics } from "./topics/app-topics.ts";
import { AppUsers } from "./users/app-users.ts";
import { UserDispatcher } from "./users/user-dispatcher.ts";
import { userGuard } from "./users/user-guard.ts";

/** Everything that is shared by the routes of one App. */
export interface Composition {
  readonly sockets: RouteTable<SocketRoute>;
  readonly fetch: RouteTable<FetchRoute>;
  /** Whose forwarding headers count. */
  readonly trustedProxies: IpRules;
  /** Who may talk to this node at all, sockets and plain HTTP alike. */
  readonly addressGuard: Guard;
  /** Unique over all nodes and restarts. */
  readonly nodeId: string;
  readonly topics: AppTopics;
  readonly presence: AppPresence;
  readonly users: AppUsers;
  /** Of routes that say nothing else. */
  readonly userLimit: MemberLimit | undefined;
  /** Guards of the node, in front of those of each route. */
  readonly nodeGuards: readonly Guard[];
}

/** A WebSocket route as declared. */
export interface RouteDefinition<Data> {
  readonly path: string;
  readonly component: Component<Data>;
  readonly allowedOrigins: readonly OriginRule[];
  readonly options: ParsedRouteOptions;
}

/** The empty house: tables without routes, and the guards of the node. */
export function composeNode(options: ParsedAppOptions, log: Logger): Composition {
  const { allowIps, blockIps, maxConnections, maxConnectionsPerIp } = options;
  const isOpen = allowIps.length === 0 && blockIps.length === 0;
  const addressGuard = isOpen
    ? allOf()
    : ipGuard({ block: blockIps, ...(allowIps.length > 0 && { allow: allowIps }) });
  const nodeGuards: Guard[] = isOpen ? [] : [addressGuard];
  if (maxConnections > 0) {
    nodeGuards.push(connectionLimitGuard({ max: maxConnections, scope: "node" }));
  }
  if (maxConnectionsPerIp > 0)
    nodeGuards.push(connectionLimitPerIpGuard({ max: maxConnectionsPerIp }));
  const trustedProxies = parseIpRules(options.trustedProxies);
  const topics = new AppTopics(options.broker, options.maxRecoveredPublications, log);
  const presence = new AppPresence(presenceOf(options), log);
  const { revocations, maxConnectionsPerUser } = options;
  return {
    sockets: new RouteTable(),
    fetch: new RouteTable(),
    trustedProxies,
    addressGuard,
    nodeGuards,
    nodeId: randomBytes(6).toString("hex"),
    topics,
    presence,
    users: new AppUsers(topics.hub, presence.store, { revocations, log }),
    userLimit: maxConnectionsPerUser,
  };
}

/** A broker between nodes brings a store of its own. */
function presenceOf({ broker }: ParsedAppOptions): PresenceStore {
  if (broker !== undefined && "presence" in broker) return broker.presence as PresenceStore;
  return new MemoryPresence();
}

/**
 * A route with all its layers: guards in the order handshake, origin, subprotocol, node, route, the
 * user's own, authenticate; around the component rate limit, serialisation and containment.
 */
export function composeRoute<Data>(
  definition: RouteDefinition<Data>,
  { nodeGuards, presence, topics, users, userLimit }: Composition,
): SocketRoute {
  const { path, component, allowedOrigins, options } = definition;
  const { subprotocols, strictSubprotocols, missingOrigin, originMode, guards } = options;
  const { maxConnections, maxConnectionsPerIp, authenticate, heartbeat } = options;
  const verifyUpgrade = upgradeRequestGuard();
  const chain: Guard[] = [
    verifyUpgrade,
    originGuard({ allowed: allowedOrigins, missingOrigin, mode: originMode }),
    subprotocolGuard({ supported: subprotocols, strict: strictSubprotocols }),
    ...nodeGuards,
  ];
  if (maxConnections > 0) chain.push(connectionLimitGuard({ max: maxConnections, scope: "route" }));
  if (maxConnectionsPerIp > 0) chain.push(connectionLimitPerIpGuard({ max: maxConnectionsPerIp }));
  chain.push(...guards);
  if (authenticate !== undefined) {
    users.need();
    const limit = options.maxConnectionsPerUser ?? userLimit;
    chain.push(userGuard(authenticate, users.registry, limit));
  }
  chain.push(presence.guard);
  const { serialized, maxQueuedMessages, maxQueuedBytes, callbackTimeoutMs, rateLimit } = options;
  const inner = createDispatcher(component, {
    serialized,
    maxQueuedMessages,
    maxQueuedBytes,
    callbackTimeoutMs,
    ...(rateLimit !== undefined && { rateLimit }),
  });
  return {
    pattern: path,
    verifyUpgrade,
    guard: allOf(...chain),
    chooseSubprotocol: (offered) => chooseSubprotocol(offered, subprotocols),
    dispatcher: authenticate === undefined ? inner : new UserDispatcher(inner, users.registry),
    interest: topics.hub,
    slowConsumers: {
      droppedNew: 0,
      droppedOldest: 0,
      conflated: 0,
      droppedVolatile: 0,
      closed: 0,
    },
    policy: { ...options, heartbeatTimeoutMs: heartbeat === false ? 0 : heartbeat.timeoutMs },
  };
}

/** The settings that the engine keeps once for a path, whatever the host. */
const sharedSettings = [
  "maxPayloadBytes",
  "maxBackpressureBytes",
  "heartbeatTimeoutMs",
  "compression",
] as const;

/**
 * Adds a route to the table.
 *
 * @throws WindlassError `ERR_ROUTE_DUPLICATE`, `ERR_ROUTE_PATTERN_INVALID`, and `ERR_OPTION_INVALID`
 *   when routes of one path on different hosts disagree about a setting that the engine shares
 */
export function addSocketRoute(
  sockets: RouteTable<SocketRoute>,
  hosts: readonly string[],
  route: SocketRoute,
): void {
  const { pattern, policy } = route;
  const other = sockets.entries.find((entry) => entry.pattern === pattern)?.route.policy;
  const setting = sharedSettings.find(
    (name) => other !== undefined && other[name] !== policy[name],
  );
  if (other !== undefined && setting !== undefined) {
    throw new WindlassError("ERR_OPTION_INVALID", {
      option: `options of route "${pattern}".${setting.replace("TimeoutMs", ".timeoutMs")}`,
      problem: `must be the same for every host of a path; seen ${policy[setting]} here and ${other[setting]} on another host`,
    });
  }
  sockets.add({ pattern, hosts, route });
}

/** The transport of a finished declaration. */
export function composeTransport(
  listen: { readonly httpHost: string; readonly address: string; readonly port: number },
  options: ParsedAppOptions,
  { sockets, fetch, trustedProxies, nodeId }: Composition,
  log: Logger,
): Transport {
  const { handshakeTimeoutMs, maxPendingHandshakes, refusalLog, unixSocketMode, tls } = options;
  return new UwsServer({
    nodeId,
    address: listen.address,
    port: listen.port,
    publicHost: listen.httpHost,
    unixSocketMode,
    ...(tls !== undefined && { tls }),
    sockets,
    fetch,
    isTrustedProxy: (ip) => trustedProxies.matches(ip),
    log,
    refusalLog,
    handshakeTimeoutMs,
    maxPendingHandshakes,
  });
}
