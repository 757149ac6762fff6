import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { silentLogger, toError } from "@windlass/core";

/* Opens a store and keeps it, or says why it cannot. */
const broker = new LmdbBroker({ path: process.env["STORE"] ?? "" });
try {
  await broker.open({ nodeId: "owner", log: silentLogger, onGap: () => {} });
  // What only a variable of the broker holds has to stay.
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  process.stdout.write("opened\n");
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(`refused: ${toError(error).message}\n`);
}
