export { LmdbBroker } from "./lmdb-broker.ts";
export type { LmdbBrokerOptions } from "./options.ts";
