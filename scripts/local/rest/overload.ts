// Which of the functions of a name a call means: decided by the names of its arguments, never their types.
import { RestError } from "./errors.ts";
import { nearest } from "./hint.ts";
import type { Routine, SchemaCache } from "./schema_cache.ts";

/** What a call looks like before its function is known. */
export interface CallShape {
  schema: string;
  name: string;
  argumentNames: ReadonlySet<string>;
  /** Kind of a POST body, which a single unnamed parameter can take whole; null for GET. */
  body: "json" | "text" | "bytes" | null;
}

/** A function, and whether the body as a whole is its one argument. */
export interface ResolvedCall {
  routine: Routine;
  wholeBody: boolean;
}

const WHOLE_BODY_TYPES = { json: ["json", "jsonb"], text: ["text"], bytes: ["bytea"] };

function takesNamed(routine: Routine, shape: CallShape): boolean {
  const { argumentNames } = shape;
  if (routine.parameters.length === 0) {
    return argumentNames.size === 0 && (shape.body === null || shape.body === "json");
  }
  const names = new Set(routine.parameters.map((parameter) => parameter.name));
  const known = [...argumentNames].every((name) => names.has(name));
  return known &&
    routine.parameters.every((parameter) => !parameter.required || argumentNames.has(parameter.name));
}

function takesWhole(routine: Routine, shape: CallShape): boolean {
  const [parameter, ...others] = routine.parameters;
  if (shape.body === null || !parameter || others.length > 0) return false;
  return WHOLE_BODY_TYPES[shape.body].includes(parameter.type);
}

function notFound(shape: CallShape, overloads: readonly Routine[], cache: SchemaCache): RestError {
  const { schema, name, body } = shape;
  const names = [...shape.argumentNames].sort();
  const list = names.join(", ");
  const called = names.length === 0 ? " without parameters" : `(${list})`;
  const onlyWhole = body === "text" || body === "bytes";
  const searched = names.length === 0
    ? " without parameters"
    : ` with parameter${names.length > 1 ? "s" : ""} ${list}`;
  const whole = body === "text" ? "text" : body === "bytes" ? "bytea" : "json/jsonb";
  const details = `Searched for the function ${schema}.${name}${
    onlyWhole
      ? ` with a single unnamed ${whole} parameter`
      : searched + (body === "json" ? " or with a single unnamed json/jsonb parameter" : "")
  }, but no matches were found in the schema cache.`;
  const signatures = overloads.map((routine) =>
    `(${routine.parameters.map((parameter) => parameter.name).sort().join(", ")})`
  );
  const signature = nearest(`(${list})`, signatures, 0.33);
  const suggestion = overloads.length > 0
    ? signature && name + signature
    : nearest(name, cache.routineNames(schema), 0.75);
  const hint = suggestion && !onlyWhole
    ? `Perhaps you meant to call the function ${schema}.${suggestion}`
    : null;
  const message = `Could not find the function ${schema}.${name}${
    onlyWhole ? "" : called
  } in the schema cache`;
  return new RestError(404, "PGRST202", message, details, hint);
}

function ambiguous(routines: readonly Routine[]): RestError {
  const signatures = routines.map(({ schema, name, parameters }) =>
    `${schema}.${name}(${parameters.map((parameter) => `${parameter.name} => ${parameter.type}`).join(", ")})`
  );
  const message = `Could not choose the best candidate function between: ${signatures.join(", ")}`;
  const hint =
    "Try renaming the parameters or the function itself in the database so function overloading can be " +
    "resolved";
  return new RestError(300, "PGRST203", message, null, hint);
}

/** Finds the function that a call means; throws 404 for none and 300 for several. */
export function resolveCall(shape: CallShape, cache: SchemaCache): ResolvedCall {
  const overloads = cache.routines(shape.schema, shape.name);
  const named = overloads.filter((routine) => takesNamed(routine, shape));
  const whole = overloads.filter((routine) => !named.includes(routine) && takesWhole(routine, shape));
  const candidates = named.length > 0 ? named : whole;
  const [routine, ...others] = candidates;
  if (!routine) throw notFound(shape, overloads, cache);
  if (others.length > 0) throw ambiguous(candidates);
  return { routine, wholeBody: named.length === 0 };
}
