// The bytes that an upload brings, with what it says about them: as the body itself, or in a form.
import { refusals } from "./errors.ts";
import { capped } from "./files.ts";
import { boundaryOf, parseForm } from "./form.ts";

/** An upload as it arrives. */
export interface Incoming {
  bytes: ReadableStream<Uint8Array> | null;
  mimetype: string;
  cacheControl: string;
  userMetadata: unknown;
}

/** What a form may hold besides its file, in bytes. */
const FORM_OVERHEAD = 64 * 1024;

function parseMetadata(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    // Hosted ignores what it can't read.
    return null;
  }
}

function decodeBase64(text: string): string | null {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  } catch {
    return null;
  }
}

async function wholeBody({ body }: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  if (body) { for await (const chunk of capped(body, limit)) chunks.push(chunk); }
  return await new Blob(chunks).bytes();
}

/** A form is read whole: its file may stand before what is said about it. */
async function fromForm(request: Request, contentType: string, limit: number): Promise<Incoming> {
  const boundary = boundaryOf(contentType);
  const parts = boundary && parseForm(await wholeBody(request, limit + FORM_OVERHEAD), boundary);
  const file = parts && parts.find(({ filename }) => filename !== undefined);
  if (!parts || !file) throw refusals.invalidBody("No content provided");
  const text = (name: string) => {
    const part = parts.find((one) => one.name === name && one.filename === undefined);
    return part ? new TextDecoder().decode(part.bytes) : null;
  };
  const seconds = text("cacheControl");
  return {
    bytes: new Blob([file.bytes]).stream(),
    mimetype: text("contentType") ?? file.type ?? "application/octet-stream",
    cacheControl: seconds === null ? "no-cache" : `max-age=${seconds}`,
    userMetadata: parseMetadata(text("metadata")),
  };
}

/** Reads the head of an upload; refuses one whose announced length is above `limit` bytes. */
export async function incoming(request: Request, limit: number): Promise<Incoming> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  const contentType = request.headers.get("content-type") ?? "application/octet-stream";
  const isForm = contentType.startsWith("multipart/form-data");
  if (announced > limit + (isForm ? FORM_OVERHEAD : 0)) throw refusals.tooLarge();
  if (isForm) return await fromForm(request, contentType, limit);
  const metadata = request.headers.get("x-metadata");
  return {
    bytes: request.body,
    mimetype: contentType,
    // Verbatim, which is how `immutable` gets in.
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    userMetadata: metadata === null ? null : parseMetadata(decodeBase64(metadata)),
  };
}
