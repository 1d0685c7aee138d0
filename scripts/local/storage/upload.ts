// Uploads: asked for as the caller, written as the service once the bytes are there.
import { type Call, callerOrRefuse, checkKey, type Handler, type Place } from "./call.ts";
import type { Caller } from "./caller.ts";
import type { Tx } from "./database.ts";
import { refusals } from "./errors.ts";
import { type Incoming, incoming } from "./incoming.ts";
import { type Bucket, bucketOf, type Metadata } from "./objects.ts";

/** Hosted's limit of the free plan for one object; a bucket's own limit may be lower. */
const LARGEST = 50 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function checkMimeType({ allowed_mime_types: allowed }: Bucket, mimetype: string): void {
  if (!allowed || allowed.length === 0) return;
  const type = mimetype.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const matches = (pattern: string) =>
    pattern.endsWith("/*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
  if (!allowed.some((pattern) => matches(pattern.toLowerCase()))) throw refusals.invalidMimeType(mimetype);
}

interface NewObject extends Place {
  version: string;
  caller: Caller;
  upsert: boolean;
}

/** Writes the row; what makes it complete is in `details`. */
async function writeRow(tx: Tx, o: NewObject, details: Record<string, unknown> = {}): Promise<void> {
  const owner = o.caller.sub !== null && UUID.test(o.caller.sub) ? o.caller.sub : null;
  const row = {
    bucket_id: o.bucket,
    name: o.name,
    owner,
    owner_id: o.caller.sub,
    version: o.version,
    ...details,
  };
  if (!o.upsert) {
    await tx`insert into storage.objects ${tx(row)}`;
    return;
  }
  const { bucket_id: _bucket, name: _name, ...changed } = row;
  await tx`
    insert into storage.objects ${tx(row)}
    on conflict (bucket_id, name) do update set ${tx({ ...changed, updated_at: new Date() })}`;
}

/** Writes the row of a complete object; gives its id and the version that it replaces. */
async function complete(
  call: Call,
  o: NewObject,
  metadata: Metadata,
  { userMetadata }: Incoming,
): Promise<{ id: string; replaced: string[] }> {
  return await call.database.asService(async (tx) => {
    const before = await tx<{ version: string | null }[]>`
      select version from storage.objects where bucket_id = ${o.bucket} and name = ${o.name} for update`;
    await writeRow(tx, o, { metadata, user_metadata: userMetadata });
    const [row] = await tx<{ id: string }[]>`
      select id from storage.objects where bucket_id = ${o.bucket} and name = ${o.name}`;
    return { id: row?.id ?? "", replaced: before.flatMap(({ version }) => version ?? []) };
  });
}

async function upload(call: Call, place: Place, upsert: boolean): Promise<Response> {
  const caller = callerOrRefuse(call);
  checkKey(place.name);
  const bucket = await bucketOf(call, place);
  const limit = Math.min(bucket.file_size_limit ?? LARGEST, LARGEST);
  const o = { ...place, version: crypto.randomUUID(), caller, upsert };
  await call.database.probe(caller, (tx) => writeRow(tx, o));
  const input = await incoming(call.request, limit);
  checkMimeType(bucket, input.mimetype);

  const { size, eTag } = await call.files.write(o.version, input.bytes, limit);
  try {
    const metadata: Metadata = {
      eTag,
      size,
      mimetype: input.mimetype,
      cacheControl: input.cacheControl,
      lastModified: new Date().toISOString(),
      contentLength: size,
      httpStatusCode: 200,
    };
    const { id, replaced } = await complete(call, o, metadata, input);
    await call.files.remove(replaced);
    return Response.json({ Key: `${place.bucket}/${place.name}`, Id: id });
  } catch (error) {
    await call.files.remove([o.version]);
    throw error;
  }
}

/** POST /object/bucket/name */
export const postObject: Handler = (call, place) =>
  upload(call, place, call.request.headers.get("x-upsert") === "true");

/** PUT /object/bucket/name */
export const putObject: Handler = (call, place) => upload(call, place, true);
