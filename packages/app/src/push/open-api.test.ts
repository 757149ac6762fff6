import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PushStage, type TestRequest } from "./push.test-helper.ts";
import { pushErrors } from "./push-errors.ts";
import { pushRoutes } from "./routes.ts";

/** The document as far as these tests look into it. */
interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, { readonly description: string }>>;
    readonly securitySchemes: Readonly<Record<string, { readonly name?: string }>>;
  };
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Schema = Parameters<typeof z.fromJSONSchema>[0];
type Content = { readonly "application/json": { readonly schema: Schema } };

async function documentOf(stage = new PushStage()): Promise<Document> {
  const { body } = await stage.signed("/api/openapi.json");
  return body as Document;
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Right inputs for every operation. */
const requests: Readonly<Record<string, TestRequest & { readonly query?: string }>> = {
  publish: { body: { topic: "news", data: { a: 1 }, event: "said", idempotencyKey: "k" } },
  send: { body: { dataBase64: "AA==" } },
  disconnect: { body: { code: 4000, reason: "x" } },
  user: {},
  history: { query: "?limit=5&sinceEpoch=e&sinceOffset=1" },
  historyByPOST: { body: { since: { epoch: "e", offset: 1 }, limit: 5 } },
  presence: { query: "?limit=5" },
  presenceByPOST: { body: { limit: 5 } },
  batch: {
    body: { operations: [{ operation: "publish", topic: "news", data: 1 }, { operation: "info" }] },
  },
  info: {},
  document: {},
};

describe("the OpenAPI document", () => {
  it.each(["secure", "never"] as const)("is valid OpenAPI 3.1, with bearer: %s", async (bearer) => {
    const validator = new Validator();
    const document = await documentOf(new PushStage({ bearer }));
    const result = await validator.validate({ ...document });
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
    expect(document.openapi).toBe("3.1.0");
  });

  it("is noticed when it is not valid", async () => {
    const { paths: _paths, ...rest } = await documentOf();
    const broken = { ...rest, paths: { "/x": { get: { parameters: [{ name: "x" }] } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it("has every route that answers, and no other", async () => {
    const stage = new PushStage();
    const document = await documentOf(stage);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const table = pushRoutes.flatMap(({ path, methods: known }) =>
      known.map((method) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`),
    );
    expect(documented).toEqual(table);
    for (const path of Object.keys(document.paths)) {
      for (const method of methods) {
        const answer = await stage.bearer(`/api${path.replace(/\{\w+\}/g, "x")}`, { method });
        const isDocumented = documented.includes(`${method} ${path}`);
        expect([method, path, answer.status === 405]).toEqual([method, path, !isDocumented]);
        expect(answer.status).not.toBe(404);
      }
    }
  });

  it("describes answers as they are", async () => {
    const stage = new PushStage();
    const position = { epoch: "e", offset: 2 };
    stage.target.result = { isDuplicate: false, hasSubscribers: true, position };
    stage.target.page = { publications: [{ topic: "news", data: "x", position }], position };
    const document = await documentOf(stage);
    const seen: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const { query = "", ...request } = requests[operation.operationId] ?? {};
        const url = `/api${path.replace(/\{\w+\}/g, "x")}${query}`;
        const answer = await stage.bearer(url, { method: method.toUpperCase(), ...request });
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, 200]);
        const schema = operation.responses["200"]?.content?.["application/json"].schema ?? {};
        expect(() => z.fromJSONSchema(schema).parse(answer.body)).not.toThrow();
        const body = operation.requestBody?.content["application/json"].schema;
        if (body !== undefined)
          expect(() => z.fromJSONSchema(body).parse(request.body)).not.toThrow();
        seen.push(operation.operationId);
      }
    }
    expect(seen.sort()).toEqual(Object.keys(requests).sort());
  });

  it("names the query, the path and the headers", async () => {
    const { paths } = await documentOf();
    const names = (path: string, method: string) =>
      paths[path]?.[method]?.parameters?.map(({ in: place, name }) => `${place} ${name}`);
    expect(names("/topics/{topic}/history", "get")).toEqual([
      "path topic",
      "query sinceEpoch",
      "query sinceOffset",
      "query limit",
      "query isReversed",
    ]);
    expect(names("/users/{userId}/send", "post")).toEqual([
      "path userId",
      "header Idempotency-Key",
    ]);
    expect(names("/info", "get")).toBeUndefined();
  });

  it("lists every code below its status, and both ways to authenticate", async () => {
    const { components, security, servers } = await documentOf();
    for (const [code, { status }] of Object.entries(pushErrors)) {
      expect(components.responses[status]?.description.split(", ")).toContain(code);
    }
    expect(security).toEqual([
      { signatureKey: [], signatureTimestamp: [], signatureNonce: [], signature: [] },
      { bearer: [] },
    ]);
    expect(components.securitySchemes["signatureNonce"]?.name).toBe("X-Windlass-Nonce");
    expect(servers).toEqual([{ url: "/api" }]);
    const signedOnly = await documentOf(new PushStage({ bearer: "never" }));
    expect(signedOnly.security).toHaveLength(1);
  });
});
