// The paths of the Edge Functions: what each takes and answers. The errors are read from the sources (function_errors.ts).
import { z } from "zod";
import * as example from "../../../client-contract/contract/examples.ts";
import { whole } from "../../../client-contract/contract/fields.ts";
import { Uuid } from "../../../client-contract/contract/ids.ts";
import {
  DEFAULT_PULL_CHANGES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_PULL_CHANGES,
} from "../../../client-contract/contract/limits.ts";
import { CONTENT_OPERATIONS } from "./content_operations.ts";
import {
  type FunctionOperation,
  LEARNER,
  line,
  NDJSON,
  NEVER,
  parameter,
  WORKER,
} from "./function_operation.ts";

const BATCH = [
  line({
    batch_id: example.batch,
    device_id: example.device,
    sent_at: example.instant,
    contract_version: 1,
    pull: {},
  }),
  line({
    id: example.event,
    type: "session.ended",
    version: 1,
    learner_id: example.learner,
    device_id: example.device,
    occurred_at: example.instant,
    utc_offset_minutes: 60,
    body: { session_id: example.session, reason: "completed" },
  }),
].join("\n");

/** All paths, in the order of the page. */
export const FUNCTION_OPERATIONS: readonly FunctionOperation[] = [
  ...CONTENT_OPERATIONS,
  {
    tag: "Sync",
    security: "learner",
    method: "post",
    id: "sync_push",
    path: "/functions/v1/sync",
    summary: "Send events, and pull in the same round trip",
    description:
      "Takes a batch: the header, then one event a line. Every event has a result in the answer, in order. " +
      "Events that could not be applied are results, not errors: see the codes of events in errors.md. " +
      "The ids of the events are the idempotency keys: the same batch may be sent any number of times.",
    body: {
      type: NDJSON,
      example: BATCH,
      description: `A \`BatchHeader\`, then at most ${MAX_BATCH_EVENTS} \`Event\`s, one a line; at most ${
        MAX_BATCH_BYTES / 1024
      } KiB after inflation`,
    },
    success: {
      status: 200,
      description: "The results, the head, the steering, and the pull",
      content: { type: "application/json", model: "SyncAnswer" },
    },
    modules: {
      entries: [...LEARNER, "sync/handler.ts"],
      without: ["sync/adopt.ts"],
      never: NEVER,
      sql: ["private.sync_for"],
    },
  },
  {
    tag: "Sync",
    security: "learner",
    method: "get",
    id: "sync_pull",
    path: "/functions/v1/sync",
    summary: "Pull the learner's changed rows",
    description: "Answers the rows that changed after the cursor, and the steering, without a push.",
    query: z.object({
      cursor: parameter(
        z.string().regex(/^[\w.-]{1,100}$/),
        "The `cursor` of the last pull; by default the start",
        example.token,
      ),
      limit: parameter(
        whole(1, MAX_PULL_CHANGES),
        `The most changes of the answer; by default ${DEFAULT_PULL_CHANGES}`,
        DEFAULT_PULL_CHANGES,
      ),
      at_least: parameter(
        z.string().regex(/^[0-9a-f]{16}\.\d{1,15}$/),
        "The `token` of a batch that the answer must contain",
        example.token,
      ),
      device: parameter(Uuid, "The device that asks", example.device),
    }),
    success: {
      status: 200,
      description: "A page of changes, or a reset of the cursor",
      content: { type: "application/json", model: "SteeredPullAnswer" },
    },
    modules: {
      entries: [...LEARNER, "_shared/query.ts"],
      never: NEVER,
      sql: ["private.pull_for"],
    },
  },
  {
    tag: "Sync",
    security: "learner",
    method: "post",
    id: "sync_adopt",
    path: "/functions/v1/sync/adopt",
    summary: "Take over the data of an anonymous learner",
    description:
      "Moves everything that an anonymous learner did to the account. The same call again has the same answer.",
    body: {
      type: "application/json",
      model: "AdoptionRequest",
      description: "The proof of the anonymous session, at most 16 KiB",
    },
    success: {
      status: 200,
      description: "The adoption",
      content: { type: "application/json", model: "Adoption" },
    },
    modules: {
      entries: [...LEARNER, "sync/adopt.ts"],
      never: ["not_found", "method_not_allowed"],
      sql: ["private.adopt_for"],
    },
  },
  ...(["bundle", "webhooks"] as const).map((name): FunctionOperation => ({
    tag: "Workers",
    security: "worker",
    method: "post",
    id: `${name}_run`,
    path: `/functions/v1/${name}`,
    summary: name === "bundle" ? "Write due bundles" : "Send due webhooks",
    description:
      "The database calls it with a wake token, and is answered at once. An operator may call it with a secret key.",
    success: {
      status: 200,
      description: "What the run did; to a caller with a secret key",
      content: {
        type: "application/json",
        example: line(
          name === "bundle"
            ? { written: 3, signed: 3, removed: 0, more: false }
            : { delivered: 2, failed: 0, dead: 0 },
        ),
      },
    },
    also: {
      status: 202,
      description: "The run begins; to the database",
      content: { type: "application/json", example: line({ accepted: true }) },
    },
    modules: { entries: [...WORKER, `${name}/handler.ts`], never: NEVER, sql: ["private.take_wake"] },
  })),
  {
    tag: "Monitoring",
    security: "metrics",
    method: "get",
    id: "metrics",
    path: "/functions/v1/metrics",
    summary: "Read the health figures for Prometheus",
    description:
      "Answers in the OpenMetrics format if the scraper accepts it, else in the format of Prometheus.",
    success: {
      status: 200,
      description: "The figures",
      content: {
        type: "text/plain",
        example: "# TYPE carrel_batches_total counter\ncarrel_batches_total 57\n",
      },
    },
    modules: {
      entries: ["metrics/handler.ts", "metrics/source.ts"],
      // Only the callers of workers are forbidden: the module that compares keys serves both.
      never: [...NEVER, "forbidden"],
      sql: ["private.metrics"],
    },
  },
  {
    tag: "Monitoring",
    security: "anybody",
    method: "get",
    id: "version",
    path: "/functions/v1/{function}/version",
    summary: "Read which build of a function runs",
    description:
      "Needs no credentials. `build` is a hash of the function's source, and `now` is the function's clock. " +
      "A caller whose `apikey` is a secret key also gets `setup`.",
    parts: z.object({
      function: z.enum(["bundle", "content", "metrics", "sync", "webhooks"])
        .meta({ description: "The function", example: "sync" }),
    }),
    success: {
      status: 200,
      description: "The build",
      content: {
        type: "application/json",
        example: line({ function: "sync", contract: 1, build: "7e964db197160f7e", now: example.instant }),
      },
    },
  },
];
