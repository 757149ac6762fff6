import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { isWrongServer, problemOf, redirectOf } from "./link-error.ts";

test("knows the answers after which a command may be sent again", () => {
  const kindOf = (text: string) => redirectOf(new ErrorReply(text))?.kind;
  expect(kindOf("MOVED 3999 127.0.0.1:6381")).toBe("moved");
  expect(kindOf("TRYAGAIN Multiple keys request during rehashing of slot")).toBe("try-again");
  expect(kindOf("CLUSTERDOWN The cluster is down")).toBe("try-again");
  expect(kindOf("NOSCRIPT No matching script. Please use EVAL.")).toBe("no-script");
  expect(redirectOf(new ErrorReply("ASK 3999 ::1:6381"))).toEqual({
    kind: "ask",
    address: "::1:6381",
  });
  expect(kindOf("ERR something else")).toBeUndefined();
  // The same words, but not from Redis.
  expect(redirectOf(new Error("MOVED 3999 127.0.0.1:6381"))).toBeUndefined();
});

test("knows a server that cannot be written to", () => {
  expect(isWrongServer(new ErrorReply("READONLY You can't write against a replica."))).toBe(true);
  expect(isWrongServer(new ErrorReply("LOADING Redis is loading the dataset"))).toBe(true);
  expect(isWrongServer(new ErrorReply("OOM command not allowed"))).toBe(false);
});

test("shows neither secrets nor what was sent", () => {
  const quoted = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'hunter2'";
  expect(problemOf(new ErrorReply(quoted), [])).toBe("ERR unknown command 'HELLO'");
  expect(problemOf(new Error("hunter2 is wrong"), ["hunter2"])).toBe("*** is wrong");
});

test("says what is wrong when Node gives no text", () => {
  const both = new AggregateError([new Error("first"), new Error("second")]);
  expect(problemOf(both, [])).toBe("first; second");
  expect(problemOf("text", [])).toBe("text");
});
