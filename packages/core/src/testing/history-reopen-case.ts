import assert from "node:assert/strict";
import type { HistoryBroker } from "../contract/broker.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { ContractCase } from "./contract-runner.ts";
import { assertSame, keep, oddData, positionOf } from "./heard.ts";
import { oneNode, type StageFactory } from "./stage.ts";

/** The case for stores that outlive the process. */
export function historyReopenCase<Subject extends HistoryBroker>(
  reopen: (closed: Subject) => MaybePromise<Subject | undefined>,
): ContractCase<StageFactory<Subject>> {
  return oneNode("has everything when it is opened again", async (broker, stage) => {
    const once = { key: "key", windowMs: 3_600_000 };
    for (const data of oddData) await broker.publish({ topic: "news", data }, { history: keep() });
    const last = await broker.publish(
      { topic: "news", data: "last" },
      { history: keep(), idempotency: once },
    );
    await stage.close(broker);
    const fresh = await reopen(broker);
    assert.ok(fresh);
    await stage.open(fresh);
    const { epoch, offset } = positionOf(last);
    const page = await fresh.history("news");
    for (const [index, data] of [...oddData, "last"].entries()) {
      const position = { epoch, offset: index + 1 };
      assertSame(page.publications[index], { topic: "news", data, position });
    }
    assert.deepEqual({ ...page.position }, { epoch, offset });
    const again = await fresh.publish(
      { topic: "news", data: "last" },
      { history: keep(), idempotency: once },
    );
    assert.equal(again.isDuplicate, true);
    assert.deepEqual({ ...again.position }, { epoch, offset });
    const next = await fresh.publish({ topic: "news", data: "next" }, { history: keep() });
    assert.deepEqual({ ...next.position }, { epoch, offset: offset + 1 });
  });
}
