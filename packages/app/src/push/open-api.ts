import { z } from "zod";
import { batchAnswerSchema, batchSchema } from "./batch.ts";
import type { PushOperation } from "./operations.ts";
import { pushErrors } from "./push-errors.ts";
import type { ParsedPushOptions } from "./push-options.ts";
import { errorAnswerSchema } from "./push-schemas.ts";
import { queryParameters } from "./read-query.ts";
import { type PushRoute, pushRoutes } from "./routes.ts";

/** A JSON Schema as far as it is looked into here. */
interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** A part of the document. */
type Part = Readonly<Record<string, unknown>>;

/** Of the API: the first number changes when callers have to. */
const version = "1.0.0";

const schemaOf = (schema: z.ZodType, io: "input" | "output"): Schema => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io });
  return rest as Schema;
};

/** The push API as OpenAPI 3.1, made from what it checks requests with. */
export function openApiDocument(options: ParsedPushOptions): Part {
  const paths = pushRoutes.map((route) => [
    route.path.replace(/:(\w+)/g, "{$1}"),
    Object.fromEntries(
      route.methods.map((method) => [method.toLowerCase(), operationOf(route, method, options)]),
    ),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Windlass push API",
      version,
      description: "Publishes to topics and sends to users of WebSocket connections.",
    },
    servers: [{ url: options.basePath === "" ? "/" : options.basePath }],
    security: securityOf(options),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: securitySchemesOf(options),
      responses: errorResponses(),
      schemas: { Error: schemaOf(errorAnswerSchema, "output") },
    },
  };
}

function operationOf(route: PushRoute, method: "GET" | "POST", options: ParsedPushOptions): Part {
  const { name, summary, input, answer, isIdempotent } = describeEndpoint(route, options);
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, param = ""]) => param);
  const properties = input.properties ?? {};
  const parameters = inPath.map((param) => parameter("path", param, properties[param] ?? {}));
  if (method === "GET") parameters.push(...inQuery(properties));
  if (isIdempotent) {
    parameters.push(parameter("header", "Idempotency-Key", properties["idempotencyKey"] ?? {}));
  }
  const body = without(input, inPath);
  return {
    operationId: route.methods[0] === method ? name : `${name}By${method}`,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(method === "POST" && {
      requestBody: { required: (body.required ?? []).length > 0, content: json(body) },
    }),
    responses: {
      200: { description: "Done.", content: json(answer) },
      ...Object.fromEntries(
        [...statuses].map(([status]) => [status, { $ref: `#/components/responses/${status}` }]),
      ),
    },
  };
}

interface DescribedEndpoint extends Pick<PushOperation, "name" | "summary" | "isIdempotent"> {
  readonly input: Schema;
  readonly answer: Schema;
}

function describeEndpoint({ endpoint }: PushRoute, options: ParsedPushOptions): DescribedEndpoint {
  if (endpoint === "document") {
    const answer = { type: "object" };
    return { name: "document", summary: "This document", input: {}, answer, isIdempotent: false };
  }
  if (endpoint === "batch") {
    return {
      name: "batch",
      summary: "Does several operations, in their order, and answers each on its own",
      input: schemaOf(batchSchema(options.maxBatchOperations), "input"),
      answer: schemaOf(batchAnswerSchema, "output"),
      isIdempotent: false,
    };
  }
  const { input, answer } = endpoint;
  return { ...endpoint, input: schemaOf(input, "input"), answer: schemaOf(answer, "output") };
}

/** An input without what comes in the path. */
function without(schema: Schema, names: readonly string[]): Schema {
  const { properties = {}, required = [], ...rest } = schema;
  const left = Object.entries(properties).filter(([name]) => !names.includes(name));
  const needed = required.filter((name) => !names.includes(name));
  return {
    ...rest,
    properties: Object.fromEntries(left),
    ...(needed.length > 0 && { required: needed }),
  };
}

function inQuery(properties: Readonly<Record<string, Schema>>): Part[] {
  return [...queryParameters].flatMap(([name, { path }]) => {
    const [outer, inner] = path;
    const found = inner === undefined ? properties[outer] : properties[outer]?.properties?.[inner];
    return found === undefined ? [] : [parameter("query", name, found)];
  });
}

function parameter(place: "path" | "query" | "header", name: string, schema: Schema): Part {
  const { description, ...rest } = schema;
  return {
    name,
    in: place,
    required: place === "path",
    ...(description !== undefined && { description }),
    schema: rest,
  };
}

const json = (schema: Schema): Part => ({ "application/json": { schema } });

/** The codes of each status. */
const statuses: ReadonlyMap<number, readonly string[]> = Object.entries(pushErrors).reduce(
  (found, [code, { status }]) => found.set(status, [...(found.get(status) ?? []), code]),
  new Map<number, readonly string[]>(),
);

function errorResponses(): Part {
  const error = json({ $ref: "#/components/schemas/Error" });
  return Object.fromEntries(
    [...statuses].map(([status, codes]) => [
      String(status),
      { description: codes.join(", "), content: error },
    ]),
  );
}

const signatureParts = {
  signatureKey: "X-Windlass-Key",
  signatureTimestamp: "X-Windlass-Timestamp",
  signatureNonce: "X-Windlass-Nonce",
  signature: "X-Windlass-Signature",
} as const;

/** Either all four headers of a signature, or the secret itself. */
function securityOf({ bearer }: ParsedPushOptions): readonly Part[] {
  const signed = Object.fromEntries(Object.keys(signatureParts).map((name) => [name, []]));
  return bearer === "never" ? [signed] : [signed, { bearer: [] }];
}

function securitySchemesOf({ bearer }: ParsedPushOptions): Part {
  const signed = Object.entries(signatureParts).map(([scheme, name]) => [
    scheme,
    { type: "apiKey", in: "header", name },
  ]);
  return {
    ...Object.fromEntries(signed),
    ...(bearer !== "never" && { bearer: { type: "http", scheme: "bearer" } }),
  };
}
