// Whether the server would accept a line, and if not, the code and field that it would name. It gives SQL's verdict
// (private.read_events), as far as the line alone decides: `unknown_content` and `id_conflict` need the database.
import type { z } from "zod";
import { BatchHeader } from "./batch.ts";
import { EventEnvelope } from "./envelope.ts";
import type { ErrorCode } from "./errors.ts";
import { Event } from "./event.ts";
import { parseJsonb } from "./jsonb.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";

/** What is wrong with a line; `field` is a dotted path, empty for the line itself, null where no field is to blame. */
export interface Rejection {
  ok: false;
  code: ErrorCode;
  field: string | null;
}

const ENVELOPE_FIELDS = ["", ...Object.keys(EventEnvelope.shape)];
const HEADER_FIELDS = ["", ...Object.keys(BatchHeader.shape)];

/** Each type's fields, in the order of SQL's rules. */
const BODY_FIELDS = new Map<string, string[]>(
  Event.options.map((
    { shape },
  ) => [shape.type.value, Object.keys(shape.body.shape).map((name) => `body.${name}`)]),
);

/** Of several broken fields, the one that SQL names: the first in the order of its rules. */
function firstBroken(fields: string[], issues: z.core.$ZodIssue[]): string {
  const place = (issue: z.core.$ZodIssue) => {
    const depth = issue.path[0] === "body" ? 2 : 1;
    return fields.indexOf(issue.path.slice(0, depth).join("."));
  };
  return fields[Math.min(...issues.map(place))] ?? "";
}

/** A line of the wire is never empty, and a line break would end it. */
const parseLine = (line: string) => line.includes("\n") ? { ok: false as const } : parseJsonb(line);

/** The verdict on one event's line of a batch that `learnerId` (the token's) sends. */
export function checkEventLine(line: string, learnerId: string): { ok: true; event: Event } | Rejection {
  if (new TextEncoder().encode(line).length > MAX_EVENT_BYTES) {
    return { ok: false, code: "too_large", field: null };
  }
  const parsed = parseLine(line);
  if (!parsed.ok) return { ok: false, code: "invalid_json", field: null };

  const envelope = EventEnvelope.safeParse(parsed.value);
  if (!envelope.success) {
    return { ok: false, code: "invalid_event", field: firstBroken(ENVELOPE_FIELDS, envelope.error.issues) };
  }
  const { type, version, learner_id } = envelope.data;
  if (learner_id !== learnerId) return { ok: false, code: "wrong_learner", field: null };

  const fields = BODY_FIELDS.get(type);
  if (!fields) return { ok: false, code: "unknown_type", field: null };
  if (version !== 1) return { ok: false, code: "unknown_version", field: null };
  const event = Event.safeParse(parsed.value);
  if (event.success) return { ok: true, event: event.data };
  return { ok: false, code: "invalid_event", field: firstBroken(fields, event.error.issues) };
}

/** The verdict on the first line of a batch; a header that is wrong fails the whole batch. */
export function checkHeaderLine(line: string): { ok: true; header: BatchHeader } | Rejection {
  const parsed = parseLine(line);
  if (!parsed.ok) return { ok: false, code: "malformed_batch", field: "" };
  const header = BatchHeader.safeParse(parsed.value);
  if (header.success) return { ok: true, header: header.data };
  return { ok: false, code: "malformed_batch", field: firstBroken(HEADER_FIELDS, header.error.issues) };
}
