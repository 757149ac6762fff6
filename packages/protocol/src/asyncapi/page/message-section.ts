import type { AsyncApiDocument, AsyncApiMessage } from "../async-api-types.ts";
import { backwards } from "./control-table.ts";
import { dataOf, isDataRequired, type MessageView, type NamedMessage } from "./document-view.ts";
import { exampleValue } from "./example-value.ts";
import { fieldTable, textBlock } from "./field-table.ts";
import { type Html, type HtmlValue, html } from "./html.ts";

/** Where a section is. */
export interface PagePlace {
  readonly document: AsyncApiDocument;
  /** Of its heading. */
  readonly level: number;
}

/** A message: what it is, its fields, an example, and what it is answered with. */
export function messageSection(view: MessageView, place: PagePlace): Html {
  const { id, kind, message, direction } = view;
  const [answer] = view.replies.filter((reply) => reply.message.tags[0]?.name === "request");
  return html`<section aria-labelledby="${id}">
${heading(place.level, id, message.name)}
<p class="kind">${capitalised(kind)}, ${direction}</p>
${about(message)}
${fields(message, message.name)}
${example(message, place.document)}
${answer === undefined ? undefined : result(answer, view, place)}</section>
`;
}

/** A heading that is the name of its section. */
export function heading(level: number, id: string, text: HtmlValue): Html {
  return html`<h${level} id="${id}">${text}</h${level}>`;
}

function result({ id, message }: NamedMessage, question: MessageView, place: PagePlace): Html {
  const { name } = question.message;
  return html`${heading(place.level + 1, id, `Result of ${name}`)}
<p class="kind">Response, ${backwards(question.direction)}; or an <a href="#control.error">error</a> with the same id</p>
${about(message)}
${fields(message, `the result of ${name}`)}
${example(message, place.document)}
`;
}

function about({ title, summary, description }: AsyncApiMessage): readonly HtmlValue[] {
  const text = description ?? summary;
  return [
    title === undefined ? undefined : html`<p><strong>${title}</strong></p>`,
    text === undefined ? undefined : textBlock(text),
  ];
}

function fields(message: AsyncApiMessage, name: string): Html {
  const schema = dataOf(message);
  if (schema === undefined) return html`<p>It has no data.</p>`;
  // The message has said it already.
  const { description: _said, ...rest } = schema;
  return fieldTable(`Fields of ${name}`, {
    path: "data",
    schema: rest,
    isRequired: isDataRequired(message),
  });
}

function example(message: AsyncApiMessage, document: AsyncApiDocument): Html {
  const frame = message.examples?.[0]?.payload ?? exampleFrame(message, document);
  return html`<pre tabindex="0"><code>${JSON.stringify(frame, undefined, 2)}</code></pre>`;
}

/** The members that must be there, and the data. */
function exampleFrame({ payload }: AsyncApiMessage, { components }: AsyncApiDocument): unknown {
  const required = new Set([...(payload.required ?? []), "data"]);
  const properties = Object.entries(payload.properties ?? {}).filter(([name]) =>
    required.has(name),
  );
  return exampleValue(
    { ...payload, properties: Object.fromEntries(properties) },
    components.schemas,
  );
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
