import { RawClient } from "./raw-client.ts";

/** An HTTP answer after which the server closed the connection. */
export interface Answer {
  readonly statusLine: string;
  /** Header lines as sent, repeated ones too. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * Sends bytes on a connection of its own and reads until the server has closed it; a 101 ends it from
 * here, or it would stay open.
 */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<Answer> {
  const client = await RawClient.connect(port);
  client.socket.on("data", () => {
    if (client.unread.toString("latin1").startsWith("HTTP/1.1 101")) client.destroy();
  });
  client.write(bytes);
  await client.ended();
  const text = client.unread.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...headers] = text.slice(0, end).split("\r\n");
  return { statusLine, headers, body: text.slice(end + 4) };
}
