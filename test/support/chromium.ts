import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { ensureBinary } from "./debian-package.ts";

const usualPaths: readonly string[] = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The path of a Chromium: CHROMIUM_PATH, else one of the usual places, else Debian's, installed on
 * demand.
 *
 * @throws Error that says what is missing and how to install it
 */
async function findChromium(): Promise<string> {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) {
    if (existsSync(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH is "${CHROMIUM_PATH}", where there is no file.`);
  }
  const found = usualPaths.find((path) => existsSync(path));
  return found ?? (await ensureBinary({ binary: "/usr/bin/chromium", package: "chromium" }));
}

/**
 * A headless Chromium that talks to nobody but the pages it opens.
 *
 * @param hosts host names and the address each stands for, instead of DNS
 */
export async function launchChromium(
  hosts: Readonly<Record<string, string>> = {},
): Promise<Browser> {
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  return await chromium.launch({
    executablePath: await findChromium(),
    args: [
      // Chromium refuses to run as root with its sandbox, and containers rarely allow one.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(", ")}`] : []),
    ],
  });
}
