// POST /realtime/v1/api/broadcast and …/api/broadcast/<topic>/events/<event>: broadcasts without a socket.
import { z } from "zod";
import type { Authorizer } from "./authorization.ts";
import { type Broadcast, broadcastBody, byteLength, FIELD_LIMIT, PAYLOAD_LIMIT } from "./frame.ts";
import { channelName, type Hub } from "./hub.ts";
import type { Token } from "./token.ts";

/** What the two endpoints need. */
export interface BroadcastApiContext {
  hub: Hub;
  authorizer: Authorizer;
}

const batchSchema = z.object({
  messages: z.array(z.object({
    topic: z.string().min(1),
    event: z.string().min(1),
    payload: z.record(z.string(), z.unknown()),
    private: z.boolean().nullish(),
  })),
});

const accepted = () => new Response(null, { status: 202 });
const refusal = (status: number, message: string) => Response.json({ message }, { status });
const invalid = (errors: Record<string, string[]>) => Response.json({ errors }, { status: 422 });

async function jsonOf(request: Request): Promise<{ value: unknown } | undefined> {
  try {
    return { value: await request.json() };
  } catch {
    return undefined;
  }
}

/** Several messages in one request. Private ones that the bearer may not write are left out without a word. */
export async function broadcastBatch(
  request: Request,
  token: Token,
  context: BroadcastApiContext,
): Promise<Response> {
  const body = await jsonOf(request);
  if (!body) return refusal(400, "The body is not JSON");
  const parsed = batchSchema.safeParse(body.value);
  if (!parsed.success) {
    return invalid({
      messages: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    });
  }
  const messages = parsed.data.messages.map(({ event, payload, ...rest }) => ({
    ...rest,
    body: broadcastBody(event, JSON.stringify(payload)),
  }));
  if (messages.some(({ body }) => byteLength(body) > PAYLOAD_LIMIT)) {
    return invalid({ payload: ["Payload size exceeds tenant limit"] });
  }
  for (const { topic, body, private: isPrivate } of messages) {
    if (isPrivate && !await context.authorizer.canWrite(topic, token)) continue;
    context.hub.publish(topic, isPrivate ?? false, { kind: "object", body });
  }
  return accepted();
}

/** One message, as `httpSend` of realtime-js sends it: JSON or bytes. */
export async function broadcastOne(
  request: Request,
  token: Token,
  [topic = "", event = ""]: string[],
  context: BroadcastApiContext,
): Promise<Response> {
  const query = new URL(request.url).searchParams;
  if ([...query.keys()].some((name) => name.startsWith("persist"))) {
    return refusal(501, "Storing a client's broadcast is not part of the local stack.");
  }
  const type = request.headers.get("content-type")?.split(";")[0]?.trim();
  if (type !== "application/json" && type !== "application/octet-stream") {
    return refusal(415, "Content-Type must be application/json or application/octet-stream");
  }
  const payload = await request.bytes();
  const json = type === "application/json";
  if (json) {
    try {
      JSON.parse(new TextDecoder().decode(payload));
    } catch {
      return refusal(400, "The body is not JSON");
    }
  }
  if (payload.length > PAYLOAD_LIMIT) return invalid({ payload: ["Payload size exceeds tenant limit"] });
  if ([channelName(topic), event].some((field) => byteLength(field) > FIELD_LIMIT)) {
    return invalid({ topic: [`Topic and event take at most ${FIELD_LIMIT} bytes each`] });
  }
  const isPrivate = query.get("private") === "true";
  if (isPrivate && !await context.authorizer.canWrite(topic, token)) return refusal(403, "Unauthorized");
  const broadcast: Broadcast = { kind: "bytes", event, json, payload };
  context.hub.publish(topic, isPrivate, broadcast);
  return accepted();
}
