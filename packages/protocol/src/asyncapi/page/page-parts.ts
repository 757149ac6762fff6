import type { AsyncApiChannel, AsyncApiDocument } from "../async-api-types.ts";
import type { JsonSchema } from "../json-schema.ts";
import { messagesIn } from "./document-view.ts";
import { fieldTable, textBlock } from "./field-table.ts";
import { type Html, type HtmlValue, html, joined } from "./html.ts";
import { heading, messageSection } from "./message-section.ts";
import { typeAnchor } from "./schema-text.ts";

/** Where and how to connect. */
export function connecting({ servers, channels }: AsyncApiDocument): Html {
  const connection = channels["connection"];
  const [server] = Object.values(servers ?? {});
  const origin = server === undefined ? "" : `${server.protocol}://${server.host}`;
  const subprotocols = connection?.["x-windlass-subprotocols"] ?? [];
  return html`<p>Open a WebSocket to <code>${origin}${connection?.address}</code> with the subprotocol ${joined(
    subprotocols.map((name) => html`<code>${name}</code>`),
    " or ",
  )}.</p>
<p>${connection?.description}</p>
`;
}

/** A topic: its parameters, what is kept about it, and what is published. */
export function topicSection(
  [id, channel]: readonly [string, AsyncApiChannel],
  document: AsyncApiDocument,
): Html {
  const { title, description, parameters = {} } = channel;
  const publications = messagesIn(document, id);
  return html`<section aria-labelledby="${id}">
${heading(3, id, title)}
<p>${description}</p>
<dl>
${Object.entries(parameters).map(
  ([name, parameter]) => html`<dt><code>${name}</code></dt><dd>${parameter.description}</dd>
`,
)}<dt>History</dt><dd>${historyText(channel["x-windlass-history"])}</dd>
<dt>Presence</dt><dd>${channel["x-windlass-presence"] === undefined ? "none" : "of each member, as below"}</dd>
</dl>
${presenceTable(channel)}
${publications.map((view) => messageSection(view, { document, level: 4 }))}</section>
`;
}

function historyText(history: AsyncApiChannel["x-windlass-history"]): string {
  if (history === undefined) return "none";
  const { size, ttlMs, isLastValue } = history;
  const kept = `the last ${size} publications, for ${ttlMs} ms`;
  return isLastValue === true ? `${kept}; who subscribes gets the newest at once` : kept;
}

function presenceTable({ title, "x-windlass-presence": schema }: AsyncApiChannel): HtmlValue {
  if (schema === undefined) return undefined;
  return fieldTable(`Presence of ${title}`, { path: "presence", schema });
}

/** A schema that others refer to. */
export function typeSection([name, schema]: readonly [string, JsonSchema]): Html {
  const { title, description, ...rest } = schema;
  const anchor = typeAnchor(name);
  return html`<section aria-labelledby="${anchor}">
${heading(3, anchor, name)}
${title === undefined ? undefined : html`<p><strong>${title}</strong></p>`}
${description === undefined ? undefined : textBlock(description)}
${fieldTable(`Fields of ${name}`, { path: name, schema: rest })}</section>
`;
}

/** Codes and what they mean. */
export function codeTable(label: string, codes: Readonly<Record<string, string>>): Html {
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0">
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${Object.entries(codes).map(
  ([code, meaning]) =>
    html`<tr><th scope="row"><code>${code}</code></th><td>${meaning}</td></tr>
`,
)}</tbody>
</table>
</div>
`;
}
