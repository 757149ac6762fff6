import { describe, it } from "vitest";
import { describeBroker } from "../testing/describe-broker.ts";
import { MemoryBroker } from "./memory-broker.ts";

const create = (): MemoryBroker =>
  new MemoryBroker((error) => {
    throw error;
  });

describeBroker("MemoryBroker", create, { describe, it });
