// Listing a folder: its objects, and the folders in it, which are only parts of names.
import { z } from "zod";
import { callerOrRefuse, type Handler, readBody } from "./call.ts";

const Schema = z.object({
  prefix: z.string().default(""),
  limit: z.number().int().min(1).default(100),
  offset: z.number().int().min(0).default(0),
  search: z.string().default(""),
  sortBy: z.object({
    column: z.enum(["name", "updated_at", "created_at", "last_accessed_at"]).default("name"),
    order: z.enum(["asc", "desc"]).default("asc"),
  }).prefault({}),
});

/** POST /object/list/bucket */
export const postList: Handler = async (call, { bucket }) => {
  const { prefix, limit, offset, search, sortBy } = await readBody(call.request, Schema);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const rows = await call.database.asCaller(callerOrRefuse(call), (tx) =>
    tx`
      with found as (
        select o.*, substr(o.name, length(${folder}) + 1) as rest
          from storage.objects o
         where o.bucket_id = ${bucket} and starts_with(o.name, ${folder})
           and starts_with(lower(substr(o.name, length(${folder}) + 1)), lower(${search}))
      ), entries as (
        select distinct split_part(rest, '/', 1) as name, null::uuid as id, null::timestamptz as updated_at,
               null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
          from found where position('/' in rest) > 0
        union all
        select rest, id, updated_at, created_at, last_accessed_at, metadata
          from found where position('/' in rest) = 0
      )
      select * from entries
       order by ${tx(sortBy.column)} ${sortBy.order === "asc" ? tx`asc` : tx`desc`}, name
       limit ${limit} offset ${offset}`);
  return Response.json(rows);
};
