// The rules of xAPI for the statements that Carrel makes, as JSON Schema: what a record store of xAPI 1.0.3 or 2.0 must not refuse. Written from the
// specification, and not from the code that makes the statements. Stricter in one point: a property that Carrel never writes is refused too.

const IRI = { type: "string", pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s<>"{}|\\\\^`]+$' };
const UUID = {
  type: "string",
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
};
const LANGUAGE_MAP = {
  type: "object",
  minProperties: 1,
  propertyNames: { pattern: "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" },
  additionalProperties: { type: "string" },
};

function object(properties: Record<string, object>, required: readonly string[] = Object.keys(properties)) {
  return { type: "object", additionalProperties: false, required, properties };
}

/** Exactly one identifier: the account. */
const AGENT = object({
  objectType: { const: "Agent" },
  account: object({ homePage: IRI, name: { type: "string", minLength: 1 } }),
});

const ACTIVITY = object({
  objectType: { const: "Activity" },
  id: IRI,
  definition: {
    ...object({
      type: IRI,
      interactionType: {
        enum: [
          "true-false",
          "choice",
          "fill-in",
          "long-fill-in",
          "matching",
          "performance",
          "sequencing",
          "likert",
          "numeric",
          "other",
        ],
      },
    }, []),
    // An interaction names its type, and only an interaction does.
    if: { properties: { type: { const: "http://adlnet.gov/expapi/activities/cmi.interaction" } } },
    then: { required: ["interactionType"] },
    else: { properties: { interactionType: false } },
  },
}, ["id"]);

const VOIDED = "http://adlnet.gov/expapi/verbs/voided";

/** The schema of one statement. */
export const XAPI_STATEMENT = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "xAPI statement of Carrel",
  ...object({
    id: UUID,
    actor: AGENT,
    verb: object({ id: IRI, display: LANGUAGE_MAP }, ["id"]),
    object: { oneOf: [ACTIVITY, object({ objectType: { const: "StatementRef" }, id: UUID })] },
    result: object({
      success: { type: "boolean" },
      response: { type: "string" },
      // ISO 8601, to hundredths of a second.
      duration: { type: "string", pattern: "^PT[0-9]+(\\.[0-9]{1,2})?S$" },
    }, []),
    context: object({
      registration: UUID,
      revision: { type: "string" },
      contextActivities: object({ parent: { type: "array", minItems: 1, items: ACTIVITY } }),
      // Extensions are the one place where null would be allowed.
      extensions: { type: "object", propertyNames: IRI },
    }, []),
    // RFC 3339, and never the offset -00:00.
    timestamp: {
      type: "string",
      pattern: "^\\d{4}-(0[1-9]|1[0-2])-([0-2]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?Z$",
    },
  }, ["id", "actor", "verb", "object", "timestamp"]),
  // A statement voids exactly if its object is a statement. `revision` is for activities alone.
  if: { properties: { verb: { properties: { id: { const: VOIDED } } } } },
  then: {
    properties: {
      object: { properties: { objectType: { const: "StatementRef" } } },
      context: false,
      result: false,
    },
  },
  else: { properties: { object: { properties: { objectType: { const: "Activity" } } } } },
};
