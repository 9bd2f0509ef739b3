import { type Answer, closed, type Route, type Schema } from "./route.ts";
import { ERROR } from "./schemas.ts";

const JSON_TYPE = "application/json";

/** The OpenAPI 3.1 document of these routes: made from the same table that serves them. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = (paths[pathOf(route)] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "vedette",
      version,
      description: "A sentinel's HTTP interface: what this one sentinel sees, and orders to it.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Error: ERROR },
    },
  };
}

/** `/masters/:name` is `/masters/{name}`. */
function pathOf({ url }: Route): string {
  return url.replaceAll(/:([a-z]+)/g, "{$1}");
}

function operation(route: Route): object {
  const { method, url, summary, tag, body, isChange } = route;
  return {
    operationId: [method.toLowerCase(), ...url.split(/[/:]+/).filter((part) => part !== "")].join(
      "-",
    ),
    summary,
    tags: [tag],
    parameters: [
      ...parameters(route.params, "path", { required: true }),
      ...parameters(route.query, "query", { required: false }),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { [JSON_TYPE]: { schema: closed(body, []) } } },
        }),
    ...(isChange === true ? { security: [{ token: [] }] } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]),
      ),
      default: {
        description: "An error",
        content: { [JSON_TYPE]: { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

function parameters(
  schemas: Readonly<Record<string, Schema>> | undefined,
  place: "path" | "query",
  { required }: { readonly required: boolean },
): readonly object[] {
  return Object.entries(schemas ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required,
    schema,
  }));
}

function response({ description, schema, type = JSON_TYPE }: Answer): object {
  return { description, content: { [type]: schema === undefined ? {} : { schema } } };
}
