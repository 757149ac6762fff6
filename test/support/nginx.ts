import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { ensureBinary } from "./debian-package.ts";
import { tempDir } from "./temp-dir.ts";

/** The very configuration that `docs/guide/deploying.md` shows. */
const documented = fileURLToPath(new URL("../../docs/guide/nginx.conf", import.meta.url));

/** An nginx in front of a server, as the guide sets it up. */
export interface RunningNginx {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly certificate: Certificate;
}

/**
 * Starts nginx with the documented configuration, changed only in ports and paths; ended with the test.
 *
 * @param upstream what follows `server` in the upstream block: `127.0.0.1:8080`, `unix:/run/x.sock`
 */
export async function startNginx(upstream: string): Promise<RunningNginx> {
  const nginx = await ensureBinary({ binary: "/usr/sbin/nginx", package: "nginx-light" });
  const folder = tempDir();
  const certificate = await makeCertificate(folder);
  const [httpPort, httpsPort] = await freePorts();
  const website = join(folder, "website");
  mkdirSync(website);
  writeFileSync(join(website, "hello.txt"), "the website\n");
  const site = replaceAll(readFileSync(documented, "utf8"), [
    ["listen 80;", `listen 127.0.0.1:${httpPort};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${httpsPort} ssl;`],
    ["server 127.0.0.1:8080;", `server ${upstream};`],
    ["/etc/ssl/example.com/fullchain.pem", certificate.certFile],
    ["/etc/ssl/example.com/privkey.pem", certificate.keyFile],
    ["/var/www/example.com/public", website],
  ]);
  writeFileSync(join(folder, "site.conf"), site);
  writeFileSync(join(folder, "nginx.conf"), mainConfiguration(folder));
  await run(nginx, folder);
  return { httpPort, httpsPort, certificate };
}

/** What Debian's /etc/nginx/nginx.conf is around a site, for one process below one folder. */
function mainConfiguration(folder: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const tempPaths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  ${tempPaths.join("\n  ")}
  include ${folder}/site.conf;
}
`;
}

async function run(nginx: string, folder: string): Promise<void> {
  const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
  const child = spawn(nginx, args, { stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await closed;
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => reject(new Error(`nginx ended:\n${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      // Its listening sockets are open before it says this.
      if (said.includes("event method")) resolve();
    });
  });
}

function replaceAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((result, [from, to]) => {
    // A replacement that finds nothing would test something else than the documentation shows.
    if (!result.includes(from)) throw new Error(`${documented} does not contain "${from}"`);
    return result.replaceAll(from, to);
  }, text);
}

/** Two ports that were free a moment ago. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, "close");
  }
  const [first = 0, second = 0] = ports;
  return [first, second];
}
