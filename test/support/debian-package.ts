import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program that a test needs, and the Debian package that holds it. */
export interface DebianBinary {
  /** Absolute path: `/usr/sbin/nginx`. */
  readonly binary: string;
  /** Name of the package: `nginx-light`. */
  readonly package: string;
}

/** How long one installation may take, with waiting for others; give `beforeAll` as much. */
export const installTimeoutMs = 600_000;

const pollMs = 250;
const lockPath = join(tmpdir(), "windlass-test-apt.lock");

/** A module of Python that a test needs, and the Debian package that holds it. */
export interface DebianPythonModule {
  /** As it is imported: `websockets`. */
  readonly module: string;
  /** Name of the package: `python3-websockets`. */
  readonly package: string;
}

/** Something that a package brings. */
interface Wanted {
  /** For people. */
  readonly name: string;
  readonly package: string;
  isThere(): boolean;
}

/** Debian's own Python: another one that comes first in PATH does not see the modules of Debian. */
const python = "/usr/bin/python3";

/**
 * Returns the path of a program, after installing it with apt when it is missing and this is root on
 * Debian or Ubuntu. Test workers take turns, and a foreign apt that is running is waited for.
 *
 * @throws Error that says what is missing and how to install it
 */
export async function ensureBinary(wanted: DebianBinary): Promise<string> {
  const { binary } = wanted;
  await ensure({ name: binary, package: wanted.package, isThere: () => existsSync(binary) });
  return binary;
}

/**
 * Returns the path of a Python that has a module, after installing it as {@link ensureBinary} does.
 *
 * @throws Error that says what is missing and how to install it
 */
export async function ensurePythonModule(wanted: DebianPythonModule): Promise<string> {
  const isThere = (): boolean =>
    spawnSync(python, ["-c", `import ${wanted.module}`], { stdio: "ignore" }).status === 0;
  const name = `the module ${wanted.module} of ${python}`;
  await ensure({ name, package: wanted.package, isThere });
  return python;
}

async function ensure(wanted: Wanted): Promise<void> {
  if (wanted.isThere()) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${wanted.package}`;
  const missing = `${wanted.name} is missing; these tests need it. On Debian or Ubuntu run as root: ${command}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(missing);
  await withLock(async () => {
    // Another worker may have installed it while this one waited.
    if (wanted.isThere()) return;
    try {
      await aptGet("update");
      await aptGet("install", "-y", "--no-install-recommends", wanted.package);
    } catch (error) {
      throw new Error(`${missing} (tried: ${problemOf(error)})`, { cause: error });
    }
  });
  if (!wanted.isThere()) throw new Error(`${missing} (done, yet it is still missing)`);
}

async function aptGet(...args: readonly string[]): Promise<void> {
  const deadline = Date.now() + installTimeoutMs;
  for (;;) {
    try {
      await run("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
        timeout: installTimeoutMs,
        maxBuffer: 64 * 1024 * 1024,
      });
      return;
    } catch (error) {
      // The option makes apt wait for dpkg's lock, but `update` gives up at once on that of the lists.
      const isLocked = /could not get lock|unable to (?:lock|acquire)/i.test(problemOf(error));
      if (!isLocked || Date.now() > deadline) throw error;
      await sleep(pollMs * 4);
    }
  }
}

/** Runs `task` while no other process of this machine does. */
async function withLock(task: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + installTimeoutMs;
  while (!tryLock()) {
    if (Date.now() > deadline) {
      throw new Error(`${lockPath} is held by another test run; remove it if there is none`);
    }
    await sleep(pollMs);
  }
  try {
    await task();
  } finally {
    rmSync(lockPath, { recursive: true, force: true });
  }
}

/** Making a directory is atomic: exactly one process succeeds. */
function tryLock(): boolean {
  try {
    mkdirSync(lockPath);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    // A run that was killed leaves its lock behind; the next turn takes it.
    if (isHolderGone()) rmSync(lockPath, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(lockPath, "pid"), String(process.pid));
  return true;
}

function isHolderGone(): boolean {
  try {
    process.kill(Number(readFileSync(join(lockPath, "pid"), "utf8")), 0);
    return false;
  } catch (error) {
    // No file: the holder has made the directory a moment ago and writes it now.
    return isErrno(error, "ESRCH");
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** What a failed command wrote to stderr, else its message. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = "stderr" in error ? String(error.stderr).trim() : "";
  return stderr === "" ? error.message : stderr;
}
