import { signPushRequest } from "@windlass/app";
import { benchKey, publicationBytes, publishPath, topicOf } from "./push-scene.ts";

/**
 * A request as it goes over the wire, in ASCII: 100 bytes for one of the topics, in turn, signed now with
 * a nonce of its own.
 *
 * @param host of the server, with its port
 * @param index of the request, from 0
 */
export function signedRequest(host: string, index: number): string {
  const data = `${index} `.padEnd(publicationBytes, "x");
  const body = JSON.stringify({ topic: topicOf(index), data });
  const signature = signPushRequest(benchKey, { url: publishPath, body });
  const headers = Object.entries(signature).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `POST ${publishPath} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\n${headers.join("")}\r\n${body}`
  );
}
