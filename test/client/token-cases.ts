import { check, equal, rejection } from "./assert.ts";
import type { ClientCase } from "./client-case.ts";

/** Tokens of the stage: `good` for ever, `good:500` for 500 ms, all others are refused. */
export const tokenCases: readonly ClientCase[] = [
  {
    name: "asks for a token anew on each attempt",
    async run(context) {
      const calls: number[] = [];
      const token = () => `good:${60_000 + calls.push(calls.length)}`;
      const { client, states } = await context.open({ path: "/tokens", token });
      await context.stage.link({ do: "cut", how: "rst" });
      await states.nth("open", 2);
      equal(await client.request("double", { n: 2 }), 4, "a request");
      const { tokens } = await context.stage.journal();
      equal(tokens, ["good:60001", "good:60002"], "tokens that the server was shown");
    },
  },
  {
    name: "shows a fresh token before the first one expires, on the same connection",
    async run(context) {
      const tokens = ["good:2000", "good"];
      const token = async () => tokens.shift() ?? null;
      const { client, states } = await context.open({ path: "/tokens", token });
      const startedAtMs = performance.now();
      await context.stage.until({ tokens: 2 });
      context.figures["refreshedAfterMs"] = Math.round(performance.now() - startedAtMs);
      // Had the first one been all there was, this would come after the end of the connection.
      equal(await client.request("double", { n: 1 }), 2, "a request");
      const { tokens: shown } = await context.stage.journal();
      equal(shown, ["good:2000", "good"], "tokens that the server was shown");
      equal(states.names, ["open"], "states");
    },
  },
  {
    name: "comes back with another token when the server ends an expired one",
    async run(context) {
      const tokens = ["good:200", null, "good"];
      const token = () => tokens.shift() ?? null;
      const { states } = await context.open({ path: "/tokens", token });
      const { code } = await states.nth("reconnecting", 1);
      equal(code, 4005, "close code");
      await states.nth("open", 2);
    },
  },
  {
    name: "stays closed when its token is refused",
    async run(context) {
      const { client, states, errors } = context.connect({ path: "/tokens", token: () => "bad" });
      equal((await rejection(client.opened(), "opened()")).code, "ERR_CONNECTION_CLOSED", "code");
      equal(states.all("closed")[0]?.code, 4501, "close code");
      equal(
        errors.map(({ code }) => code),
        ["ERR_TOKEN_REFUSED"],
        "errors",
      );
      equal((await context.stage.journal()).tokens, ["bad"], "tokens that the server was shown");
    },
  },
  {
    name: "tries again when it cannot get a token",
    async run(context) {
      let calls = 0;
      const token = async () => {
        calls += 1;
        if (calls <= 2) throw new Error("the token service is down");
        return "good";
      };
      const { client, errors, states, sockets } = await context.open({ path: "/tokens", token });
      equal(calls, 3, "calls of the provider");
      equal(
        errors.map(({ message }) => message),
        Array(2).fill("the token service is down"),
        "errors",
      );
      equal(
        states.all("reconnecting").map(({ attempt }) => attempt),
        [1, 2],
        "attempts",
      );
      equal(sockets.made, 1, "sockets");
      check(client.state === "open", `the state is ${client.state}`);
    },
  },
];
