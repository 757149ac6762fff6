import type { z } from "zod";
import type { MessageDefinitions, Protocol, RequestDefinition } from "./definitions.ts";
import type { Payload, Received, Sent } from "./payload.ts";
import type { TopicParams } from "./topic-pattern.ts";

/** Names of the messages without an answer. */
export type EventName<Messages extends MessageDefinitions> = {
  [Name in keyof Messages]: Messages[Name] extends Payload ? Name : never;
}[keyof Messages] &
  string;

/** Names of the messages with an answer. */
export type RequestName<Messages extends MessageDefinitions> = {
  [Name in keyof Messages]: Messages[Name] extends RequestDefinition ? Name : never;
}[keyof Messages] &
  string;

/** What is written to send the message of a name. */
export type DataToSend<Messages extends MessageDefinitions, Name extends keyof Messages> =
  Messages[Name] extends RequestDefinition<infer Data, infer _Result>
    ? Sent<Data>
    : Messages[Name] extends Payload
      ? Sent<Messages[Name]>
      : never;

/** What is read when the message of a name has come. */
export type ReceivedData<Messages extends MessageDefinitions, Name extends keyof Messages> =
  Messages[Name] extends RequestDefinition<infer Data, infer _Result>
    ? Received<Data>
    : Messages[Name] extends Payload
      ? Received<Messages[Name]>
      : never;

/** What is written to answer the request of a name. */
export type ResultToSend<Messages extends MessageDefinitions, Name extends keyof Messages> =
  Messages[Name] extends RequestDefinition<infer _Data, infer Result> ? Sent<Result> : never;

/** What is read when the answer to the request of a name has come. */
export type ReceivedResult<Messages extends MessageDefinitions, Name extends keyof Messages> =
  Messages[Name] extends RequestDefinition<infer _Data, infer Result> ? Received<Result> : never;

/** The topic patterns of a protocol. */
export type TopicPattern<P extends Protocol> = keyof P["topics"] & string;

/** The parameters of a topic pattern of a protocol. */
export type ParamsOf<Pattern extends string> = TopicParams<Pattern>;

/** Names of what is published to the topics of a pattern. */
export type PublicationName<
  P extends Protocol,
  Pattern extends TopicPattern<P>,
> = keyof P["topics"][Pattern]["events"] & string;

/** What is written to publish. */
export type PublicationToSend<
  P extends Protocol,
  Pattern extends TopicPattern<P>,
  Name extends PublicationName<P, Pattern>,
> = Sent<P["topics"][Pattern]["events"][Name]>;

/** What a subscriber reads. */
export type ReceivedPublication<
  P extends Protocol,
  Pattern extends TopicPattern<P>,
  Name extends PublicationName<P, Pattern>,
> = Received<P["topics"][Pattern]["events"][Name]>;

/** What is written to say who a member of the topics of a pattern is; `undefined` without presence. */
export type PresenceToSend<
  P extends Protocol,
  Pattern extends TopicPattern<P>,
> = P["topics"][Pattern] extends { readonly presence: infer Schema extends z.ZodType }
  ? z.input<Schema>
  : undefined;

/** What others read of a member; `undefined` without presence. */
export type ReceivedPresence<
  P extends Protocol,
  Pattern extends TopicPattern<P>,
> = P["topics"][Pattern] extends { readonly presence: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;
