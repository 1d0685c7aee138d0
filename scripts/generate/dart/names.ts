// What the Dart package calls the contract's schemas: the names that the contract gives them. Enums, which have none, have theirs here.
import type { z } from "zod";
import { documentation } from "../../../client-contract/contract/documentation.ts";
import { pascal } from "./layout.ts";

/** Enums by the class and the field. Two with one name are one enum. */
const ENUMS: Readonly<Record<string, string>> = {
  "SessionEndedBody.reason": "SessionEndReason",
  "EventResult.status": "EventStatus",
  "PullReset.reset": "ResetReason",
  "SteeredPullReset.reset": "ResetReason",
  "Tombstone.of": "RowKind",
  "SameRow.of": "RowKind",
  "ContentReport.kind": "ReportKind",
};

/** Text types, by the contract's export. Each has its pattern. */
export const TEXT_TYPES = ["Uuid", "Ulid", "History", "Sha256", "Instant", "ServerInstant"] as const;

/** The class of a schema; of a body, which has no name, by its event. */
export const classOf = (schema: z.ZodType, owner: string, field: string): string =>
  documentation.get(schema)?.id ?? `${owner}${pascal(field)}`;

/** The enum of a field. */
export const enumOf = (owner: string, field: string): string =>
  ENUMS[`${owner}.${field}`] ?? `${owner}${pascal(field)}`;
