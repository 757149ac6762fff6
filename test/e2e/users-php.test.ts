import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type App, type Component, cookieAuthenticate, jwtAuthenticate } from "@windlass/app";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureBinary, installTimeoutMs } from "../support/debian-package.ts";
import { runCommand } from "../support/run-command.ts";
import { startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";
import { TextClient } from "../support/text-client.ts";

const key = "a key of at least thirty-two bytes";
const guide = readFileSync(resolve(import.meta.dirname, "../../docs/guide/users.md"), "utf8");

let php = "";

beforeAll(async () => {
  php = await ensureBinary({ binary: "/usr/bin/php", package: "php-cli" });
}, installTimeoutMs);

/** What a program of PHP prints. */
async function runPhp(code: string): Promise<string> {
  const cwd = tempDir();
  const file = join(cwd, "test.php");
  writeFileSync(file, `<?php\n${code}`);
  const args = ["-d", "error_reporting=-1", "-d", "display_errors=stderr", file];
  return await runCommand(php, args, { cwd });
}

/** The function of the guide that makes cookies. */
function cookieFunction(): string {
  const blocks = [...guide.matchAll(/^```php\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  const found = blocks.map((block) => /^function windlass_cookie[\s\S]*?^}$/m.exec(block)?.[0]);
  const text = found.find((block) => block !== undefined);
  if (text === undefined) throw new Error("the guide has no function windlass_cookie");
  return text;
}

/** Tells each connection who it is. */
const mirror: Component = {
  onOpen: (connection) => void connection.send(JSON.stringify(connection.user)),
  onMessage: () => {},
};

async function start(authenticate: Parameters<App["route"]>[3]) {
  const { url } = await startApp((app) => app.route("/", mirror, ["*"], authenticate));
  return (cookie: string) => TextClient.open(url, { headers: { cookie } });
}

describe("PHP", () => {
  it("makes a signed cookie by the function of the guide", async () => {
    const open = await start({ authenticate: cookieAuthenticate({ name: "live", keys: [key] }) });
    const call = `windlass_cookie('live', '${key}', 'ann lee/ä', 60, ['role' => 'editor'])`;
    const value = await runPhp(`${cookieFunction()}\necho rawurlencode(${call});`);
    const user: unknown = JSON.parse(await (await open(`a=b; live=${value}`)).text());
    expect(user).toMatchObject({ userId: "ann lee/ä", claims: { role: "editor" } });
    expect(user).toMatchObject({ tokenId: expect.stringMatching(/^[\da-f]{32}$/) });
    const expired = await runPhp(
      `${cookieFunction()}\necho windlass_cookie('live', '${key}', '7', 0);`,
    );
    await expect(open(`live=${expired}`)).rejects.toThrow(/401/);
    await expect(open(`live=${value.slice(0, -1)}`)).rejects.toThrow(/401/);
  });

  it("makes a JSON Web Token", async () => {
    const options = { secret: key, from: ["cookie:token"] } as const;
    const open = await start({ authenticate: jwtAuthenticate(options) });
    const token = await runPhp(`
      $base64url = fn ($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
      $claims = ['sub' => 7, 'jti' => 't1', 'iat' => time(), 'exp' => time() + 60];
      $text = $base64url('{"typ":"JWT","alg":"HS256"}') . '.' . $base64url(json_encode($claims));
      echo $text . '.' . $base64url(hash_hmac('sha256', $text, '${key}', true));
    `);
    const user: unknown = JSON.parse(await (await open(`token=${token}`)).text());
    expect(user).toMatchObject({ userId: "7", tokenId: "t1", claims: { sub: 7 } });
  });
});
