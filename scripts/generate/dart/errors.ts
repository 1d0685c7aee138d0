// lib/src/errors.gen.dart: the error registry as an enum.
import {
  type ErrorCode,
  errorCodes,
  errors,
  type EventFacts,
  type RequestFacts,
} from "../../../client-contract/contract/errors.ts";
import type { Artifact } from "../artifact.ts";
import { camel, dartString, dartText, docComment, layOut, library } from "./layout.ts";

const indent = (text: string) => text.replace(/^(?=.)/gm, "  ");

const requestOf = ({ status, retryable, sqlstate }: RequestFacts) =>
  layOut(
    [
      `status: ${status}`,
      `retryable: ${retryable}`,
      `sqlstates: ${layOut(sqlstate.map(dartString), { before: "[", after: "]" }, 8)}`,
    ],
    { before: "request: RequestFacts(", after: ")" },
    5,
  );

const eventOf = ({ outcome, held, retryable, retryAfterS }: EventFacts) =>
  layOut(
    [
      `outcome: EventOutcome.${outcome === "retry" ? "retry" : "quarantined"}`,
      `held: ${held}`,
      `retryable: ${retryable}`,
      ...retryAfterS === null ? [] : [`retryAfterS: ${retryAfterS}`],
    ],
    { before: "event: EventFacts(", after: ")" },
    5,
  );

function text(name: string, value: string): string {
  const inline = `${name}: ${dartString(value)}`;
  if (inline.length + 5 <= 80) return inline;
  return `${name}:\n${indent(indent(dartText(value, 8)))}`;
}

function memberOf(code: ErrorCode): string {
  const { title, client, request, event, pull } = errors[code];
  const parts = [
    dartString(code),
    text("title", title),
    text("action", client),
    ...request ? [requestOf(request)] : [],
    ...event ? [eventOf(event)] : [],
    ...pull ? ["resetsPull: true"] : [],
  ];
  return indent(`${docComment(`\`${code}\`: ${title}`, 2)}
${camel(code)}(
${parts.map((part) => `${indent(part)},\n`).join("")})`);
}

/** The enum of all codes, exhaustive for this version of the contract. */
export function dartErrors(): Artifact {
  return library(
    "errors",
    "errors.ts",
    ["error_facts.dart"],
    `/// All errors of this version of the contract: one code from SQL to the app.
///
/// A newer server may use others: [byWire] has null for those.
enum ErrorCode {
${errorCodes.map(memberOf).join(",\n\n")};

  const ErrorCode(
    this.wire, {
    required this.title,
    required this.action,
    this.request,
    this.event,
    this.resetsPull = false,
  });

  /// The code as it travels.
  final String wire;

  /// What is wrong, as a sentence for people.
  final String title;

  /// What the client does.
  final String action;

  /// Facts of a request that failed with this code; null: no request does.
  final RequestFacts? request;

  /// Facts of an event that was not applied for this code; null: no event has
  /// it.
  final EventFacts? event;

  /// Whether a pull can answer that the cursor is of no use, with this code.
  final bool resetsPull;

  static final Map<String, ErrorCode> _byWire = {
    for (final code in values) code.wire: code,
  };

  static final Map<String, ErrorCode> _bySqlstate = {
    for (final code in values)
      for (final state in code.request?.sqlstates ?? const <String>[])
        state: code,
  };

  /// The code of a message; null: only a newer server knows it.
  static ErrorCode? byWire(String? code) => _byWire[code];

  /// The code of an RPC's SQLSTATE; null: it is not one of Carrel's.
  static ErrorCode? bySqlstate(String? state) => _bySqlstate[state];
}`,
  );
}
