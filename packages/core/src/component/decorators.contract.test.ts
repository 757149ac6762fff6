import { describe, it } from "vitest";
import { describeComponentDecorator } from "../testing/describe-component-decorator.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ComponentDecorator } from "./component-decorator.ts";
import { rateLimited } from "./rate-limited.ts";
import { serialized } from "./serialized.ts";

const runner = { describe, it };
const limit = { messagesPerSecond: 100, bytesPerSecond: 100_000 };

describeComponentDecorator("ComponentDecorator", (inner) => new ComponentDecorator(inner), runner);
describeComponentDecorator("serialized", (inner) => serialized(inner), runner);
describeComponentDecorator(
  "rateLimited",
  (inner) => rateLimited(inner, limit, new ManualClock()),
  runner,
);
describeComponentDecorator(
  "rateLimited around serialized",
  (inner) => rateLimited(serialized(inner), limit, new ManualClock()),
  runner,
);
