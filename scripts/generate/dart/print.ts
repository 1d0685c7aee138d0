// Classes, unions and enums as Dart source.
import { camel, dartString, docComment, layOut } from "./layout.ts";
import {
  type ClassDefinition,
  constantOf,
  type Definition,
  type EnumDefinition,
  type Field,
  type UnionDefinition,
} from "./schema.ts";

/** What the printer knows of all definitions. */
export interface Book {
  definitions: ReadonlyMap<string, Definition>;
  /** What a class, union or enum is for, by its name. */
  textOf: (name: string) => string;
  /** Unions that have an option. */
  unionsOf: (name: string) => UnionDefinition[];
}

const indent = (text: string) => text.replace(/^(?=.)/gm, "  ");
const isNullable = ({ presence }: Field) => presence !== "required";
const dartTypeOf = (field: Field) => `${field.type.dart}${isNullable(field) ? "?" : ""}`;

/** The classes below a union, those of unions in it included. */
function leavesOf(union: UnionDefinition, book: Book): ClassDefinition[] {
  return union.options.flatMap((name) => {
    const option = book.definitions.get(name);
    if (option?.kind === "union") return leavesOf(option, book);
    return option?.kind === "class" ? [option] : [];
  });
}

/** Fields that all classes below a union have, with one type. */
function commonFields(union: UnionDefinition, book: Book): Field[] {
  const [first, ...rest] = leavesOf(union, book);
  return (first?.fields ?? []).filter((field) =>
    rest.every(({ fields }) =>
      fields.some((other) => other.name === field.name && dartTypeOf(other) === dartTypeOf(field))
    )
  );
}

/** Constants that all classes below a union have, each with its own value. */
function commonConstants(union: UnionDefinition, book: Book): { wire: string; name: string; dart: string }[] {
  const [first, ...rest] = leavesOf(union, book);
  return (first?.constants ?? []).filter(({ name }) =>
    rest.every(({ constants }) => constants.some((other) => other.name === name))
  ).map(({ wire, name, value }) => ({ wire, name, dart: typeof value === "string" ? "String" : "int" }));
}

/** Where a parameter of `return Name(` stands, and the comma behind it. */
const READ_COLUMN = 7;

const readers = {
  required: "read",
  nullable: "readNullable",
  optional: "readOptional",
  nullish: "readNullish",
} as const;

/** A parameter that reads the field. */
function readField({ wire, name, presence, type }: Field): string {
  const method = type.isOpen ? `${readers[presence]}Known` : readers[presence];
  const unknown = type.isOpen ? [`${type.dart}.unknown`] : [];
  const before = `${name}: fields.${method}(`;
  return layOut([dartString(wire), type.reader, ...unknown], { before, after: ")" }, READ_COLUMN);
}

function writeField(field: Field): string {
  const { wire, name, presence, type } = field;
  const key = dartString(wire);
  if (presence === "required") return `${key}: ${type.write(name)}`;
  const isPlain = type.write("x") === "x";
  if (presence === "nullable") {
    if (isPlain) return `${key}: ${name}`;
    if (type.dart.startsWith("List<")) throw new Error(`${name}: a list that may be null`);
    return `${key}: ${type.write(name).replace(`${name}.`, `${name}?.`)}`;
  }
  if (isPlain) return `if (${name} != null) ${key}: ${name}`;
  return `if (${name} case final value?) ${key}: ${type.write("value")}`;
}

/** The members that keep what the contract does not name. */
function keepsUnknown({ fields, others }: ClassDefinition): boolean {
  return others === "kept" || fields.some(({ type }) => type.isOpen);
}

/** The first line of a class, or two where it is long. */
function headOf(name: string, unions: readonly string[]): string {
  const head = `final class ${name} extends CarrelModel`;
  const implemented = unions.length === 0 ? "" : `implements ${unions.join(", ")} `;
  const line = `${head} ${implemented}{`;
  return line.length <= 80 ? line : `${head}\n    ${implemented}{`;
}

