// The broker, and what it is told.
export type { RedisHealth } from "./health.ts";
export type { RedisAddress } from "./link/address.ts";
export type {
  RedisBrokerOptions,
  RedisClusterOptions,
  RedisSentinelOptions,
  RedisServerOptions,
  RedisTuningOptions,
} from "./options.ts";
export { RedisBroker } from "./redis-broker.ts";
