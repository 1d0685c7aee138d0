// Updates the cache to the newest release: fetches it in parts, verifies it, repairs damage, and applies everything in one transaction.
import { ContractError, type HeadOptions, ProblemError } from "../client/mod.ts";
import type { Head } from "../contract/content.ts";
import type { Manifest } from "../contract/manifest.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { discardDownload } from "./content_discard.ts";
import { planDownload, type Release } from "./content_download.ts";
import { type FetchOptions, fetchParts } from "./content_fetch.ts";
import { fetchManifest, type Repair, settle } from "./content_settle.ts";
import { type DeviceContext, readState } from "./context.ts";
import { clockTime } from "./clock.ts";
import { DeviceError } from "./device_error.ts";
import { suspectContent } from "./queries.gen.ts";
import { tellRefreshed, tellRepaired } from "./telemetry.ts";

/** Times that one update may start over before the server is called unstable. */
const MAX_RESTARTS = 3;

/** The options of an update. */
export type UpdateOptions = FetchOptions;

/** The result of an update. */
export interface UpdateReport {
  /** Rows written and removed. */
  rows: number;
  /** Damage that was found and fetched. */
  repairs: Repair[];
}

/** Whether the server can't continue from what the device holds. */
function meansStartOver(error: unknown): boolean {
  return error instanceof ProblemError &&
    ["history_changed", "cursor_ahead", "cursor_too_old"].includes(error.code);
}

/** The manifests of releases, each requested once. */
function manifests(schema: number, o: UpdateOptions) {
  const asked = new Map<number, ReturnType<typeof fetchManifest>>();
  return async ({ history, version, root }: Release): Promise<Manifest> => {
    const target = { history, row_schema: schema, until_version: version, root };
    const answer = asked.get(version) ?? fetchManifest(target, o);
    asked.set(version, answer);
    const manifest = await answer;
    if (!manifest) throw new ContractError("the manifest is not what was published");
    return manifest;
  };
}

/** The head, at most a second old. */
export async function freshHead(
  o: UpdateOptions,
  question: Omit<HeadOptions, "signal"> = {},
): Promise<Head | undefined> {
  const { signal } = o;
  const answer = await o.retry.run(() => o.client.head(null, { ...question, signal }), signal);
  return answer.changed ? answer.head : undefined;
}

/**
 * Updates the cache to the head. Throws the client's errors when retries are used up, and DeviceError `content_mismatch` or `unstable_server`. The
 * cache then keeps its release, and what was fetched is kept for the next attempt.
 */
export async function updateContent(
  context: DeviceContext,
  head: Head,
  o: UpdateOptions,
): Promise<UpdateReport> {
  const report: UpdateReport = { rows: 0, repairs: [] };
  // A head of another schema leads to rows that this contract can't read.
  if (head.schema !== CONTENT_SCHEMA) head = await freshHead(o) ?? head;
  let fromZero = false;
  const since = clockTime(context.clock);
  for (let restarts = 0;;) {
    const download = await planDownload(context, head, { fromZero, manifest: manifests(head.schema, o) });
    if (!download && readState(context.db).content_suspect === 0) return report;
    try {
      await fetchParts(context, o);
    } catch (error) {
      if (!meansStartOver(error)) throw error;
      if (++restarts > MAX_RESTARTS) {
        throw new DeviceError("unstable_server", "The content's history keeps changing.");
      }
      context.db.transaction(() => discardDownload(context.db));
      head = await freshHead(o) ?? head;
      fromZero = true;
      continue;
    }
    const before = readState(context.db);
    const settled = await settle(context, o);
    if (settled.is === "settled") {
      const after = readState(context.db);
      if (
        before.content_history !== after.content_history || before.content_version !== after.content_version
      ) {
        tellRefreshed(context, before.content_version, settled.rows, since);
      }
      // Repairs of single nodes were reported already.
      if (before.content_suspect === 1 && fromZero && !settled.repair) {
        tellRepaired(context, settled.rows, true, since);
      }
      fromZero = false;
      report.rows += settled.rows;
      if (settled.repair) report.repairs.push(settled.repair);
    } else if (settled.is === "hopeless") {
      if (fromZero) {
        throw new DeviceError("content_mismatch", `Version ${head.version} is not what was published.`);
      }
      context.db.transaction(() => {
        discardDownload(context.db);
        context.db.run(suspectContent);
      });
      fromZero = true;
    }
  }
}
