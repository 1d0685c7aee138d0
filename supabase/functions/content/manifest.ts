// GET /content/manifest: the hash tree of a version, and the bundles with its rows.
import { Problem } from "../_shared/problem.ts";
import { digestOf, payloadOf, reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, requireKept, REVALIDATE, versionParam } from "./context.ts";

/** How long the isolate serves the same bundle URLs. The URLs are valid for much longer. */
const LINKS_MS = 5 * 60 * 1000;

/** The tree never changes, but bundles are added after the release and their URLs are renewed. So the answer is revalidated. */
export async function manifest(context: ContentContext, { request, url, learner }: Call): Promise<Response> {
  const { schema, current, version } = await versionParam(context, url, "version", { wantsBundles: true });
  if (version === 0) throw new Problem("release_unknown", "Nothing is published yet.", "0");
  const { history, bundled } = current;
  // The key changes when the release is bundled, so that callers get the URLs at once.
  const key = JSON.stringify([
    "manifest",
    history,
    schema,
    version,
    bundled >= version,
    Math.floor(Date.now() / LINKS_MS),
  ]);
  const page = await context.pageOf(
    key,
    learner,
    async () => {
      requireKept(current, version);
      return await payloadOf(await context.database.contentManifest(history, schema, version));
    },
  );
  return reply(request, page, {
    contentType: "application/json",
    cacheControl: REVALIDATE,
    etag: await digestOf(page.plain),
  });
}
