// Stand-in for hosted Storage: buckets, objects with their bytes in the data folder, signed URLs, lists. Image
// transformation, resumable uploads, S3's protocol and the rest are refused with a sentence.
import type { Service, ServiceContext } from "../service.ts";
import { callerOf } from "./caller.ts";
import { openDatabase } from "./database.ts";
import { errorResponse, StorageError } from "./errors.ts";
import { openFiles } from "./files.ts";
import { route } from "./routes.ts";

/** Starts the service; `folder` holds the bytes of all objects. */
export async function createStorage(context: ServiceContext, folder: string): Promise<Service> {
  const { keys } = context;
  const files = await openFiles(folder);
  const database = openDatabase(context.databaseUrl("supabase_storage_admin"));
  const rows = await database.asService((tx) =>
    tx<{ version: string }[]>`select version from storage.objects where version is not null`
  );
  await files.keepOnly(new Set(rows.map(({ version }) => version)));
  return {
    async fetch(request, token) {
      try {
        const caller = await callerOf(keys, token);
        return await route({ request, url: new URL(request.url), caller, keys, database, files });
      } catch (error) {
        if (error instanceof StorageError) return errorResponse(error);
        context.log(`Storage: ${error instanceof Error ? error.stack : error}`);
        return errorResponse(new StorageError(500, "InternalError", "Internal server error"));
      }
    },
    close: () => database.close(),
  };
}
