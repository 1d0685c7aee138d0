// Buckets, as far as row level security on storage.buckets lets the caller: without policies, only service_role.
import { z } from "zod";
import { type Call, callerOrRefuse, type Handler, readBody } from "./call.ts";
import type { Tx } from "./database.ts";
import { refusals } from "./errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

function bytesOf(limit: number | string): number {
  const [, count = "", unit = "B"] = /^(\d+)\s*([KMG]?i?B)?$/i.exec(String(limit)) ?? [];
  const factor = UNITS[unit.toUpperCase()];
  if (count === "" || factor === undefined) {
    throw refusals.invalidBody("Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B");
  }
  return Number(count) * factor;
}

const settings = {
  public: z.boolean().optional(),
  file_size_limit: z.union([z.number().int().min(0), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
};
const ChangeSchema = z.object(settings);
const NewSchema = z.object({ id: z.string().optional(), name: z.string(), ...settings });

/** The columns that a body sets. */
function columns(body: z.infer<typeof ChangeSchema>) {
  const limit = body.file_size_limit;
  const values = {
    public: body.public,
    file_size_limit: typeof limit === "number" || typeof limit === "string" ? bytesOf(limit) : limit,
    allowed_mime_types: body.allowed_mime_types,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function select(tx: Tx, id: string | null) {
  return tx`
    select id, name, owner, public, type, file_size_limit::float8, allowed_mime_types, created_at, updated_at
      from storage.buckets where ${id}::text is null or id = ${id} order by name`;
}

/** GET /bucket */
export async function getBuckets(call: Call): Promise<Response> {
  return Response.json(await call.database.asCaller(callerOrRefuse(call), (tx) => select(tx, null)));
}

/** POST /bucket */
export async function postBucket(call: Call): Promise<Response> {
  const caller = callerOrRefuse(call);
  const body = await readBody(call.request, NewSchema);
  const id = body.id ?? body.name;
  if (!/^[\w!.*'() &$@=;:+,?-]{1,100}$/.test(id) || id.trim() !== id) throw refusals.invalidBucketName();
  await call.database.asCaller(
    caller,
    (tx) =>
      tx`insert into storage.buckets ${tx({ id, name: body.name, owner_id: caller.sub, ...columns(body) })}`,
  );
  return Response.json({ name: id });
}

/** GET /bucket/id */
export const getBucket: Handler = async (call, { bucket }) => {
  const [found] = await call.database.asCaller(callerOrRefuse(call), (tx) => select(tx, bucket));
  if (!found) throw refusals.noSuchBucket();
  return Response.json(found);
};

/** PUT /bucket/id */
export const putBucket: Handler = async (call, { bucket }) => {
  const changed = { ...columns(await readBody(call.request, ChangeSchema)), updated_at: new Date() };
  const { count } = await call.database.asCaller(
    callerOrRefuse(call),
    (tx) => tx`update storage.buckets set ${tx(changed)} where id = ${bucket}`,
  );
  if (count === 0) throw refusals.noSuchBucket();
  return Response.json({ message: "Successfully updated" });
};

/** DELETE /bucket/id */
export const deleteBucket: Handler = async (call, { bucket }) => {
  const full = await call.database.asService((tx) =>
    tx`select from storage.objects where bucket_id = ${bucket} limit 1`
  );
  if (full.count > 0) throw refusals.bucketNotEmpty();
  const { count } = await call.database.asCaller(
    callerOrRefuse(call),
    (tx) => tx`delete from storage.buckets where id = ${bucket}`,
  );
  if (count === 0) throw refusals.noSuchBucket();
  return Response.json({ message: "Successfully deleted" });
};
