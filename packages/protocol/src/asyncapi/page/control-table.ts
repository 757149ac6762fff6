import type { AsyncApiMessage } from "../async-api-types.ts";
import type { Direction, MessageView, NamedMessage } from "./document-view.ts";
import { type Html, type HtmlValue, html, joined } from "./html.ts";

interface ControlRow {
  readonly message: AsyncApiMessage;
  readonly directions: Set<Direction>;
}

/** The frames that are the same in every protocol, in one table. */
export function controlTable(views: readonly MessageView[]): Html {
  return html`<div class="wide" role="region" aria-label="Control frames" tabindex="0">
<table>
<thead><tr><th scope="col">Frame</th><th scope="col">Direction</th><th scope="col">Members</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${[...controlRows(views)].map(([id, row]) => tableRow(id, row))}</tbody>
</table>
</div>
`;
}

function controlRows(views: readonly MessageView[]): ReadonlyMap<string, ControlRow> {
  const rows = new Map<string, ControlRow>();
  const add = ({ id, message }: NamedMessage, direction: Direction): void => {
    if (message.tags[0]?.name !== "control") return;
    const row = rows.get(id) ?? { message, directions: new Set() };
    row.directions.add(direction);
    rows.set(id, row);
  };
  for (const view of views) {
    add(view, view.direction);
    for (const reply of view.replies) add(reply, backwards(view.direction));
  }
  return rows;
}

/** The direction of an answer. */
export function backwards(direction: Direction): Direction {
  return direction === "client to server" ? "server to client" : "client to server";
}

function tableRow(id: string, { message, directions }: ControlRow): Html {
  const direction = directions.size > 1 ? "both" : [...directions].join("");
  return html`<tr id="${id}"><th scope="row"><code>${message.name}</code></th><td>${direction}</td><td>${members(message)}</td><td>${message.summary}</td></tr>
`;
}

/** As the wire protocol writes them: `session`?, `seen`? */
function members({ payload }: AsyncApiMessage): readonly HtmlValue[] {
  const names = Object.keys(payload.properties ?? {}).filter((name) => name !== "type");
  const isRequired = (name: string): boolean => payload.required?.includes(name) === true;
  const texts = names.map((name) => html`<code>${name}</code>${isRequired(name) ? "" : "?"}`);
  return joined(texts, ", ");
}
