import type { EventDefinitions, Protocol, TopicDefinition } from "../definitions.ts";
import { RequestDefinition } from "../definitions.ts";
import type { Payload } from "../payload.ts";
import { UniqueNames } from "./unique-names.ts";

/** One message of a protocol, with the id that it has in the document. */
export interface DeclaredMessage {
  readonly id: string;
  readonly frame: "event" | "request" | "response" | "publication";
  readonly sender: "client" | "server";
  readonly name: string;
  readonly payload: Payload;
}

/** A message that is no answer, and its answer if it wants one. */
export interface DeclaredExchange {
  readonly message: DeclaredMessage;
  readonly answer?: DeclaredMessage;
}

/** The topics of one pattern. */
export interface DeclaredTopic {
  readonly id: string;
  readonly pattern: string;
  readonly history: TopicDefinition["history"];
  readonly presence: { readonly id: string; readonly payload: Payload } | undefined;
  readonly publications: readonly DeclaredMessage[];
}

/** Everything that a protocol declares, under unique ids. */
export interface DeclaredMessages {
  readonly exchanges: readonly DeclaredExchange[];
  readonly topics: readonly DeclaredTopic[];
}

export function declaredMessages(protocol: Protocol): DeclaredMessages {
  const names = new UniqueNames();
  const messages = (["client", "server"] as const).flatMap((sender) =>
    Object.entries(protocol[sender]).map(([name, definition]): DeclaredExchange => {
      const id = names.take(`${sender}.${name}`);
      if (!(definition instanceof RequestDefinition)) {
        return { message: { id, frame: "event", sender, name, payload: definition } };
      }
      const answerer = sender === "client" ? "server" : "client";
      const { data, result } = definition;
      return {
        message: { id, frame: "request", sender, name, payload: data },
        answer: { id: "", frame: "response", sender: answerer, name, payload: result },
      };
    }),
  );
  return {
    // Answers are named last, so that `history.response` keeps its name when it is a message itself.
    exchanges: messages.map(({ message, answer }) =>
      answer === undefined
        ? { message }
        : { message, answer: { ...answer, id: names.take(`${message.id}.response`) } },
    ),
    topics: Object.entries(protocol.topics).map(([pattern, topic]) =>
      declaredTopic(pattern, topic, names),
    ),
  };
}

function declaredTopic(
  pattern: string,
  { events, history, presence }: TopicDefinition,
  names: UniqueNames,
): DeclaredTopic {
  const id = names.take(`topic.${pattern.replaceAll(":", "").replaceAll("/", ".")}`);
  const publication = ([name, payload]: [string, EventDefinitions[string]]): DeclaredMessage => ({
    id: names.take(`${id}.${name}`),
    frame: "publication",
    sender: "server",
    name,
    payload,
  });
  return {
    id,
    pattern,
    history,
    presence:
      presence === undefined ? undefined : { id: names.take(`presence.${id}`), payload: presence },
    publications: Object.entries(events).map(publication),
  };
}

/** The messages and their answers. */
export function messagesOf({ exchanges }: DeclaredMessages): readonly DeclaredMessage[] {
  return exchanges.flatMap(({ message, answer }) =>
    answer === undefined ? [message] : [message, answer],
  );
}
