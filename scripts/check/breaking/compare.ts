// What of the contract breaks apps that are in use: operations, schemas, error codes and limits.
import { breaksOfSchema, isNode, type Node, type Role, type Side } from "./compare_schema.ts";

/** The generated files that say what apps rely on. */
export interface Contract {
  openApi: Node;
  schemas: Node;
  errors: Node;
  limits: Node;
}

const record = (value: unknown): Node => isNode(value) ? value : {};
const list = (value: unknown): Node[] => Array.isArray(value) ? value.filter(isNode) : [];

/** Messages that clients send; all other schemas are read by them. */
const SENT = /^(event|sync\.header|sync\.adoption_request|content\.report)/;

function breaksOfBody(role: Role, at: string, before: [Side, unknown], after: [Side, unknown]): string[] {
  return Object.entries(record(before[1])).flatMap(([type, body]) => {
    const other = record(after[1])[type];
    if (!isNode(other)) return [`${at}: ${type} is gone`];
    const [a, b] = [record(record(body).schema), record(other.schema)];
    return breaksOfSchema(role, [before[0], a], [after[0], b]).map((text) => `${at} ${text}`);
  });
}

function breaksOfOperation(at: string, before: [Side, Node], after: [Side, Node]): string[] {
  const parameters = list(after[1].parameters);
  const known = list(before[1].parameters);
  const same = (a: Node) => (b: Node) =>
    a.$ref !== undefined ? a.$ref === b.$ref : a.name === b.name && a.in === b.in;
  const nameOf = ({ name, $ref }: Node) => String(name ?? $ref);
  return [
    ...known.flatMap((parameter) => {
      const other = parameters.find(same(parameter));
      if (!other) return [`${at}: the parameter ${nameOf(parameter)} is gone`];
      const found = breaksOfSchema("input", [before[0], record(parameter.schema)], [
        after[0],
        record(other.schema),
      ]);
      if (other.required === true && parameter.required !== true) found.push(": it is required now");
      return found.map((text) => `${at} ${nameOf(parameter)}${text}`);
    }),
    ...parameters.filter((parameter) => parameter.required === true && !known.some(same(parameter)))
      .map((parameter) => `${at}: the parameter ${nameOf(parameter)} is new and required`),
    ...breaksOfBody(
      "input",
      `${at} body`,
      [before[0], record(before[1].requestBody).content],
      [after[0], record(after[1].requestBody).content],
    ),
    ...Object.entries(record(before[1].responses)).filter(([status]) => status.startsWith("2")).flatMap(
      ([status, response]) => {
        const other = record(after[1].responses)[status];
        if (!isNode(other)) return [`${at}: the answer ${status} is gone`];
        return breaksOfBody("output", `${at} ${status}`, [before[0], record(response).content], [
          after[0],
          other.content,
        ]);
      },
    ),
  ];
}

function breaksOfOperations(before: Node, after: Node): string[] {
  const sides: [Side, Side] = [{ document: before }, { document: after }];
  return Object.entries(record(before.paths)).flatMap(([path, methods]) =>
    Object.entries(record(methods)).flatMap(([method, operation]) => {
      const at = `${method.toUpperCase()} ${path}`;
      const other = record(record(after.paths)[path])[method];
      if (!isNode(other)) return [`${at}: the operation is gone`];
      return breaksOfOperation(at, [sides[0], record(operation)], [sides[1], other]);
    })
  );
}

/** Messages have no operation of their own where they are lines of a body, or hints. */
function breaksOfMessages(
  before: Contract,
  after: Contract,
  messages: readonly [name: string, ref: string][],
): string[] {
  const sides: [Side, Side] = [{ document: before.schemas }, { document: after.schemas }];
  return messages.flatMap(([name, ref]) => {
    const role = SENT.test(name) ? "input" : "output";
    return breaksOfSchema(role, [sides[0], { $ref: ref }], [sides[1], { $ref: ref }]);
  });
}

const codesOf = (errors: Node) => new Map(list(errors.oneOf).map((entry) => [String(entry.const), entry]));

function breaksOfErrors(before: Node, after: Node): string[] {
  const codes = codesOf(after);
  return [...codesOf(before)].flatMap(([code, entry]) => {
    const other = codes.get(code);
    if (!other) return [`the error code ${code} is gone`];
    const facts = (node: Node) => [record(node["x-request"]).status, record(node["x-request"]).retryable];
    const [was, is] = [facts(entry), facts(other)].map((values) => JSON.stringify(values));
    return was === is ? [] : [`the error code ${code} has another status, or another answer to a retry`];
  });
}

function breaksOfLimits(before: Node, after: Node): string[] {
  return Object.entries(record(before.properties)).flatMap(([name, limit]) => {
    const other = record(after.properties)[name];
    if (!isNode(other)) return [`the limit ${name} is gone`];
    const [was, is] = [Number(record(limit).const), Number(other.const)];
    return name.startsWith("MAX_") && is < was ? [`the limit ${name} is tighter: ${was} became ${is}`] : [];
  });
}

/** Everything that breaks, each as one line. `messages`: the schemas by the names of the messages. */
export function breaksOf(
  before: Contract,
  after: Contract,
  messages: readonly [name: string, ref: string][],
): string[] {
  return [
    ...new Set([
      ...breaksOfOperations(before.openApi, after.openApi),
      ...breaksOfMessages(before, after, messages),
      ...breaksOfErrors(before.errors, after.errors),
      ...breaksOfLimits(before.limits, after.limits),
    ]),
  ];
}
