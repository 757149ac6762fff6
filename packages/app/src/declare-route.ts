import {
  type Component,
  type Connection,
  type OriginRule,
  type TopicPublisher,
  type Transport,
  WindlassError,
} from "@windlass/core";
import { addSocketRoute, type Composition, composeRoute } from "./compose.ts";
import { parseOptions } from "./option-error.ts";
import type { Route } from "./route.ts";
import { type RouteOptions, routeOptionsSchema } from "./route-options.ts";
import { RouteAudience } from "./topics/route-audience.ts";
import type { AppComponentRoute } from "./users/component-users.ts";

/** What `app.route()` was given, and the host that stands where none is named. */
export interface GivenRoute<Data> {
  readonly path: string;
  readonly component: Component<Data>;
  readonly allowedOrigins: readonly OriginRule[];
  readonly options: RouteOptions;
  readonly httpHost: string;
}

/**
 * Checks a route and adds it to the composition.
 *
 * @param transportOf the transport, once the app runs
 * @throws WindlassError as `app.route()`
 */
export function declareRoute<Data>(
  { path, component, allowedOrigins, options, httpHost }: GivenRoute<Data>,
  composition: Composition,
  transportOf: () => Transport | undefined,
): Route<Data> {
  checkComponent(path, component);
  const { subprotocols } = component;
  const given =
    subprotocols === undefined ? options : { subprotocols: [...subprotocols], ...options };
  const parsed = parseOptions(routeOptionsSchema, given, `options of route "${path}"`);
  const hosts = hostList(parsed.httpHost ?? httpHost);
  const origins = originsOf(path, allowedOrigins, hosts);
  const definition = { path, component, allowedOrigins: origins, options: parsed };
  const route = composeRoute(definition, composition);
  addSocketRoute(composition.sockets, hosts, route);
  const connections = route.dispatcher.connections as ReadonlySet<Connection<Data>>;
  const { topics, presence, users } = composition;
  const publisher: TopicPublisher = {
    publish: (topic, data, delivery) =>
      transportOf()?.publish(route, topic, data, delivery) ?? false,
    hasSubscribers: (topic) => transportOf()?.hasSubscribers(route, topic) ?? false,
  };
  const audience = new RouteAudience(path, publisher);
  topics.hub.addAudience(audience);
  const declared: AppComponentRoute = {
    path,
    ...publisher,
    maxBackpressureBytes: parsed.maxBackpressureBytes,
    topics: topics.hub,
    presence: presence.store,
    users: {
      registry: users.registry,
      users: users.users,
      limit: parsed.maxConnectionsPerUser ?? composition.userLimit,
      need: () => users.need(),
    },
  };
  component.onRoute?.(declared);
  return {
    path,
    options: parsed,
    connections,
    slowConsumers: route.slowConsumers,
    publish: (topic, data, publishOptions) =>
      topics.publish(topic, data, publishOptions, audience.ownAttributes),
    replay: (connection, topic, replayOptions) =>
      topics.replay(
        { path, maxBackpressureBytes: parsed.maxBackpressureBytes },
        connection,
        topic,
        replayOptions,
      ),
    broadcast: (data, { except, ...sendOptions } = {}) => {
      for (const connection of connections) {
        if (connection !== except) connection.send(data, sendOptions);
      }
    },
  };
}

/** One host, or several. */
export function hostList(hosts: string | readonly string[]): readonly string[] {
  return typeof hosts === "string" ? [hosts] : hosts;
}

function originsOf(
  path: string,
  allowedOrigins: readonly OriginRule[],
  hosts: readonly string[],
): readonly OriginRule[] {
  const option = `allowedOrigins of route "${path}"`;
  if (!Array.isArray(allowedOrigins)) {
    throw new WindlassError("ERR_OPTION_INVALID", {
      option,
      problem: `expected a list such as ["example.com"]; seen ${typeof allowedOrigins}`,
    });
  }
  const origins: readonly OriginRule[] = allowedOrigins.length > 0 ? allowedOrigins : hosts;
  if (!origins.includes("")) return origins;
  throw new WindlassError("ERR_OPTION_INVALID", {
    option,
    problem: 'with httpHost "" there is no default; name the origins, or ["*"] for any',
  });
}

function checkComponent(path: string, component: unknown): void {
  const isComponent =
    typeof component === "object" &&
    component !== null &&
    typeof Reflect.get(component, "onMessage") === "function";
  if (isComponent) return;
  const seen =
    typeof component === "function"
      ? "a function or class (pass an instance: new Chat())"
      : `of type ${component === null ? "null" : typeof component}`;
  throw new WindlassError("ERR_COMPONENT_INVALID", { pattern: path, seen });
}
