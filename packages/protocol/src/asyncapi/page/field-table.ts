import type { JsonSchema } from "../json-schema.ts";
import { type FieldRow, fieldRows } from "./field-rows.ts";
import { type Html, type HtmlValue, html } from "./html.ts";
import { rulesOf } from "./rules-text.ts";
import { typeText } from "./schema-text.ts";

/** The fields of a value as a table. Wide ones scroll, also with the keyboard. */
export function fieldTable(caption: string, root: FieldRow): Html {
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0">
<table class="fields">
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">Rules and meaning</th></tr></thead>
<tbody>
${fieldRows(root).map(tableRow)}</tbody>
</table>
</div>
`;
}

function tableRow({ path, schema, isRequired, condition }: FieldRow): Html {
  const required = isRequired === undefined ? "" : isRequired ? "yes" : "no";
  return html`<tr><th scope="row"><code>${path}</code></th><td>${typeText(schema)}</td><td>${required}</td><td>${meaning(schema, condition)}</td></tr>
`;
}

function meaning(schema: JsonSchema, condition: string | undefined): readonly HtmlValue[] {
  const when = condition === undefined ? undefined : html`<p>Only if ${condition}.</p>`;
  const rules = rulesOf(schema).map((rule) => html`<li>${rule}</li>`);
  return [
    when,
    schema.description === undefined ? undefined : textBlock(schema.description),
    rules.length === 0 ? undefined : html`<ul>${rules}</ul>`,
  ];
}

/** Text of the application; its line breaks are kept by the style. */
export function textBlock(text: string): Html {
  return html`<p class="text">${text}</p>`;
}
