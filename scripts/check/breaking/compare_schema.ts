// What of a JSON Schema breaks those who use it: a sender whose value is refused now, a reader who meets what was never there.

/** A schema, or any part of a document. */
export type Node = Record<string, unknown>;

/** Who meets the values: the server reads what clients send, clients read what it answers. */
export type Role = "input" | "output";

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const nodeAt = (node: Node, name: string): Node => {
  const part = node[name];
  return isNode(part) ? part : {};
};
const listAt = (node: Node, name: string): unknown[] => {
  const part = node[name];
  return Array.isArray(part) ? part : [];
};

/** A document and the comparison of its schemas. */
export interface Side {
  document: Node;
}

/** The part of a document that `#/a/b` names. */
function lookUp({ document }: Side, ref: string): Node {
  return ref.replace("#/", "").split("/").reduce<Node>((node, name) => nodeAt(node, name), document);
}

function resolve(side: Side, node: Node): Node {
  return typeof node.$ref === "string" ? resolve(side, lookUp(side, node.$ref)) : node;
}

const nameOf = (node: Node) => typeof node.$ref === "string" ? node.$ref.split("/").at(-1) ?? "" : "";

/** The alternatives of a schema by a name that stays the same: their types, values or schemas. */
function alternatives(side: Side, node: Node): Map<string, Node> {
  const options = [...listAt(node, "anyOf"), ...listAt(node, "oneOf")].filter(isNode);
  if (options.length > 0) {
    return new Map(options.flatMap((option) => {
      const name = nameOf(option);
      return name ? [[name, option] as const] : [...alternatives(side, resolve(side, option))];
    }));
  }
  if ("const" in node) return new Map([[JSON.stringify(node.const), node]]);
  const values = listAt(node, "enum");
  if (values.length > 0) return new Map(values.map((value) => [JSON.stringify(value), node]));
  const types = Array.isArray(node.type) ? node.type : node.type === undefined ? [] : [node.type];
  return new Map(types.map((type) => [String(type), node]));
}

/** Whether alternatives take one of this name, as themselves or by its type. */
function takes(options: ReadonlyMap<string, Node>, name: string): boolean {
  if (options.has(name) || (name === "integer" && options.has("number"))) return true;
  if (!/^(["\d-]|true$|false$|null$)/.test(name)) return false;
  const value: unknown = JSON.parse(name);
  const type = value === null ? "null" : typeof value;
  return options.has(type) || (Number.isInteger(value) && options.has("integer"));
}

/** Bounds: the greatest value that is allowed, or the least. */
const MOST = ["maximum", "maxLength", "maxItems"];
const LEAST = ["minimum", "minLength", "minItems"];

/** Bounds that one side has and the other one exceeds: a sender's values, or those that a strict reader takes. */
function boundsBroken(role: Role, before: Node, after: Node): string[] {
  const [wide, tight] = role === "input" ? [before, after] : [after, before];
  const number = (node: Node, name: string, absent: number) =>
    typeof node[name] === "number" ? node[name] : absent;
  return [
    ...MOST.filter((name) => number(tight, name, Infinity) < number(wide, name, Infinity)),
    ...LEAST.filter((name) => number(tight, name, -Infinity) > number(wide, name, -Infinity)),
    ...["pattern", "format"].filter((name) => tight[name] !== undefined && tight[name] !== wide[name]),
  ].map((name) =>
    `the limit ${name} is ${role === "input" ? "tighter" : "wider"}: ${before[name] ?? "none"} became ${
      after[name] ?? "none"
    }`
  );
}

/** What breaks between two schemas, each with the path to it. */
export function breaksOfSchema(role: Role, before: [Side, Node], after: [Side, Node]): string[] {
  const seen = new Set<string>();
  const found: string[] = [];

  function compare(at: string, oldNode: Node, newNode: Node): void {
    const pair = `${nameOf(oldNode)} ${nameOf(newNode)}`;
    if (nameOf(oldNode) !== "" && seen.has(pair)) return;
    seen.add(pair);
    const [oldSide, newSide] = [before[0], after[0]];
    const [a, b] = [resolve(oldSide, oldNode), resolve(newSide, newNode)];
    const report = (text: string) => found.push(`${at}: ${text}`);

    const [oldOptions, newOptions] = [alternatives(oldSide, a), alternatives(newSide, b)];
    // A schema without alternatives takes everything.
    if (role === "input" && newOptions.size > 0) {
      if (oldOptions.size === 0) report(`only ${[...newOptions.keys()].join(", ")} is taken now`);
      for (const name of oldOptions.keys()) {
        if (!takes(newOptions, name)) report(`${name} is not taken any more`);
      }
    }
    if (role === "output" && oldOptions.size > 0) {
      if (newOptions.size === 0) report("anything may be answered now");
      for (const name of newOptions.keys()) {
        if (!takes(oldOptions, name)) report(`${name} may be answered now`);
      }
    }
    for (const [name, option] of oldOptions) {
      const other = newOptions.get(name);
      if (other && (option !== a || other !== b)) compare(`${at}`, option, other);
    }
    // Values that are named need no bounds.
    if (![a, b].some((node) => "enum" in node || "const" in node)) boundsBroken(role, a, b).forEach(report);

    const [oldFields, newFields] = [nodeAt(a, "properties"), nodeAt(b, "properties")];
    const [oldRequired, newRequired] = [listAt(a, "required"), listAt(b, "required")];
    for (const [name, field] of Object.entries(oldFields)) {
      const other = newFields[name];
      if (!isNode(other)) report(`the field ${name} is gone`);
      else if (isNode(field)) compare(`${at}.${name}`, field, other);
      if (role === "output" && isNode(other) && oldRequired.includes(name) && !newRequired.includes(name)) {
        report(`the field ${name} may be absent now`);
      }
    }
    if (role === "input") {
      for (const name of newRequired) {
        if (!oldRequired.includes(name)) report(`the field ${name} is required now`);
      }
    }
    if (role === "input" && b.additionalProperties === false && a.additionalProperties !== false) {
      report("fields that are not named are refused now");
    }
    for (const [part, name] of [["items", "[]"], ["additionalProperties", ".*"]] as const) {
      const [oldPart, newPart] = [a[part], b[part]];
      if (isNode(oldPart) && isNode(newPart)) compare(`${at}${name}`, oldPart, newPart);
    }
  }

  compare(nameOf(before[1]), before[1], after[1]);
  return found;
}
