// Downloads: to whom policies allow it, to everybody from a public bucket, to who holds a signed URL.
import { type Call, type Handler, type Place } from "./call.ts";
import { verifiedClaims } from "./caller.ts";
import { refusals } from "./errors.ts";
import { anyObject, bucketOf, type StoredObject, visibleObject } from "./objects.ts";
import { parseRange } from "./range.ts";

/** What a way of asking adds to the answer. */
interface Extras {
  /** End of a signed URL, in place of the object's cache control. */
  expires?: Date;
}

/** Hosted serves no pages. */
function safeType(mimetype: string): string {
  return mimetype.includes("text/html") ? "text/plain" : mimetype;
}

function disposition(url: URL): Record<string, string> {
  const download = url.searchParams.get("download");
  if (download === null) return {};
  const name = encodeURIComponent(download);
  const value = download === "" ? "attachment;" : `attachment; filename=${name}; filename*=UTF-8''${name};`;
  return { "content-disposition": value };
}

/** Whether the client has this already. */
function isKnown({ headers }: Request, { eTag, lastModified }: StoredObject["metadata"]): boolean {
  const tags = headers.get("if-none-match");
  if (tags !== null) {
    const known = tags.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    return known.includes(eTag) || known.includes("*");
  }
  const since = Date.parse(headers.get("if-modified-since") ?? "");
  return Math.floor(Date.parse(lastModified) / 1000) * 1000 <= since;
}

async function render(call: Call, object: StoredObject, extras: Extras = {}): Promise<Response> {
  const { request, url, files } = call;
  const { eTag, size, mimetype, cacheControl, lastModified } = object.metadata;
  const headers = new Headers({
    "accept-ranges": "bytes",
    "etag": eTag,
    "last-modified": new Date(lastModified).toUTCString(),
    "x-robots-tag": "none",
    ...(extras.expires ? { expires: extras.expires.toUTCString() } : { "cache-control": cacheControl }),
  });
  if (isKnown(request, object.metadata)) return new Response(null, { status: 304, headers });
  const range = parseRange(request.headers.get("range"), size);
  const { from, to } = range ?? { from: 0, to: size - 1 };
  for (const [name, value] of Object.entries(disposition(url))) headers.set(name, value);
  headers.set("content-type", safeType(mimetype));
  headers.set("content-length", String(to - from + 1));
  if (range) headers.set("content-range", `bytes ${from}-${to}/${size}`);
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const bytes = await files.read(object.version, from, to);
  if (!bytes) throw refusals.noSuchKey();
  return new Response(bytes, { status, headers });
}

/** The object, in a public bucket without asking who wants it. */
async function readable(call: Call, place: Place): Promise<StoredObject> {
  const bucket = await bucketOf(call, place);
  return bucket.public ? await anyObject(call, place) : await visibleObject(call, place);
}

/** GET /object/bucket/name and /object/authenticated/bucket/name */
export const getObject: Handler = async (call, place) => await render(call, await readable(call, place));

/** GET /object/public/bucket/name */
export const getPublicObject: Handler = async (call, place) => {
  // A private bucket is as good as none.
  if (!(await bucketOf(call, place)).public) throw refusals.noSuchBucket();
  return await render(call, await anyObject(call, place));
};

/** GET /object/sign/bucket/name?token=… */
export const getSignedObject: Handler = async (call, place) => {
  const token = call.url.searchParams.get("token");
  if (!token) throw refusals.invalidBody("querystring must have required property 'token'");
  const { url, exp } = await verifiedClaims(call.keys, token, refusals.invalidJwt);
  if (url !== `${place.bucket}/${place.name}` || typeof exp !== "number") throw refusals.invalidSignature();
  return await render(call, await anyObject(call, place), { expires: new Date(exp * 1000) });
};

/** GET /object/info/bucket/name */
export const getInfo: Handler = async (call, place) => {
  const { id, name, version, bucket_id, created_at, updated_at, metadata, user_metadata } = await readable(
    call,
    place,
  );
  return Response.json({
    id,
    name,
    version,
    bucket_id,
    size: metadata.size,
    content_type: metadata.mimetype,
    cache_control: metadata.cacheControl,
    etag: metadata.eTag,
    metadata: user_metadata,
    last_modified: metadata.lastModified,
    created_at,
    updated_at,
  });
};
