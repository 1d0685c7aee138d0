// What the Dart package calls the contract's schemas: the name of the export. Schemas that are no export have theirs here.
import { z } from "zod";
import * as contract from "../../../client-contract/contract/mod.ts";

/** Schemas without an export, by the class and the field that have them. */
const NESTED: Readonly<Record<string, string>> = {
  "AttemptRecordedBody.reset": "Reset",
  "ProgressResetBody.base": "ResetBase",
  "BatchHeader.pull": "PullRequest",
  "Steering.paused": "Pause",
  "Head.bundled": "BundledRelease",
  "Manifest.domains": "DomainNode",
  "DomainNode.skills": "Node",
  "PracticeRow.days": "Days",
};

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

/** Options of unions, after what tells them apart. */
const OPTIONS: Readonly<Record<string, (value: string) => string>> = {
  Change: (kind) => `${kind}_change`,
  QuestionRow: (type) => `${type}_question`,
};

/** Options of unions that nothing tells apart but their fields. */
const UNTAGGED: Readonly<Record<string, readonly string[]>> = {
  SteeredPullAnswer: ["SteeredChangesPage", "SteeredPullReset"],
};

/** Text types, by the contract's export. Each has its pattern. */
export const TEXT_TYPES = ["Uuid", "Ulid", "History", "Sha256", "Instant", "ServerInstant"] as const;

const pascal = (name: string) =>
  name.replace(/(?:^|[_.])([a-z])/g, (_, letter: string) => letter.toUpperCase());

const exported = new Map<z.ZodType, string>(
  Object.entries(contract).flatMap(([name, value]) => value instanceof z.ZodType ? [[value, name]] : []),
);
for (const [type, schema] of Object.entries(contract.answerKeys)) exported.set(schema, `${pascal(type)}Key`);
for (const [type, schema] of Object.entries(contract.answers)) exported.set(schema, `${pascal(type)}Answer`);

/** The class of a schema that stands in a field. */
export function classOf(schema: z.ZodType, owner: string, field: string): string {
  return exported.get(schema) ?? NESTED[`${owner}.${field}`] ?? `${owner}${pascal(field)}`;
}

/** The class of an option of a union. */
export function optionOf(schema: z.ZodType, union: string, place: number, tag: string | undefined): string {
  const name = exported.get(schema) ?? UNTAGGED[union]?.[place] ??
    (tag === undefined ? undefined : pascal(OPTIONS[union]?.(tag) ?? tag));
  if (name === undefined) throw new Error(`option ${place} of ${union} has no name`);
  return name;
}

/** The enum of a field. */
export const enumOf = (owner: string, field: string): string =>
  ENUMS[`${owner}.${field}`] ?? `${owner}${pascal(field)}`;
