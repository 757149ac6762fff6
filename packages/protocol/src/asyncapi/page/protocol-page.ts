import type { Protocol } from "../../definitions.ts";
import { asyncApiDocument } from "../async-api-document.ts";
import type { AsyncApiDocument } from "../async-api-types.ts";
import type { ProtocolInfo } from "../protocol-info.ts";
import { controlTable } from "./control-table.ts";
import { type MessageView, messagesIn, topicsOf } from "./document-view.ts";
import { textBlock } from "./field-table.ts";
import { Html, html } from "./html.ts";
import { heading, messageSection } from "./message-section.ts";
import { codeTable, connecting, topicSection, typeSection } from "./page-parts.ts";
import { pageStyle, protocolPageCsp } from "./page-style.ts";
import { typeAnchor } from "./schema-text.ts";

/** A part of the page, with what stands below it in the table of contents. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
  readonly links?: readonly Link[];
}

interface Link {
  readonly id: string;
  readonly text: string;
  readonly links?: readonly Link[];
}

/**
 * Describes a protocol for people: one HTML page with every message, its fields and an example. It
 * has no scripts, loads nothing, and says what {@link asyncApiDocument} says. Everything that comes
 * from the protocol is escaped.
 *
 * Serve it as `text/html; charset=utf-8`, with {@link protocolPageCsp} as its Content-Security-Policy.
 *
 * @throws ProtocolError `ERR_DOCUMENT_INVALID` as `asyncApiDocument` does
 */
export function protocolPage(protocol: Protocol, info: ProtocolInfo): string {
  const document = asyncApiDocument(protocol, info);
  const { title, version, description } = document.info;
  const parts = partsOf(document);
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${protocolPageCsp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="kind">Version ${version}</p>
${description === undefined ? undefined : textBlock(description)}
</header>
<nav aria-label="Contents">
${linkList(parts.map(({ id, title: text, links = [] }) => ({ id, text, links })))}
</nav>
<main>
${parts.map(
  ({ id, title: text, body }) => html`<section aria-labelledby="${id}">
${heading(2, id, text)}
${body}</section>
`,
)}</main>
</body>
</html>
`);
}

function linkList(links: readonly Link[]): Html {
  const items = links.map(
    ({ id, text, links: inner = [] }) =>
      html`<li><a href="#${id}">${text}</a>${inner.length === 0 ? undefined : linkList(inner)}</li>
`,
  );
  return html`<ul>
${items}</ul>`;
}

function partsOf(document: AsyncApiDocument): readonly Part[] {
  const connection = messagesIn(document, "connection");
  const own = connection.filter(({ kind }) => kind !== "control");
  const fromClient = own.filter(({ direction }) => direction === "client to server");
  const fromServer = own.filter(({ direction }) => direction === "server to client");
  return [
    { id: "connecting", title: "Connecting", body: connecting(document) },
    messagePart("from-client", "From client to server", fromClient, document),
    messagePart("from-server", "From server to client", fromServer, document),
    topicPart(document),
    typePart(document),
    { id: "control", title: "Control frames", body: controlTable(connection) },
    errorPart(document),
    closePart(document),
  ].filter((part) => part !== undefined);
}

function messagePart(
  id: string,
  title: string,
  views: readonly MessageView[],
  document: AsyncApiDocument,
): Part {
  const place = { document, level: 3 };
  return {
    id,
    title,
    body:
      views.length === 0
        ? html`<p>None.</p>
`
        : html`${views.map((view) => messageSection(view, place))}`,
    links: views.map(messageLink),
  };
}

function messageLink({ id, message }: MessageView): Link {
  return { id, text: message.name };
}

function topicPart(document: AsyncApiDocument): Part | undefined {
  const topics = topicsOf(document);
  if (topics.length === 0) return undefined;
  return {
    id: "topics",
    title: "Topics",
    body: html`<p>A client that wants what is published to a topic sends <a href="#control.subscribe">subscribe</a> with its name.</p>
${topics.map((topic) => topicSection(topic, document))}`,
    links: topics.map(([id, { title }]) => ({
      id,
      text: title,
      links: messagesIn(document, id).map(messageLink),
    })),
  };
}

function typePart({ components }: AsyncApiDocument): Part | undefined {
  const types = Object.entries(components.schemas);
  if (types.length === 0) return undefined;
  return {
    id: "types",
    title: "Types",
    body: html`${types.map(typeSection)}`,
    links: types.map(([name]) => ({ id: typeAnchor(name), text: name })),
  };
}

function errorPart({ "x-windlass-errors": errors }: AsyncApiDocument): Part {
  return {
    id: "errors",
    title: "Errors",
    body: html`<p>Codes of an <a href="#control.error">error</a> frame. Codes that do not begin with <code>ERR_</code> are the application's.</p>
${codeTable("Errors", errors)}`,
  };
}

function closePart({ "x-windlass-close-codes": codes }: AsyncApiDocument): Part {
  return {
    id: "close-codes",
    title: "Close codes",
    body: html`<p>After 4000 to 4499 a client may come back, after 4500 to 4999 it must not, and 1000 means that the server is done with it. Any other code may come back. These come from the protocol:</p>
${codeTable("Close codes", codes)}`,
  };
}
