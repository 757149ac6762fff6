import { beforeAll, describe, expect, it } from "vitest";
import { ensureBinary, installTimeoutMs } from "../support/debian-package.ts";
import { startPushServer } from "../support/push-server.ts";

let python = "";

beforeAll(async () => {
  python = await ensureBinary({ binary: "/usr/bin/python3", package: "python3" });
  await ensureBinary({ binary: "/usr/bin/curl", package: "curl" });
  await ensureBinary({ binary: "/usr/bin/openssl", package: "openssl" });
}, 3 * installTimeoutMs);

describe("Python without any package", () => {
  const program = "examples/python/windlass_push.py";

  it("pushes to a user, and learns whether the user is there", async () => {
    const { connect, run } = await startPushServer();
    const ann = await connect("ann lee/ä");
    expect(await run(python, program, "ann lee/ä", "hällo")).toBe("sent\n");
    expect(await ann.text()).toBe("hällo");
    expect(await run(python, program, "ben", "hello?")).toBe("ben is not here\n");
  });

  it("publishes, repeats safely, disconnects, and is told what was wrong", async () => {
    const { connect, run } = await startPushServer();
    const ann = await connect("ann");
    const code = `
import os, sys
sys.path.insert(0, "examples/python")
from windlass_push import PushError, WindlassPush
url, key, secret = (os.environ[f"WINDLASS_{name}"] for name in ("URL", "KEY", "SECRET"))
push = WindlassPush(url, key, secret)
for attempt in range(2):
    print(push.publish("news", {"id": 7}, idempotencyKey="order-7")["isDuplicate"])
for wrong in (WindlassPush(url, key, "wrong"), WindlassPush(url, "other", secret)):
    try:
        wrong.publish("news", "x")
    except PushError as error:
        print(error.status, error.code)
push.disconnect("ann", code=4001)
`;
    const printed = await run(python, "-c", code);
    const lines = ["False", "True", "401 ERR_SIGNATURE_INVALID", "401 ERR_KEY_UNKNOWN", ""];
    expect(printed.split("\n")).toEqual(lines);
    expect(await ann.text()).toBe('{"id":7}');
    expect(await ann.closed).toBe(4001);
  });
});

describe("a shell with curl and openssl", () => {
  const script = "examples/shell/windlass-push.sh";

  it("pushes to a user and to a topic", async () => {
    const { connect, run } = await startPushServer();
    const ann = await connect("ann lee");
    const answer = await run("sh", script, "/users/ann%20lee/send", '{"data":"hällo $HOME"}');
    expect(JSON.parse(answer)).toMatchObject({ hasSubscribers: true, isDuplicate: false });
    expect(await ann.text()).toBe("hällo $HOME");
    await run("sh", script, "/publish", '{"topic":"news","data":[1,2]}');
    expect(await ann.text()).toBe("[1,2]");
  });

  it("fails, and prints why, when the server says no", async () => {
    const { run } = await startPushServer();
    await expect(run("sh", script, "/publish", '{"topic":"news"}')).rejects.toThrow(
      "ERR_INPUT_INVALID",
    );
  });
});
