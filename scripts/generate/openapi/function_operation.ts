// A path of an Edge Function, as the generators of OpenAPI and of the page see it.
import { z } from "zod";
import type { PathModules } from "./function_errors.ts";

/** What an answer holds. */
export interface Content {
  type: string;
  /** A schema of the contract, if the body is one JSON value. */
  model?: string;
  /** The whole body, if it is not JSON. */
  example?: string;
}

/** A path of an Edge Function with a method. */
export interface FunctionOperation {
  id: string;
  tag: string;
  method: "get" | "post";
  path: string;
  summary: string;
  description: string;
  security: "learner" | "worker" | "metrics" | "anybody";
  /** The parts of the path in braces. */
  parts?: z.ZodObject;
  query?: z.ZodObject;
  /** Whether the answer has an ETag, and is 304 for `If-None-Match`. */
  isCached?: boolean;
  body?: Content & { description: string };
  success: { status: 200 | 204; description: string; content?: Content };
  /** Another answer of a success. */
  also?: { status: 202; description: string; content: Content };
  /** Undefined: the path is answered before any module of the function, and never refuses. */
  modules?: PathModules;
}

/** A parameter with its text and its example. */
export const parameter = <T extends z.ZodType>(schema: T, description: string, value: unknown): T =>
  schema.optional().meta({ description, example: value }) as unknown as T;

/** Lines of JSON. */
export const NDJSON = "application/x-ndjson";
/** Only an adoption takes a proof. A path that exists is not `not_found`, and a method that is listed is allowed. */
export const NEVER = ["adoption_proof_invalid", "not_found", "method_not_allowed"];
/** Modules of every function for learners. */
export const LEARNER = [
  "_shared/token.ts",
  "_shared/learner_limits.ts",
  "_shared/learner_budget.ts",
  "_shared/database.ts",
];
/** Modules of every worker. */
export const WORKER = ["_shared/service_key.ts", "_shared/wake.ts"];

/** A line of a body. */
export const line = (value: unknown): string => JSON.stringify(value);
