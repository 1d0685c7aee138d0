// Removing objects: the rows that the caller may delete, and after the commit their files.
import { z } from "zod";
import { type Call, callerOrRefuse, type Handler, readBody } from "./call.ts";
import { refusals } from "./errors.ts";

const Schema = z.object({ prefixes: z.array(z.string()).min(1) });

/** The deleted rows. */
async function removeObjects(call: Call, bucket: string, names: string[] | null) {
  const rows = await call.database.asCaller(callerOrRefuse(call), (tx) =>
    tx`
      delete from storage.objects
       where bucket_id = ${bucket} and (${names === null} or name = any (${names ?? []}))
      returning id, name, bucket_id, owner, owner_id, version, created_at, updated_at, last_accessed_at, metadata,
                user_metadata`);
  await call.files.remove(rows.flatMap(({ version }) => typeof version === "string" ? version : []));
  return rows;
}

/** DELETE /object/bucket */
export const deleteObjects: Handler = async (call, { bucket }) => {
  const { prefixes } = await readBody(call.request, Schema);
  return Response.json(await removeObjects(call, bucket, prefixes));
};

/** DELETE /object/bucket/name */
export const deleteObject: Handler = async (call, { bucket, name }) => {
  const rows = await removeObjects(call, bucket, [name]);
  if (rows.length === 0) throw refusals.noSuchKey();
  return Response.json({ message: "Successfully deleted" });
};

/** POST /bucket/id/empty */
export const emptyBucket: Handler = async (call, { bucket }) => {
  await removeObjects(call, bucket, null);
  return Response.json({ message: "Successfully emptied" });
};
