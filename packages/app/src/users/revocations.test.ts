import { WindlassError } from "@windlass/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cluster, settle } from "./cluster.test-helper.ts";
import { concerns, type RevocationMessage, type TokenIdentity } from "./revocation.ts";
import { RevocationList } from "./revocation-list.ts";

const nowMs = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const untilMs = nowMs + 60_000;
const tokenOf = (tokenId: string) => ({ userId: "anna", tokenId, issuedAtMs: nowMs });

describe("revoke", () => {
  it("is refused for longer than revocations are kept: it would come back into force", async () => {
    const node = await new Cluster().node({ keepMs: 60_000 });
    const late = { tokenId: "t1", untilMs: untilMs + 1 };
    await expect(node.users.revoke(late)).rejects.toThrow(/at most 60000 ms.*seen 60001 ms/);
    await node.users.revoke({ tokenId: "t1", untilMs });
    expect(node.revocations.isRevoked(tokenOf("t1"))).toBe(true);
  });

  it.each([
    {},
    { tokenId: "" },
    { userId: 7 },
    { userId: "anna", untilMs: Number.NaN },
    { tokenId: 7 },
  ])("is refused for %j", async (revocation) => {
    const node = await new Cluster().node();
    await expect(node.users.revoke(revocation as never)).rejects.toThrow(/revocation: expected/);
  });

  it("publishes nothing for a token that has ended", async () => {
    const { cluster, node } = await nodeWithBroker();
    await node.users.revoke({ tokenId: "t1", untilMs: nowMs });
    expect(cluster.broker.historyCount).toBe(0);
    await node.users.revoke({ tokenId: "t1", untilMs });
    expect(cluster.broker.historyCount).toBe(1);
  });

  it("takes nothing back of what was revoked before", async () => {
    const node = await new Cluster().node();
    await node.users.revoke({ userId: "anna", issuedBeforeMs: nowMs, untilMs });
    await node.users.revoke({ userId: "anna", issuedBeforeMs: nowMs - 5_000, untilMs: nowMs + 1 });
    vi.setSystemTime(untilMs - 1);
    const old = { userId: "anna", tokenId: undefined, issuedAtMs: nowMs - 1 };
    expect(node.revocations.isRevoked(old)).toBe(true);
  });

  it("rejects when the broker does not take it", async () => {
    const { cluster, node } = await nodeWithBroker();
    cluster.broker.failure = new Error("no broker");
    await expect(node.users.revoke({ tokenId: "t1", untilMs })).rejects.toThrow("no broker");
  });
});

async function nodeWithBroker() {
  const cluster = new Cluster();
  const node = await cluster.node();
  return { cluster, node };
}

describe("a node", () => {
  it("does not start without knowing what was revoked", async () => {
    const cluster = new Cluster();
    vi.spyOn(cluster.broker, "history").mockRejectedValueOnce(new Error("no broker"));
    await expect(cluster.node()).rejects.toThrow("no broker");
  });

  it("starts on a broker without history, and says what that means", async () => {
    const cluster = new Cluster();
    const details = { option: "broker", problem: "no history()" };
    const error = new WindlassError("ERR_OPTION_INVALID", details);
    vi.spyOn(cluster.broker, "history").mockRejectedValue(error);
    const node = await cluster.node();
    expect(node.log.lines).toMatchObject([
      { level: "warn", message: expect.stringMatching(/broker has no history/) },
    ]);
    await node.users.revoke({ tokenId: "t1", untilMs });
    expect(node.revocations.isRevoked(tokenOf("t1"))).toBe(true);
  });

  it("opens once, however often it is told to", async () => {
    const { cluster, node } = await nodeWithBroker();
    const history = vi.spyOn(cluster.broker, "history");
    await node.registry.open();
    expect(history).not.toHaveBeenCalled();
    expect(cluster.presence.calls).toBe(0);
  });

  it("reads everything again when its link to the broker has lost something", async () => {
    const { cluster, node } = await nodeWithBroker();
    const anna = await node.connect("anna");
    cluster.broker.isDeaf = true;
    await node.users.revoke({ userId: "anna" });
    expect(anna.closedWith).toBeUndefined();
    cluster.broker.hosts[0]?.onGap("another topic");
    await settle();
    expect(anna.closedWith).toBeUndefined();
    cluster.broker.hosts[0]?.onGap("$revoked");
    await settle();
    expect(anna.closedWith?.code).toBe(4501);
  });

  it("says so when that fails", async () => {
    const { cluster, node } = await nodeWithBroker();
    vi.spyOn(cluster.broker, "history").mockRejectedValueOnce(new Error("no broker"));
    cluster.broker.hosts[0]?.onGap("$revoked");
    expect(await node.log.next("error")).toMatchObject({
      fields: { err: { message: "no broker" } },
    });
  });

  it("does not fail for what another version says", async () => {
    const { node } = await nodeWithBroker();
    for (const control of [{}, { tokenId: 7, untilMs }, { userId: "anna" }]) {
      await node.hub.publish("$revoked", "", { attributes: { control } });
    }
    expect(node.log.lines.map(({ level }) => level)).toEqual(["warn", "warn", "warn"]);
  });

  it("complains when it has to forget tokens that are revoked", async () => {
    const node = await new Cluster().node({ max: 2 });
    for (const tokenId of ["t1", "t2", "t3"]) await node.users.revoke({ tokenId, untilMs });
    expect(node.log.lines).toMatchObject([{ level: "error", fields: { max: 2 } }]);
    expect(["t1", "t2", "t3"].map((id) => node.revocations.isRevoked(tokenOf(id)))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("RevocationList", () => {
  const token: fc.Arbitrary<TokenIdentity> = fc.record({
    userId: fc.constantFrom("anna", "ben"),
    tokenId: fc.constantFrom("anna", "t1", undefined),
    issuedAtMs: fc.option(fc.nat(9), { nil: undefined }),
  });
  const revocation: fc.Arbitrary<RevocationMessage> = fc.oneof(
    fc.record({ tokenId: fc.constantFrom("anna", "t1"), untilMs: fc.nat(9) }),
    fc.record({
      userId: fc.constantFrom("anna", "ben"),
      issuedBeforeMs: fc.nat(9),
      untilMs: fc.nat(9),
    }),
  );

  it("revokes what any of its revocations is about, at least until that ends", () => {
    fc.assert(
      fc.property(fc.array(revocation), token, fc.nat(9), (revocations, asked, atMs) => {
        const list = new RevocationList(100);
        for (const each of revocations) list.add(each, 0);
        const isRevoked = list.isRevoked(asked, atMs);
        const about = revocations.filter((each) => concerns(each, asked));
        if (about.some((each) => each.untilMs > atMs)) expect(isRevoked).toBe(true);
        if (about.length === 0) expect(isRevoked).toBe(false);
      }),
    );
  });

  it("never has more than its number, and lets go of what has ended before anything else", () => {
    const list = new RevocationList(3);
    expect(list.add({ tokenId: "ended", untilMs: 5 }, 0)).toBe(false);
    for (const tokenId of ["a", "b"]) list.add({ tokenId, untilMs: 100 }, 0);
    expect(list.add({ tokenId: "c", untilMs: 100 }, 5)).toBe(false);
    expect(list.add({ tokenId: "a", untilMs: 200 }, 5)).toBe(false);
    expect(list.add({ tokenId: "d", untilMs: 100 }, 5)).toBe(true);
    expect(list.size).toBe(3);
    const left = ["a", "b", "c", "d"].filter((id) => list.isRevoked(tokenOf(id), 50));
    expect(left).toEqual(["a", "c", "d"]);
  });
});
