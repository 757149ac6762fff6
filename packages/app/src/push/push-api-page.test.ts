import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operations } from "./operations.ts";
import { pushErrors } from "./push-errors.ts";
import { historyAnswerSchema, infoAnswerSchema, publishedSchema } from "./push-schemas.ts";
import { pushRoutes } from "./routes.ts";
import { signatureHeaders } from "./signature.ts";

const page = readFileSync(
  new URL("../../../../docs/reference/push-api.md", import.meta.url),
  "utf8",
);

/** The text below a heading, up to the next one. */
function sectionOf(heading: string): string {
  const section = page.split(/^#{2,3} /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no heading "${heading}"`);
  return section;
}

/** The rows of the table below a heading whose first column has this title: the cells, without code marks. */
function rowsOf(heading: string, title: string): string[][] {
  const [table = ""] = sectionOf(heading)
    .split("\n\n")
    .filter((block) => block.startsWith(`| ${title} |`));
  const rows = table.trimEnd().split("\n").slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

/** The members of a schema, and the default of each. */
function membersOf(schema: z.ZodType): Map<string, unknown> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return new Map(
    Object.entries(properties).map(([name, member]) => {
      const fallback = typeof member === "object" ? member.default : undefined;
      return [name, required.includes(name) ? "required" : (fallback ?? "none")];
    }),
  );
}

describe("the reference of the push API", () => {
  it("has every endpoint, its permission, and no other", () => {
    const documented = rowsOf("Endpoints", "Endpoint").map(([endpoint, permission]) => [
      endpoint,
      permission,
    ]);
    const others = { batch: "those of its operations", document: "any key" };
    const routes = pushRoutes.map(({ methods, path, endpoint }) => [
      `${methods.join(", ")} ${path}`,
      typeof endpoint === "string" ? others[endpoint] : endpoint.permission,
    ]);
    expect(documented).toEqual(routes);
  });

  it("has every code, its status, its meaning, and no other", () => {
    const rows = rowsOf("Errors", "Code");
    const documented = rows.map(([code, status]) => [code, Number(status)]);
    expect(documented).toEqual(
      Object.entries(pushErrors).map(([code, { status }]) => [code, status]),
    );
    for (const [, , meaning] of rows) expect(meaning).not.toBe("");
  });

  const common = rowsOf("Messages", "Member");
  it.each([
    ["Publish", operations.publish, common],
    ["Send", operations.send, common],
    ["Disconnect", operations.disconnect, []],
    ["User", operations.user, []],
    ["History", operations.history, []],
    ["Presence", operations.presence, []],
  ] as const)("has every member of %s with its default", (heading, { input }, inherited) => {
    const members = membersOf(input);
    const rows = [...rowsOf(heading, "Member"), ...inherited];
    expect(rows.map(([name]) => name)).toEqual([...members.keys()]);
    for (const [name = "", , fallback = ""] of rows) {
      const written = {
        isVolatile: "false",
        data: "required, or dataBase64",
        topic: "required, or topics",
      };
      const said =
        heading === "Publish" || heading === "Send" ? Reflect.get(written, name) : undefined;
      expect([name, fallback.replaceAll('"', "")]).toEqual([
        name,
        said ?? String(members.get(name)),
      ]);
    }
  });

  it("has every member of the answers", () => {
    const answered = rowsOf("Publish", "Member").length;
    const tables = sectionOf("Publish")
      .split("\n\n")
      .filter((block) => block.startsWith("| Member |"));
    expect(tables).toHaveLength(2);
    expect(answered).toBe(2);
    const names = [...(tables[1] ?? "").matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(publishedSchema.shape).sort());
    const info = rowsOf("Info", "Member").map(([name]) => name);
    expect(info.sort()).toEqual(Object.keys(infoAnswerSchema.shape).sort());
    const gaps = historyAnswerSchema.shape.gap.unwrap().options;
    for (const gap of gaps) expect(sectionOf("History")).toContain(`\`${gap}\``);
    for (const name of Object.keys(operations)) expect(sectionOf("Batch")).toContain(`\`${name}\``);
  });

  it("signs its example as it says", () => {
    const headers = rowsOf("Signed requests", "Header").map(([name = ""]) => name.toLowerCase());
    expect(headers).toEqual(Object.values(signatureHeaders));
    const [, text = ""] = /```\n(POST\n.*?)\n```/s.exec(page) ?? [];
    expect(text.split("\n").at(-1)).toBe(createHash("sha256").update("test\n").digest("hex"));
    const [, secret = "", signature = ""] =
      /With the secret `(\w+)`.*?`v1=(\w+)`/s.exec(page) ?? [];
    expect(signature).toBe(createHmac("sha256", secret).update(text).digest("hex"));
  });
});

describe("the guide", () => {
  it.each(["php/WindlassPush.php", "shell/windlass-push.sh"])(
    "shows the %s that the tests run",
    (file) => {
      const guide = readFileSync(
        new URL("../../../../docs/guide/push.md", import.meta.url),
        "utf8",
      );
      const program = readFileSync(
        new URL(`../../../../examples/${file}`, import.meta.url),
        "utf8",
      );
      const blocks = [...guide.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
      expect(blocks).toContain(program);
    },
  );
});
