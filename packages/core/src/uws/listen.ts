import { chmod, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { dirname } from "node:path";
import type { ErrorCode, ErrorDetails } from "../contract/error-catalogue.ts";
import { messageOf, WindlassError } from "../contract/errors.ts";
import type { BoundAddress } from "../contract/transport.ts";
import type { Native, NativeApp, NativeListenSocket } from "./native.ts";

/** The kernel takes no more (108 with the terminator), and the engine crashes on much longer ones. */
const maxUnixPathBytes = 107;

/** Where to listen. */
export interface ListenOptions {
  /** A host name or IP address, or the path of a unix socket (it contains a slash). */
  readonly address: string;
  /** 0 binds a free port. Of no meaning on a unix socket. */
  readonly port: number;
  readonly isTls: boolean;
  /** Host for the URL that is shown; `""` shows the address. */
  readonly publicHost: string;
  /** Permissions of the unix socket: who may connect. */
  readonly unixSocketMode: number;
}

/** A listening socket and where it is bound. */
export interface Listening {
  readonly socket: NativeListenSocket;
  readonly bound: BoundAddress;
}

/** Whether an address is the path of a unix socket. */
export function isUnixPath(address: string): boolean {
  return address.includes("/");
}

/**
 * Starts to listen.
 *
 * @throws WindlassError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, `ERR_ADDRESS_ACCESS_DENIED`,
 *   `ERR_LISTEN_FAILED`
 */
export async function listen(
  native: Native,
  app: NativeApp,
  options: ListenOptions,
): Promise<Listening> {
  return isUnixPath(options.address)
    ? await listenUnix(app, options.address, options.unixSocketMode)
    : await listenTcp(native, app, options);
}

async function listenTcp(
  native: Native,
  app: NativeApp,
  { address, port, isTls, publicHost }: ListenOptions,
): Promise<Listening> {
  // Without the exclusive flag the engine sets SO_REUSEPORT, and a second server on the same port
  // would silently take every other connection.
  const exclusive = 1;
  const socket = await new Promise<NativeListenSocket | false>((resolve) => {
    app.listen(address, port, exclusive, resolve);
  });
  const shown = showHostPort(address, port);
  if (socket === false) throw await diagnose({ host: address, port }, shown);
  const boundPort = native.us_socket_local_port(socket);
  const url = `${isTls ? "wss" : "ws"}://${showHostPort(publicHost || address, boundPort)}`;
  return { socket, bound: { address, port: boundPort, url } };
}

async function listenUnix(app: NativeApp, path: string, mode: number): Promise<Listening> {
  if (Buffer.byteLength(path) > maxUnixPathBytes) {
    const problem = `the path has ${Buffer.byteLength(path)} bytes; wanted at most ${maxUnixPathBytes}`;
    throw new WindlassError("ERR_LISTEN_FAILED", { address: path, problem });
  }
  await mustBeFree(path);
  const socket = await new Promise<NativeListenSocket | false>((resolve) => {
    app.listen_unix(resolve, path);
  });
  if (!socket) throw await diagnose({ path }, path);
  try {
    // The engine makes it for the owner only, and a proxy runs as another user.
    await chmod(path, mode);
  } catch (error) {
    throw listenError(path, error);
  }
  return { socket, bound: { address: path, port: 0, url: `unix:${path}` } };
}

/**
 * The engine removes whatever is at the path before it listens: a socket that somebody listens on, even
 * a file. Only a socket file that outlived its process may go.
 *
 * @throws WindlassError `ERR_ADDRESS_IN_USE`, `ERR_LISTEN_FAILED`
 */
async function mustBeFree(path: string): Promise<void> {
  const folder = dirname(path);
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    const problem = `there is no folder ${folder}; make it, or choose another path`;
    throw new WindlassError("ERR_LISTEN_FAILED", { address: path, problem });
  }
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    const problem =
      "there is something at this path that is not a socket; remove it or choose another";
    throw new WindlassError("ERR_LISTEN_FAILED", { address: path, problem });
  }
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.on("error", resolve);
  });
  if (problem === undefined) throw new WindlassError("ERR_ADDRESS_IN_USE", { address: path });
  // Only these say that nobody listens; no permission, say, may well hide somebody who does.
  if (problem.code !== "ECONNREFUSED" && problem.code !== "ENOENT")
    throw listenError(path, problem);
}

const codesByErrno: ReadonlyMap<string, AddressErrorCode> = new Map<string, AddressErrorCode>([
  ["EADDRINUSE", "ERR_ADDRESS_IN_USE"],
  ["EADDRNOTAVAIL", "ERR_ADDRESS_NOT_AVAILABLE"],
  ["ENOTFOUND", "ERR_ADDRESS_NOT_AVAILABLE"],
  ["EAI_AGAIN", "ERR_ADDRESS_NOT_AVAILABLE"],
  ["EACCES", "ERR_ADDRESS_ACCESS_DENIED"],
  ["EPERM", "ERR_ADDRESS_ACCESS_DENIED"],
]);

type AddressErrorCode = Extract<ErrorCode, `ERR_ADDRESS_${string}`>;

/** The engine only says that it failed: Node tries the same and says why. */
async function diagnose(
  target: { readonly host: string; readonly port: number } | { readonly path: string },
  address: string,
): Promise<WindlassError> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.on("error", resolve);
    server.listen({ ...target, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  return listenError(address, error);
}

/** What made listening fail, as an error of the catalogue. */
function listenError(address: string, error: unknown): WindlassError {
  const errno = error instanceof Error && "code" in error ? String(error.code) : "";
  const code = codesByErrno.get(errno);
  if (code !== undefined) return addressError(code, { address }, error);
  const problem = error === undefined ? "the engine refused it" : messageOf(error);
  return new WindlassError("ERR_LISTEN_FAILED", { address, problem }, { cause: error });
}

function addressError<Code extends AddressErrorCode>(
  code: Code,
  details: ErrorDetails<Code>,
  cause: unknown,
): WindlassError {
  return new WindlassError(code, details, { cause });
}

function showHostPort(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}