/** A class of the contract. */
export function printClass(definition: ClassDefinition, book: Book): string {
  const { name, fields, constants, others } = definition;
  const unions = book.unionsOf(name);
  const inherited = new Set(
    unions.flatMap((union) => [...commonFields(union, book), ...commonConstants(union, book)])
      .map(({ name }) => name),
  );
  const override = (member: string) => inherited.has(member) ? "@override\n" : "";
  const keeps = keepsUnknown(definition);
  const parameters = [
    ...fields.map((field) => `${isNullable(field) ? "" : "required "}this.${field.name}`),
    ...keeps ? ["this.unknown = const {}"] : [],
  ];
  const constructor = parameters.length === 0
    ? `const ${name}();`
    : layOut(parameters, { before: `const ${name}({`, after: "});" }, 2);

  const reads = [
    ...fields.map(readField),
    ...keeps ? [others === "kept" ? "unknown: fields.others()" : "unknown: fields.unknownValues()"] : [],
  ];
  const checks = [
    ...constants.map((constant) => `fields.constant(${dartString(constant.wire)}, ${constantOf(constant)});`),
    ...others === "refused"
      ? [
        layOut(fields.map(({ wire }) => dartString(wire)), {
          before: "fields.only(const {",
          after: "});",
        }, 4),
      ]
      : [],
  ];
  const factory = `factory ${name}.fromJson(Object? json) {
  final fields = Fields(json);
${checks.map((line) => `${indent(line)}\n`).join("")}${
    indent(layOut(reads, { before: `return ${name}(`, after: ");" }, 4))
  }
}`;

  const members = [
    ...constants.map((constant) =>
      `${docComment(`Always ${constantOf(constant)}`, 2)}
${override(constant.name)}${typeof constant.value === "string" ? "String" : "int"} get ${constant.name} => ${
        constantOf(constant)
      };`
    ),
    ...fields.map((field) =>
      `${docComment(book.textOf(`${name}.${field.wire}`), 2)}
${override(field.name)}final ${dartTypeOf(field)} ${field.name};`
    ),
    ...keeps
      ? [`${
        docComment(
          others === "kept"
            ? "Fields that this version of the package does not know, as they came"
            : "Values that this version of the package does not know, as they came",
          2,
        )
      }
final Map<String, Object?> unknown;`]
      : [],
  ];
  const writes = [
    ...constants.map((constant) => `${dartString(constant.wire)}: ${constant.name}`),
    ...fields.map(writeField),
    ...keeps ? ["...unknown"] : [],
  ];
  const writer = layOut(writes, { before: "Map<String, Object?> toJson() => {", after: "};" }, 2);
  return `${docComment(book.textOf(name))}
${headOf(name, unions.map(({ name }) => name))}
${indent(docComment("Makes one from its parts", 2))}
${indent(constructor)}

${indent(docComment("Reads one from JSON; throws a [CarrelFormatException]", 2))}
${indent(factory)}

${members.map(indent).join("\n\n")}

  @override
${indent(writer)}
}`;
}

/** The member of a union for what a newer server adds. */
function printUnknown(union: UnionDefinition, book: Book): string {
  const name = unknownName(union);
  const fields = commonFields(union, book);
  const constants = commonConstants(union, book);
  const parameters = [...constants, ...fields.map(({ name }) => ({ name }))]
    .map(({ name }) => `required this.${name}`);
  const reads = [
    ...constants.map(({ wire, name, dart }) =>
      `${name}: fields.read(${dartString(wire)}, ${dart === "int" ? "readWhole()" : "readString"})`
    ),
    ...fields.map(readField),
    "json: fields.json",
  ];
  const members = [
    ...constants.map(({ name, dart }) => `  @override\n  final ${dart} ${name};\n`),
    ...fields.map((field) => `  @override\n  final ${dartTypeOf(field)} ${field.name};\n`),
  ];
  return `${docComment(`A [${union.name}] that this version of the package does not know`)}
${headOf(name, [union.name])}
  /// Makes one from its parts.
${indent(layOut([...parameters, "required this.json"], { before: `const ${name}({`, after: "});" }, 2))}

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ${name}.fromJson(Object? json) {
    final fields = Fields(json);
${indent(indent(layOut(reads, { before: `return ${name}(`, after: ");" }, 4)))}
  }

${members.join("\n")}${members.length > 0 ? "\n" : ""}  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}`;
}

/** The member of a union for what this version does not know. */
const unknownName = ({ name }: UnionDefinition): string =>
  `Unknown${name.replace(/Row$|Line$/, (end) => end === "Row" ? "" : "Line")}`;

/** How a union's option is told apart, as the pattern of a switch. */
function patternsOf(union: UnionDefinition, name: string, book: Book): string[] {
  const option = book.definitions.get(name);
  if (option?.kind === "union") {
    return leavesOf(option, book).flatMap(({ constants }) =>
      constants.filter(({ wire }) => wire === union.discriminator).map(constantOf)
    );
  }
  if (option?.kind !== "class") throw new Error(name);
  if (union.discriminator === null) {
    const others = union.options.filter((other) => other !== name).map((other) =>
      book.definitions.get(other)
    );
    const own = option.fields.find(({ wire, presence }) =>
      presence === "required" &&
      others.every((other) => other?.kind === "class" && other.fields.every((field) => field.wire !== wire))
    );
    if (!own) throw new Error(`nothing tells ${name} from the others of ${union.name}`);
    return [`Map(containsKey: final has) when has(${dartString(own.wire)})`];
  }
  return option.constants.filter(({ wire }) => wire === union.discriminator).map(constantOf);
}

/** The factory of a union. */
function switchOf(name: string, subject: string, cases: string[]): string {
  const head = `factory ${name}.fromJson(Object? json) =>`;
  const isShort = `${head} switch (${subject}) {`.length <= 78;
  const most = isShort ? 76 : 72;
  const lines = cases.map((line) => line.length <= most ? line : line.replace(" => ", " =>\n  "));
  const body = `switch (${subject}) {\n${lines.map((line) => `${indent(line)}\n`).join("")}}`;
  return isShort ? `${head} ${body};` : `${head}\n${indent(indent(body))};`;
}

/** A union: its own class, and the member for what is unknown. */
export function printUnion(union: UnionDefinition, book: Book): string {
  const { name, discriminator, options } = union;
  const parents = book.unionsOf(name).map(({ name }) => name);
  const subject = discriminator === null ? "json" : `discriminator(json, ${dartString(discriminator)})`;
  const versions = commonConstants(union, book).some(({ name }) => name === "version");
  const guard = versions ? " when hasVersion(json, 1)" : "";
  const cases = options.map((option) =>
    `${[...new Set(patternsOf(union, option, book))].join(" || ")}${guard} => ${option}.fromJson(json),`
  );
  const last = `_ => ${unknownName(union)}.fromJson(json),`;
  const known = discriminator === null ? [] : [
    `${docComment(`Every \`${discriminator}\` that this version of the package knows`, 2)}
${
      layOut([...new Set(options.flatMap((option) => patternsOf(union, option, book)))], {
        before: `static const List<String> ${discriminator}s = [`,
        after: "];",
      }, 2)
    }`,
  ];
  const inherited = new Set(
    book.unionsOf(name).flatMap((parent) => [...commonFields(parent, book), ...commonConstants(parent, book)])
      .map(({ name }) => name),
  );
  const getters = [
    ...commonConstants(union, book).map(({ name, dart }) => ({ name, dart, text: "What it is" })),
    ...commonFields(union, book).map((field) => ({
      name: field.name,
      dart: dartTypeOf(field),
      text: book.textOf(`${leavesOf(union, book)[0]?.name}.${field.wire}`),
    })),
  ].map(({ name, dart, text }) =>
    `${docComment(text, 2)}\n${inherited.has(name) ? "@override\n" : ""}${dart} get ${name};`
  );
  return `${docComment(book.textOf(name))}
sealed class ${name} implements ${parents.length === 0 ? "CarrelModel" : parents.join(", ")} {
${indent(docComment(`Reads any of them; what is unknown becomes an [${unknownName(union)}]`, 2))}
${indent(switchOf(name, subject, [...cases, last]))}
${[...known, ...getters].map((member) => `\n${indent(member)}\n`).join("")}}

${printUnknown(union, book)}`;
}

/** An enum with its wire names. */
export function printEnum({ name, values, isOpen }: EnumDefinition, book: Book): string {
  const members = values.map((value) => `  /// \`${value}\`.\n  ${camel(value)}(${dartString(value)})`);
  const unknown = `  /// A value of a newer server. The message keeps it as it came.\n  unknown('')`;
  return `${docComment(book.textOf(name))}
enum ${name} {
${[...members, ...isOpen ? [unknown] : []].join(",\n\n")};

  const ${name}(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ${name}.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}`;
}
