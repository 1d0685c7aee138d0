// A meter around the function content: what an isolate asks of the database, and the CPU of its dearest request.
import process from "node:process";
import { z } from "zod";
import type { Database } from "../../supabase/functions/_shared/database.ts";
import { fromEnvironment } from "../../supabase/functions/_shared/environment.ts";
import { serveFunction } from "../../supabase/functions/_shared/serve.ts";
import { contentHandler } from "../../supabase/functions/content/handler.ts";

const Reading = z.object({
  pid: z.int(),
  /** By the database's method; each call is one query. */
  queries: z.record(z.string(), z.int()),
  /**
   * Milliseconds that the whole process used between the arrival of a request and the end of its answer, at most. What it did
   * for others meanwhile is in it, so no request took more.
   */
  requestCpuMs: z.number(),
});
/** What an isolate has come to. */
export type Reading = z.infer<typeof Reading>;

/** Serves the product's function; readings are kept in a file of the folder, by process. */
export function serveMetered(folder: string): void {
  const reading: Reading = { pid: Deno.pid, queries: {}, requestCpuMs: 0 };
  const keep = () => Deno.writeTextFileSync(`${folder}/${Deno.pid}.json`, JSON.stringify(reading));

  const { database, authenticate } = fromEnvironment();
  const counted: Database = new Proxy(database, {
    get(target, name, receiver) {
      reading.queries[String(name)] = (reading.queries[String(name)] ?? 0) + 1;
      keep();
      return Reflect.get(target, name, receiver);
    },
  });
  const handler = serveFunction("content", authenticate, contentHandler(counted));

  Deno.serve(async (request, { completed }) => {
    const before = process.cpuUsage();
    const response = await handler(request);
    completed.catch(() => {}).then(() => {
      const { user, system } = process.cpuUsage(before);
      const used = (user + system) / 1000;
      if (used <= reading.requestCpuMs) return;
      reading.requestCpuMs = used;
      keep();
    });
    return response;
  });
}

/** The readings of all isolates that have any. */
export async function readMeters(folder: string): Promise<Reading[]> {
  const readings: Reading[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    // A file that is being written is read again.
    for (;;) {
      const text = await Deno.readTextFile(`${folder}/${name}`);
      if (!text.endsWith("}")) continue;
      readings.push(Reading.parse(JSON.parse(text)));
      break;
    }
  }
  return readings;
}
