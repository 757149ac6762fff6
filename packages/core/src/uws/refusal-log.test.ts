import { describe, expect, it } from "vitest";
import { refuse } from "../contract/guard.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";
import { RefusalLog } from "./refusal-log.ts";

const byOrigin = refuse({ rule: "origin", code: "ERR_ORIGIN_REFUSED", seen: "a", wanted: "b" });
const byIp = refuse({ rule: "ip", code: "ERR_IP_REFUSED", seen: "c", wanted: "d" });

function setUp(limits = { burst: 3, perSecond: 1 }) {
  const [clock, log] = [new ManualClock(), new RecordingLogger()];
  return { clock, log, refusals: new RefusalLog(log, limits, clock) };
}

describe("RefusalLog", () => {
  it("writes rule, seen, wanted, code and status with the fields of the request", () => {
    const { log, refusals } = setUp();
    refusals.refused(byOrigin, { route: "/chat", ip: "203.0.113.7" });
    expect(log.lines).toEqual([
      {
        level: "warn",
        message: "request refused",
        fields: {
          route: "/chat",
          ip: "203.0.113.7",
          rule: "origin",
          seen: "a",
          wanted: "b",
          code: "ERR_ORIGIN_REFUSED",
          status: 403,
        },
      },
    ]);
  });

  it("says so when a guard only reports", () => {
    const { log, refusals } = setUp();
    refusals.reported(byOrigin, {});
    expect(log.lines[0]).toMatchObject({
      message: "request would have been refused",
      fields: { reportOnly: true, rule: "origin" },
    });
  });

  it("writes a burst, then as many lines a second as allowed, and counts what it left out", () => {
    const { clock, log, refusals } = setUp();
    const refuseTimes = (count: number): void => {
      for (let i = 0; i < count; i += 1) refusals.refused(byOrigin, {});
    };
    refuseTimes(10);
    expect(log.lines).toHaveLength(3);
    clock.advance(999);
    refuseTimes(1);
    expect(log.lines).toHaveLength(3);
    clock.advance(1);
    refuseTimes(2);
    expect(log.lines).toHaveLength(4);
    expect(log.lines[3]?.fields).toMatchObject({ suppressed: 8 });
    clock.advance(1_000);
    refuseTimes(1);
    expect(log.lines[4]?.fields).toMatchObject({ suppressed: 1 });
    clock.advance(1_000);
    refuseTimes(1);
    expect(log.lines[5]?.fields).not.toHaveProperty("suppressed");
  });

  it("has no more than a burst after a long silence", () => {
    const { clock, log, refusals } = setUp();
    refusals.refused(byOrigin, {});
    clock.advance(3_600_000);
    for (let i = 0; i < 10; i += 1) refusals.refused(byOrigin, {});
    expect(log.lines).toHaveLength(1 + 3);
  });

  it("does not let the flood of one rule hide another rule", () => {
    const { log, refusals } = setUp({ burst: 1, perSecond: 0 });
    for (let i = 0; i < 10; i += 1) refusals.refused(byOrigin, {});
    refusals.refused(byIp, {});
    expect(log.lines.map(({ fields }) => fields["rule"])).toEqual(["origin", "ip"]);
  });
});
