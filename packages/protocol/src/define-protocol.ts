import { checkProtocol } from "./check-protocol.ts";
import type {
  MessageDefinitions,
  None,
  Protocol,
  ProtocolInit,
  TopicDefinitions,
} from "./definitions.ts";

/**
 * Declares the messages of a server and its clients, in a file that both import.
 *
 * @example
 * export const chat = defineProtocol({
 *   client: { say: z.object({ text: z.string().max(500) }) },
 *   server: { said: z.object({ from: z.string(), text: z.string() }) },
 * });
 *
 * @throws ProtocolError `ERR_PROTOCOL_INVALID` that names the message and what is wrong with it: a
 *   name, a topic pattern, or a schema whose values have no form in JSON, such as `z.date()`
 */
export function defineProtocol<
  Client extends MessageDefinitions = None,
  Server extends MessageDefinitions = None,
  Topics extends TopicDefinitions = None,
>(init: ProtocolInit<Client, Server, Topics>): Protocol<Client, Server, Topics> {
  const { client = {}, server = {}, topics = {} } = init;
  const protocol = { client, server, topics } as Protocol<Client, Server, Topics>;
  checkProtocol(protocol);
  return Object.freeze(protocol);
}
