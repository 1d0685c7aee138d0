// lib/src/*.gen.dart of the Dart package: the contract's messages, events and rows as classes.
import { z } from "zod";
import * as contract from "../../../client-contract/contract/mod.ts";
import type { Artifact } from "../artifact.ts";
import { readModels } from "../contract.ts";
import { dartPattern, docComment, layOut, library, pascal } from "./layout.ts";
import { TEXT_TYPES } from "./names.ts";
import { type Book, printClass, printEnum, printUnion } from "./print.ts";
import { Definitions, textPattern, type UnionDefinition } from "./schema.ts";

/** A root of a library, and whether the device sends it. */
type Root = readonly [name: string, schema: z.ZodType, sent?: "sent"];

/** Texts by the names of models, and of their fields behind a point. */
async function readTexts(): Promise<ReadonlyMap<string, string>> {
  const models = await readModels();
  return new Map(models.flatMap(({ id, description, fields }) => [
    [id, description] as const,
    ...fields.map(({ name, description, unit }) =>
      [`${id}.${name}`, unit ? `${description}\n\nUnit: ${unit}` : description] as const
    ),
  ]));
}

const answers = Object.entries(contract.answers).map(([type, schema]): Root => [
  `${pascal(type)}Answer`,
  schema,
]);

/** Libraries, each after those that it uses. A definition belongs to the first one that needs it. */
const LIBRARIES: readonly { name: string; source: string; roots: readonly Root[] }[] = [
  {
    name: "event",
    source: "event.ts",
    roots: [["EventEnvelope", contract.EventEnvelope, "sent"], ["Event", contract.Event, "sent"]],
  },
  { name: "steering", source: "steering.ts", roots: [["Steering", contract.Steering]] },
  {
    name: "content",
    source: "content.ts",
    roots: [
      ["Head", contract.Head],
      ["ContentLine", contract.ContentLine],
      ["PageLine", contract.PageLine],
      ["EndLine", contract.EndLine],
      ...answers,
    ],
  },
  {
    name: "manifest",
    source: "manifest.ts",
    roots: [
      ["Manifest", contract.Manifest],
      ["DomainNodes", contract.DomainNodes],
      ["ContentReport", contract.ContentReport, "sent"],
    ],
  },
  {
    name: "changes",
    source: "changes.ts",
    roots: [
      ["SkillProgress", contract.SkillProgress],
      ["PullAnswer", contract.PullAnswer],
      ["SteeredPullAnswer", contract.SteeredPullAnswer],
    ],
  },
  {
    name: "batch",
    source: "batch.ts",
    roots: [["BatchHeader", contract.BatchHeader, "sent"], ["SyncAnswer", contract.SyncAnswer]],
  },
  {
    name: "adoption",
    source: "adoption.ts",
    roots: [["AdoptionRequest", contract.AdoptionRequest, "sent"], ["Adoption", contract.Adoption]],
  },
  {
    name: "hint",
    source: "hint.ts",
    roots: [["ContentHint", contract.ContentHint], ["LearnerHint", contract.LearnerHint]],
  },
  {
    name: "device_list",
    source: "devices.ts",
    roots: [["ListedDevice", contract.ListedDevice]],
  },
  { name: "problem", source: "problem.ts", roots: [["Problem", contract.Problem]] },
];

/** What the contract gives no name. */
const OWN_TEXTS: Readonly<Record<string, string>> = {
  Day: "A day of the calendar: `2026-11-30`",
  SessionEndReason: "Why a session ended",
  EventStatus: "How an event fared",
  ResetReason: "Why a cursor is of no use",
  RowKind: "The kind of a content row",
  ReportKind: "What a device reports of its cache",
};

function textOf(texts: ReadonlyMap<string, string>, name: string): string {
  const body = /^(\w+)Body$/.exec(name)?.[1];
  const text = texts.get(name) ?? OWN_TEXTS[name] ?? (body && `The body of [${body}]`);
  if (!text) throw new Error(`${name} has no text in the contract`);
  return text;
}

const CHECKS: Readonly<Record<string, string>> = { Instant: "inCalendar" };

/** lib/src/scalars.gen.dart: texts of one form. */
function scalars(texts: ReadonlyMap<string, string>): Artifact {
  const patterns = [
    ...TEXT_TYPES.map((name) => [name, textPattern(name)] as const),
    ["Day", z.toJSONSchema(z.iso.date()).pattern ?? ""] as const,
  ];
  const types = patterns.map(([name, pattern]) => {
    const read = `_${name[0]?.toLowerCase()}${name.slice(1)}(json)`;
    const check = CHECKS[name];
    const value = check ? `${check}(${read})` : read;
    const head = `factory ${name}.fromJson(Object? json) =>`;
    const line = `${head} ${name}(${value});`;
    return `${docComment(textOf(texts, name))}
extension type const ${name}(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  ${line.length <= 78 ? line : `${head}\n      ${name}(${value});`}
}

${
      layOut([dartPattern(pattern)], {
        before: `final _${name[0]?.toLowerCase()}${name.slice(1)} = readMatching(`,
        after: ");",
      })
    }`;
  });
  return library("scalars", "ids.ts", ["json_reader.dart"], types.join("\n\n"));
}

/** All libraries with models. */
export async function dartModels(): Promise<Artifact[]> {
  const texts = await readTexts();
  const definitions = new Definitions();
  const libraryOf = new Map<string, string>();
  for (const { name, roots } of LIBRARIES) {
    for (const [root, schema, sent] of roots) definitions.define(schema, root, sent === "sent");
    for (const defined of definitions.all.keys()) {
      if (!libraryOf.has(defined)) libraryOf.set(defined, name);
    }
  }
  const unions = [...definitions.all.values()].filter((one): one is UnionDefinition => one.kind === "union");
  const book: Book = {
    definitions: definitions.all,
    textOf: (name) => textOf(texts, name),
    unionsOf: (name) => unions.filter(({ options }) => options.includes(name)),
  };
  return [
    scalars(texts),
    ...LIBRARIES.map(({ name: libraryName, source }) => {
      const own = [...definitions.all.values()].filter(({ name }) => libraryOf.get(name) === libraryName);
      const used = own.flatMap((one) =>
        one.kind === "class" ? one.fields.flatMap(({ type }) => type.uses) : []
      ).flatMap((type) => libraryOf.get(type) ?? []).filter((name) => name !== libraryName);
      const imports = [
        "json_reader.dart",
        "model.dart",
        "scalars.gen.dart",
        ...used.map((name) => `${name}.gen.dart`),
      ];
      const body = own.map((one) =>
        one.kind === "class"
          ? printClass(one, book)
          : one.kind === "union"
          ? printUnion(one, book)
          : printEnum(one, book)
      );
      return library(libraryName, source, imports, body.join("\n\n"));
    }),
  ];
}
