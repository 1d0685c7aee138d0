// GET /content/manifest: the hash tree of a version, and the files that hold its rows.
import { digestOf, payloadOf, reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, REVALIDATE, versionParam } from "./context.ts";

/** How long the isolate hands out the same links to bundles; they are good for much longer. */
const LINKS_MS = 5 * 60 * 1000;

/** The tree never changes, but bundles come after the release and their links are renewed, so it is to be revalidated. */
export async function manifest(context: ContentContext, { request, url }: Call): Promise<Response> {
  const { schema, current, version } = await versionParam(context, url, "version", { wantsBundles: true });
  const { history, bundled } = current;
  // A new key once the newest release is bundled, so that nobody waits for the links.
  const key = JSON.stringify([
    "manifest",
    history,
    schema,
    version,
    bundled,
    Math.floor(Date.now() / LINKS_MS),
  ]);
  const page = await context.pageOf(
    key,
    async () => await payloadOf(await context.database.contentManifest(history, schema, version)),
  );
  return reply(request, page, {
    contentType: "application/json",
    cacheControl: REVALIDATE,
    etag: await digestOf(page.plain),
  });
}
