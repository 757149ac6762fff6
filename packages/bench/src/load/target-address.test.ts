import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import { findTargetAddress } from "./target-address.ts";

describe("findTargetAddress", () => {
  it("takes an address as it is, without brackets", async () => {
    expect(await findTargetAddress("ws://127.0.0.7:9/")).toBe("127.0.0.7");
    expect(await findTargetAddress("ws://[::1]:9/")).toBe("::1");
  });

  it("takes the address of localhost that listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await findTargetAddress(`ws://localhost:${port}/`)).toBe("127.0.0.1");
    await new Promise((resolve) => server.close(resolve));
  });

  it("says that a host is not known", async () => {
    const found = findTargetAddress("ws://host.invalid/");
    await expect(found).rejects.toThrow(BenchError);
    await expect(found).rejects.toThrow(/The host host.invalid is not known \(E[A-Z_]+\)/);
  });
});
