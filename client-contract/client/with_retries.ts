// A client that repeats what fails, for whoever wants a result or a final failure of each call.
import type { Client } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { Retry } from "./retry.ts";

/**
 * The same client, whose calls are repeated until they succeed or their failure is final. A batch keeps its `batch_id`; its `sent_at` is the time
 * of each attempt, because the server measures the clock by it. A delta goes on after its last whole page.
 */
export function withRetries(client: Client, retry: Retry, clock: Pick<Clock, "now">): Client {
  return {
    head: (etag, o) => retry.run(() => client.head(etag, o), o?.signal),
    async *delta(query = {}) {
      const tries = retry.attempts(query.signal);
      for (let rest = query;;) {
        try {
          for await (const page of client.delta(rest)) {
            const { page: { history, since, until }, end: { next } } = page;
            tries.succeeded();
            yield page;
            if (next === null) return;
            rest = { ...rest, history, since, until, after: next };
          }
        } catch (error) {
          await tries.failed(error);
        }
      }
    },
    manifest: (query) => retry.run(() => client.manifest(query), query.signal),
    domainNodes: (query) => retry.run(() => client.domainNodes(query), query.signal),
    node: (query) => retry.run(() => client.node(query), query.signal),
    bundle: (bundle, o) => retry.run(() => client.bundle(bundle, o), o?.signal),
    mediaUrls: (files, o) => retry.run(() => client.mediaUrls(files, o), o?.signal),
    report: (report, o) => retry.run(() => client.report(report, o), o?.signal),
    sync: (header, lines, o) =>
      retry.run(
        () => client.sync({ ...header, sent_at: new Date(clock.now()).toISOString() }, lines, o),
        o?.signal,
      ),
    pull: (cursor, o) => retry.run(() => client.pull(cursor, o), o?.signal),
    adopt: (anonymousToken, o) => retry.run(() => client.adopt(anonymousToken, o), o?.signal),
  };
}
