import type { MaybePromise } from "@windlass/core";
import type { z } from "zod";
import type { KeyInUse } from "./key-ring.ts";
import { shown, toPublish } from "./push-message.ts";
import type { PushPermission } from "./push-options.ts";
import {
  disconnectSchema,
  emptyAnswerSchema,
  historyAnswerSchema,
  historySchema,
  infoAnswerSchema,
  noInputSchema,
  presenceAnswerSchema,
  presenceSchema,
  publishAnswerSchema,
  publishedSchema,
  publishSchema,
  sendSchema,
  userAnswerSchema,
  userSchema,
} from "./push-schemas.ts";
import type { PushTarget } from "./push-target.ts";

/** Who wants it, and of whom. */
export interface OperationContext {
  readonly target: PushTarget;
  readonly key: KeyInUse;
}

/** Something that can be asked for, alone or in a batch. */
export interface PushOperation {
  readonly name: string;
  /** For the document. */
  readonly summary: string;
  readonly permission: PushPermission;
  /** Whether it takes an `idempotencyKey`, also as a header. */
  readonly isIdempotent: boolean;
  readonly input: z.ZodObject;
  readonly answer: z.ZodType;
  /** @param input what `input` made of it */
  run(input: unknown, context: OperationContext): MaybePromise<unknown>;
}

function define<Input extends z.ZodObject, Answer extends z.ZodType>(
  operation: Omit<PushOperation, "input" | "answer" | "run" | "isIdempotent"> & {
    readonly input: Input;
    readonly answer: Answer;
    run(input: z.output<Input>, context: OperationContext): MaybePromise<z.input<Answer>>;
  },
): PushOperation {
  const isIdempotent = "idempotencyKey" in operation.input.shape;
  // The schema is what makes the input, right before.
  return { ...operation, isIdempotent } as PushOperation;
}

/** Everything that may also stand in a batch, by name. */
export const operations = {
  publish: define({
    name: "publish",
    summary: "Publishes to a topic, or to several",
    permission: "publish",
    input: publishSchema,
    answer: publishAnswerSchema,
    async run({ topic, topics, ...message }, { target, key }) {
      const wanted = topics ?? (topic === undefined ? [] : [topic]);
      for (const each of wanted) key.mustKnowTopic(each);
      const [data, options] = toPublish(message);
      const results = await Promise.all(wanted.map((each) => target.publish(each, data, options)));
      const [first] = results;
      if (topics === undefined && first !== undefined) return first;
      return {
        results: results.map((result, index) => ({ topic: wanted[index] ?? "", ...result })),
      };
    },
  }),
  send: define({
    name: "send",
    summary: "Sends to every connection of a user, over all nodes",
    permission: "users",
    input: sendSchema,
    answer: publishedSchema,
    run: ({ userId, ...message }, { target }) => target.users.send(userId, ...toPublish(message)),
  }),
  disconnect: define({
    name: "disconnect",
    summary: "Closes every connection of a user, over all nodes",
    permission: "users",
    input: disconnectSchema,
    answer: emptyAnswerSchema,
    async run({ userId, code, reason }, { target }) {
      await target.users.disconnect(userId, { code, reason });
      return {};
    },
  }),
  user: define({
    name: "user",
    summary: "Tells whether a user is online, and with which connections",
    permission: "read",
    input: userSchema,
    answer: userAnswerSchema,
    async run({ userId }, { target }) {
      const connectionIds = [...(await target.users.connections(userId))];
      return { userId, isOnline: connectionIds.length > 0, connectionIds };
    },
  }),
  history: define({
    name: "history",
    summary: "Reads what was published to a topic",
    permission: "read",
    input: historySchema,
    answer: historyAnswerSchema,
    async run({ topic, since, limit, isReversed }, { target, key }) {
      key.mustKnowTopic(topic);
      const page = await target.history(topic, {
        ...(since !== undefined && { since }),
        limit,
        isReversed,
      });
      return { ...page, publications: page.publications.map(shown) };
    },
  }),
  presence: define({
    name: "presence",
    summary: "Lists who is present on a topic",
    permission: "read",
    input: presenceSchema,
    answer: presenceAnswerSchema,
    async run({ topic, limit }, { target, key }) {
      key.mustKnowTopic(topic);
      const [count, members] = await Promise.all([
        target.presence.count(topic),
        target.presence.members(topic, limit),
      ]);
      return {
        count,
        members: members.map((member) => ({ ...member, connectionIds: [...member.connectionIds] })),
      };
    },
  }),
  info: define({
    name: "info",
    summary: "Tells about this node",
    permission: "read",
    input: noInputSchema,
    answer: infoAnswerSchema,
    async run(_input, { target }) {
      const { users } = await target.users.count();
      return { ...(await target.info()), users };
    },
  }),
} as const;
