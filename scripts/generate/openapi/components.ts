// The shared parts of the OpenAPI document that belong to no operation: credentials, headers, and parameters in headers.
import type { ZodOpenApiComponentsObject } from "zod-openapi";
import { ERROR_EXAMPLES } from "./refusals.ts";

const textParameter = (name: string, description: string, example: string) => ({
  in: "header" as const,
  name,
  description,
  schema: { type: "string" as const },
  example,
});
const textHeader = (description: string, example: string) => ({
  description,
  schema: { type: "string" as const },
  example,
});

/** Shared parts besides the schemas. */
export const COMPONENTS: Omit<ZodOpenApiComponentsObject, "schemas"> = {
  securitySchemes: {
    learner: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "The access token of a signed-in user",
    },
    publishableKey: {
      type: "apiKey",
      in: "header",
      name: "apikey",
      description: "The project's publishable key",
    },
    secretKey: { type: "apiKey", in: "header", name: "apikey", description: "A secret key of the project" },
    wake: {
      type: "apiKey",
      in: "header",
      name: "x-carrel-wake",
      description: "A wake token of the database, good for one run",
    },
    metrics: {
      type: "http",
      scheme: "basic",
      description: "The user `service_role` and a secret key of the project",
    },
  },
  parameters: {
    RequestId: textParameter(
      "X-Request-Id",
      "8 to 64 letters, digits, `-` and `_`, by which support finds the request",
      "phone-7f3a9c21",
    ),
    AcceptEncoding: textParameter("Accept-Encoding", "`gzip`: the answer may be compressed", "gzip"),
    IfNoneMatch: textParameter("If-None-Match", "The `ETag` of an earlier answer", 'W/"9f86d081884c7d65"'),
    ContentEncoding: textParameter("Content-Encoding", "`gzip`: the body is compressed", "gzip"),
  },
  headers: {
    RequestId: textHeader("The caller's request id, or a new one", "1449c20e-1edf-411b-9e6f-175cb4024ad2"),
    ETag: textHeader("A weak validator of the content", 'W/"9f86d081884c7d65"'),
    CacheControl: textHeader(
      "`private, max-age=31536000, immutable` where the request determines the answer",
      "private, no-cache",
    ),
    ContentEncoding: textHeader("`gzip` if the answer is compressed", "gzip"),
    RetryAfter: textHeader("Seconds after which to send the same request again", "3"),
    WwwAuthenticate: textHeader("The scheme that is missing", "Bearer"),
  },
  examples: ERROR_EXAMPLES,
};
