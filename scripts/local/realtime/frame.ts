// Realtime's frames on the wire, in both versions of the protocol.
//
// 1.0.0: JSON objects. 2.0.0: JSON arrays, and two binary kinds for broadcasts: 3 from a client, 4 to a client.
// See https://supabase.com/docs/guides/realtime/protocol.
import { z } from "zod";

/** Versions of the protocol; a client that names none speaks 1.0.0. */
export type Version = "1.0.0" | "2.0.0";

/** What one socket sends: text, or a binary frame. */
export type Frame = string | Uint8Array<ArrayBuffer>;

/** A broadcast on its way to clients. */
export type Broadcast =
  /** `body` is the whole payload, `{"type","event","payload",…}`, as JSON text that nobody has to parse again. */
  | { kind: "object"; body: string }
  /** What a client of 2.0.0 pushed as a binary frame: its payload stays bytes. */
  | { kind: "bytes"; event: string; json: boolean; payload: Uint8Array<ArrayBuffer> };

/** One message of a client. */
export interface ClientMessage {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  /** Payload of a text frame; undefined for a binary one. */
  payload?: unknown;
  /** What a binary frame pushes, with its metadata. */
  pushed?: { broadcast: Broadcast & { kind: "bytes" }; metadata: Record<string, unknown> };
}

/** One message of the server, other than a broadcast. */
export interface ServerMessage {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

/** A frame that is not of the protocol; the socket is closed. */
export class MalformedFrame extends Error {
  override readonly name = "MalformedFrame";
}

const USER_BROADCAST_PUSH = 3;
const USER_BROADCAST = 4;
const PUSH_HEADER = 7;
const BROADCAST_HEADER = 5;
const JSON_ENCODING = 1;
/** Sizes in binary headers are single bytes. */
export const FIELD_LIMIT = 255;
/** Largest payload of a broadcast in bytes: hosted's limit on the free plan. */
export const PAYLOAD_LIMIT = 256_000;

const ref = z.string().nullable().default(null);
const metadata = z.record(z.string(), z.unknown());
const objectFrame = z.object({
  topic: z.string(),
  event: z.string(),
  payload: z.unknown(),
  ref,
  join_ref: ref,
});
const arrayFrame = z.tuple([ref, ref, z.string(), z.string(), z.unknown()]);

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Length in bytes on the wire. */
export function byteLength(text: string): number {
  return utf8.encode(text).length;
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MalformedFrame("The frame is not of the protocol", { cause });
  }
}

function decodeText(text: string, version: Version): ClientMessage {
  if (version === "1.0.0") {
    const { join_ref: joinRef, ...message } = parse(objectFrame, text);
    return { joinRef, ...message };
  }
  const [joinRef, ref, topic, event, payload] = parse(arrayFrame, text);
  return { joinRef, ref, topic, event, payload };
}

function decodePush(bytes: Uint8Array<ArrayBuffer>): ClientMessage {
  const [kind, ...sizes] = bytes.subarray(0, PUSH_HEADER);
  if (kind !== USER_BROADCAST_PUSH) {
    throw new MalformedFrame(`Binary frames of kind ${kind} are not of the protocol`);
  }
  const encoding = sizes.pop();
  let offset = PUSH_HEADER;
  const [joinRef, ref, topic, event, meta] = sizes.map((size) =>
    fromUtf8.decode(bytes.subarray(offset, offset += size))
  );
  if (offset > bytes.length || topic === undefined || event === undefined) {
    throw new MalformedFrame("The binary frame ends too early");
  }
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: "broadcast",
    pushed: {
      broadcast: { kind: "bytes", event, json: encoding === JSON_ENCODING, payload: bytes.subarray(offset) },
      metadata: meta ? parse(metadata, meta) : {},
    },
  };
}

/** Reads a client's frame; throws MalformedFrame. */
export function decodeFrame(data: string | ArrayBuffer, version: Version): ClientMessage {
  if (typeof data === "string") return decodeText(data, version);
  if (version === "1.0.0") throw new MalformedFrame("Protocol 1.0.0 has no binary frames");
  return decodePush(new Uint8Array(data));
}

/** Writes a message to a client. */
export function encodeMessage(message: ServerMessage, version: Version): Frame {
  const { joinRef, ref, topic, event, payload } = message;
  if (version === "2.0.0") return JSON.stringify([joinRef, ref, topic, event, payload]);
  return JSON.stringify({ topic, event, payload, ref, join_ref: joinRef });
}

/** The payload of a text frame that carries a broadcast; the parts are JSON text already where they come from outside. */
export function broadcastBody(event: string, payload: string, meta?: Record<string, unknown>): string {
  const start = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${payload}`;
  return meta ? `${start},"meta":${JSON.stringify(meta)}}` : `${start}}`;
}

/** `broadcast` as 1.0.0 carries it, or undefined where it can't: bytes that are not JSON. */
function bodyOf(broadcast: Broadcast): string | undefined {
  if (broadcast.kind === "object") return broadcast.body;
  if (!broadcast.json) return undefined;
  try {
    const text = fromUtf8.decode(broadcast.payload);
    JSON.parse(text);
    return broadcastBody(broadcast.event, text);
  } catch {
    // The encoding is the sender's claim; a frame built on a false one would break the receiver's parser.
    return undefined;
  }
}

/** Writes a broadcast to a client; undefined where the version can't carry it. */
export function encodeBroadcast(topic: string, broadcast: Broadcast, version: Version): Frame | undefined {
  if (version === "1.0.0" || broadcast.kind === "object") {
    const body = bodyOf(broadcast);
    if (body === undefined) return undefined;
    const name = JSON.stringify(topic);
    return version === "2.0.0"
      ? `[null,null,${name},"broadcast",${body}]`
      : `{"topic":${name},"event":"broadcast","payload":${body},"ref":null,"join_ref":null}`;
  }
  const topicBytes = utf8.encode(topic);
  const eventBytes = utf8.encode(broadcast.event);
  const frame = new Uint8Array(
    BROADCAST_HEADER + topicBytes.length + eventBytes.length + broadcast.payload.length,
  );
  frame.set([USER_BROADCAST, topicBytes.length, eventBytes.length, 0, broadcast.json ? JSON_ENCODING : 0]);
  frame.set(topicBytes, BROADCAST_HEADER);
  frame.set(eventBytes, BROADCAST_HEADER + topicBytes.length);
  frame.set(broadcast.payload, BROADCAST_HEADER + topicBytes.length + eventBytes.length);
  return frame;
}
