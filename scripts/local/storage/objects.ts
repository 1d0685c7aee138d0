// Rows of storage.objects and storage.buckets, as handlers read them.
import { type Call, callerOrRefuse, type Place } from "./call.ts";
import type { Tx } from "./database.ts";
import { refusals } from "./errors.ts";

/** What Storage itself knows of an object. */
export interface Metadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

/** An object with its current version. */
export interface StoredObject {
  id: string;
  name: string;
  bucket_id: string;
  version: string;
  created_at: Date;
  updated_at: Date;
  metadata: Metadata;
  user_metadata: Record<string, unknown> | null;
}

/** What uploads and downloads need to know of a bucket. */
export interface Bucket {
  public: boolean;
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
}

/** The bucket, whoever asks; throws `NoSuchBucket`. */
export async function bucketOf({ database }: Call, { bucket }: Place): Promise<Bucket> {
  const [found] = await database.asService((tx) =>
    tx<Bucket[]>`
      select coalesce(public, false) as public, file_size_limit::float8, allowed_mime_types
        from storage.buckets where id = ${bucket}`
  );
  if (!found) throw refusals.noSuchBucket();
  return found;
}

const find = ({ bucket, name }: Place) => async (tx: Tx): Promise<StoredObject> => {
  const [found] = await tx<StoredObject[]>`
    select id, name, bucket_id, version, created_at, updated_at, metadata, user_metadata
      from storage.objects where bucket_id = ${bucket} and name = ${name} and version is not null`;
  if (!found) throw refusals.noSuchKey();
  return found;
};

/** The object that the caller may see; `NoSuchKey` for any other. */
export function visibleObject(call: Call, place: Place): Promise<StoredObject> {
  return call.database.asCaller(callerOrRefuse(call), find(place));
}

/** The object, whoever asks; `NoSuchKey` where there is none. */
export function anyObject(call: Call, place: Place): Promise<StoredObject> {
  return call.database.asService(find(place));
}
