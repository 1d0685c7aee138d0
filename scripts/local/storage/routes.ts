// Which handler answers which path.
import { deleteBucket, getBucket, getBuckets, postBucket, putBucket } from "./buckets.ts";
import type { Call, Handler, Place } from "./call.ts";
import { getInfo, getObject, getPublicObject, getSignedObject } from "./download.ts";
import { refusals } from "./errors.ts";
import { postList } from "./list.ts";
import { deleteObject, deleteObjects, emptyBucket } from "./remove.ts";
import { postSign, postSignMany } from "./sign.ts";
import { postObject, putObject } from "./upload.ts";

/** Public path of the service. */
const STORAGE_PREFIX = "/storage/v1";

type Methods = Readonly<Record<string, Handler>>;
/** For a path that names a bucket, and for one that names an object. */
interface Routes {
  bucket?: Methods;
  object?: Methods;
}

const read = (handler: Handler): Routes => ({ object: { GET: handler, HEAD: handler } });

/** By the words after /object; what is no such word is a bucket. */
const OBJECT: readonly (readonly [string, Routes])[] = [
  ["info/public", read(getInfo)],
  ["info/authenticated", read(getInfo)],
  ["info", read(getInfo)],
  ["public", read(getPublicObject)],
  ["authenticated", read(getObject)],
  ["sign", {
    bucket: { POST: postSignMany },
    object: { POST: postSign, GET: getSignedObject, HEAD: getSignedObject },
  }],
  ["list", { bucket: { POST: postList } }],
  ["list-v2", {}],
  ["upload", {}],
  ["copy", {}],
  ["move", {}],
  ["", {
    bucket: { DELETE: deleteObjects },
    object: { GET: getObject, HEAD: getObject, POST: postObject, PUT: putObject, DELETE: deleteObject },
  }],
];

/** Each part on its own, so that an escaped slash stays in its part. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw refusals.invalidKey(path);
  }
}

function placeOf(path: string): Place {
  const slash = path.indexOf("/");
  if (slash < 0) return { bucket: decoded(path), name: "" };
  return { bucket: decoded(path.slice(0, slash)), name: decoded(path.slice(slash + 1)) };
}

function objectHandler(method: string, path: string): [Handler | undefined, Place] {
  for (const [word, routes] of OBJECT) {
    if (word !== "" && path !== word && !path.startsWith(`${word}/`)) continue;
    const place = placeOf(word === "" ? path : path.slice(word.length + 1));
    return [(place.name === "" ? routes.bucket : routes.object)?.[method], place];
  }
  return [undefined, placeOf(path)];
}

const BUCKET: Methods = { GET: getBucket, PUT: putBucket, DELETE: deleteBucket };

/** Answers a request; refuses what hosted can do and the stand-in can't. */
export async function route(call: Call): Promise<Response> {
  const { method } = call.request;
  const path = call.url.pathname.slice(STORAGE_PREFIX.length);
  if (path === "/bucket" && method === "GET") return await getBuckets(call);
  if (path === "/bucket" && method === "POST") return await postBucket(call);
  const [, id, action] = /^\/bucket\/([^/]+)(\/empty)?$/.exec(path) ?? [];
  if (id !== undefined) {
    const handler = action ? (method === "POST" ? emptyBucket : undefined) : BUCKET[method];
    if (handler) return await handler(call, { bucket: decoded(id), name: "" });
  }
  if (path.startsWith("/object/")) {
    const [handler, place] = objectHandler(method, path.slice("/object/".length));
    if (handler && place.bucket !== "") return await handler(call, place);
  }
  throw refusals.notImplemented(`${method} ${call.url.pathname}`);
}
