// GET /content/domains: the domains' nodes of a version. A device with some domains needs them after each release, and no skill's.
import { Problem } from "../_shared/problem.ts";
import { digestOf, payloadOf, reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, IMMUTABLE, requireKept, REVALIDATE, versionParam } from "./context.ts";

/** The answer never changes if the request has `history` and `version`, and is the same for every device. */
export async function domains(context: ContentContext, { request, url, learner }: Call): Promise<Response> {
  const { schema, current, version, isNamed } = await versionParam(context, url, "version");
  if (version === 0) throw new Problem("release_unknown", "Nothing is published yet.", "0");
  const { history } = current;
  const key = JSON.stringify(["domains", history, schema, version]);
  const page = await context.pageOf(
    key,
    learner,
    async () => {
      requireKept(current, version);
      return await payloadOf(await context.database.contentDomains(history, schema, version));
    },
  );
  return reply(request, page, {
    contentType: "application/json",
    cacheControl: isNamed ? IMMUTABLE : REVALIDATE,
    etag: await digestOf(new TextEncoder().encode(key)),
  });
}
