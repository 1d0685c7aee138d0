// What the gateway itself answers, in hosted's words.

/** A refusal or failure of the gateway. */
export interface GatewayError {
  status: number;
  body: Record<string, unknown>;
}

/** Hosted's answers, and one of our own while the services are not up yet. */
export const GATEWAY_ERRORS = {
  noApiKey: {
    status: 401,
    body: {
      message: "No API key found in request",
      hint: "No `apikey` request header or url param was found.",
    },
  },
  invalidApiKey: {
    status: 401,
    body: {
      message: "Invalid API key",
      hint: "Double check your Supabase `anon` or `service_role` API key.",
    },
  },
  unknownPath: { status: 404, body: { error: "requested path is invalid" } },
  internal: { status: 500, body: { message: "An unexpected error occurred" } },
  starting: { status: 503, body: { message: "The local stack is starting." } },
  noGraphql: { status: 501, body: { errors: [{ message: "The local stack has no GraphQL." }] } },
} as const satisfies Record<string, GatewayError>;

/** The response for an error. */
export function gatewayResponse({ status, body }: GatewayError): Response {
  return Response.json(body, { status });
}
