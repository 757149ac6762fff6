// Declaring: one file that server and browser import.

export { base64Bytes, bigintString, isoDateTime } from "./codecs.ts";
export { defineProtocol } from "./define-protocol.ts";
export type {
  EventDefinitions,
  HistoryDefinition,
  MessageDefinition,
  MessageDefinitions,
  None,
  Protocol,
  ProtocolInit,
  TopicDefinition,
  TopicDefinitions,
} from "./definitions.ts";
export { RequestDefinition, request } from "./definitions.ts";
export type { Payload, Received, Sent } from "./payload.ts";
export { Encoded, encoded, schemaOf, toWire } from "./payload.ts";

// What went wrong.

export type { DataIssue } from "./data-issues.ts";
export { dataIssues } from "./data-issues.ts";
export { ProtocolError } from "./protocol-error.ts";
export type { WireErrorCode } from "./wire-errors.ts";
export { wireErrors } from "./wire-errors.ts";

// The wire: docs/reference/wire-protocol.md.

export type {
  AckFrame,
  AuthenticatedFrame,
  AuthFrame,
  CancelFrame,
  ClientFrame,
  ErrorFrame,
  EventFrame,
  Frame,
  HelloFrame,
  PingFrame,
  PongFrame,
  ReconnectFrame,
  RequestFrame,
  ResponseFrame,
  ServerFrame,
  WelcomeFrame,
} from "./frame.ts";
export type { DecodeLimits, FrameCodec } from "./frame-codec.ts";
export { defaultMaxDepth, FrameError } from "./frame-codec.ts";
export { jsonCodec } from "./json-codec.ts";
export { readFrame } from "./read-frame.ts";
export type {
  GapFrame,
  PresenceChangeFrame,
  PresenceFrame,
  PresenceResult,
  PresentMember,
  PublicationFrame,
  PublishFrame,
  PublishFrameResult,
  RecoveryGap,
  SubscribedFrame,
  SubscribeFrame,
  SubscribeResult,
  TopicPosition,
  UnsubscribedFrame,
  UnsubscribeFrame,
} from "./topic-frames.ts";
export type { TopicMatch, TopicParams } from "./topic-pattern.ts";
export { maxTopicLength, TopicPatterns, topicOf } from "./topic-pattern.ts";

// Types of the messages, for code that is generic over protocols.

export type {
  DataToSend,
  EventName,
  ParamsOf,
  PresenceToSend,
  PublicationName,
  PublicationToSend,
  ReceivedData,
  ReceivedPresence,
  ReceivedPublication,
  ReceivedResult,
  RequestName,
  ResultToSend,
  TopicPattern,
} from "./protocol-types.ts";
