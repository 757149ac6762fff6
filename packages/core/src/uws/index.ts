export type { RefusalLogLimits } from "./refusal-log.ts";
export type { TlsOptions } from "./tls.ts";
export type { HandshakeLimits } from "./upgrade.ts";
export type { UwsServerOptions } from "./uws-server.ts";
export { UwsServer } from "./uws-server.ts";
