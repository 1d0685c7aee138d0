// What of the contract breaks apps that are in use: operations, schemas, error codes and limits.
import { breaksOfSchema, isNode, type Node, type Role, type Side } from "./compare_schema.ts";

/** The generated files that say what apps rely on. */
export interface Contract {
  openApi: Node;
  schemas: Node;
  errors: Node;
  limits: Node;
  /** The schemas of the messages by their names, such as `#/$defs/Head`. */
  messages: ReadonlyMap<string, string>;
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

/** Whether a caller with one of the old sets of credentials has all of a new set. */
function breaksOfSecurity(at: string, before: Node, after: Node): string[] {
  const [old, now] = [list(before.security), list(after.security)].map((sets) => sets.map(Object.keys));
  if (!now?.length) return [];
  const isEnough = (had: string[]) => now.some((wanted) => wanted.every((scheme) => had.includes(scheme)));
  return (old?.length ? old : [[]]).filter((had) => !isEnough(had))
    .map((had) => `${at}: ${had.join(" and ") || "a caller without credentials"} is not enough any more`);
}

function breaksOfAnswers(at: string, before: [Side, Node], after: [Side, Node]): string[] {
  const [old, now] = [before, after].map(([, { responses }]) =>
    Object.entries(record(responses)).filter(([status]) => status < "400")
  );
  const isKnown = new Set(old?.map(([status]) => status));
  return [
    ...(old ?? []).flatMap(([status, response]) => {
      const other = record(after[1].responses)[status];
      if (!isNode(other)) return [`${at}: the answer ${status} is gone`];
      const [had, has] = [response, other].map((answer) => record(record(answer).headers));
      return [
        ...Object.keys(had ?? {}).filter((name) => !(name in (has ?? {})))
          .map((name) => `${at} ${status}: the header ${name} is gone`),
        ...breaksOfBody("output", `${at} ${status}`, [before[0], record(response).content], [
          after[0],
          other.content,
        ]),
      ];
    }),
    ...(now ?? []).filter(([status]) => !isKnown.has(status))
      .map(([status]) => `${at}: ${status} may be answered now`),
  ];
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
    ...record(after[1].requestBody).required === true && record(before[1].requestBody).required !== true
      ? [`${at}: the body is required now`]
      : [],
    ...breaksOfSecurity(at, before[1], after[1]),
    ...breaksOfAnswers(at, before, after),
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
function breaksOfMessages(before: Contract, after: Contract): string[] {
  const sides: [Side, Side] = [{ document: before.schemas }, { document: after.schemas }];
  return [...before.messages].flatMap(([name, ref]) => {
    const other = after.messages.get(name);
    if (other === undefined) return [`the message ${name} is gone`];
    const role = SENT.test(name) ? "input" : "output";
    return breaksOfSchema(role, [sides[0], { $ref: ref }], [sides[1], { $ref: other }]);
  });
}

const codesOf = (errors: Node) => new Map(list(errors.oneOf).map((entry) => [String(entry.const), entry]));

function breaksOfErrors(before: Node, after: Node): string[] {
  const codes = codesOf(after);
  return [...codesOf(before)].flatMap(([code, entry]) => {
    const other = codes.get(code);
    if (!other) return [`the error code ${code} is gone`];
    const { status, retryable, sqlstate } = record(entry["x-request"]);
    const request = record(other["x-request"]);
    const [was, is] = [entry, other].map((node) => JSON.stringify(node["x-event"]));
    const known = Array.isArray(request.sqlstate) ? request.sqlstate : [];
    return [
      ...status !== request.status || retryable !== request.retryable
        ? [`the error code ${code} has another status, or another answer to a retry`]
        : [],
      ...(Array.isArray(sqlstate) ? sqlstate : []).filter((state) => !known.includes(state))
        .map((state) => `the error code ${code} has no SQLSTATE ${state} any more`),
      ...was !== undefined && was !== is ? [`the error code ${code} means something else for an event`] : [],
    ];
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

/** Everything that breaks, each as one line. */
export function breaksOf(before: Contract, after: Contract): string[] {
  return [
    ...new Set([
      ...breaksOfOperations(before.openApi, after.openApi),
      ...breaksOfMessages(before, after),
      ...breaksOfErrors(before.errors, after.errors),
      ...breaksOfLimits(before.limits, after.limits),
    ]),
  ];
}
