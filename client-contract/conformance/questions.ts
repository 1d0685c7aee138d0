// Random questions and answers: right ones, wrong ones, and ones of another form.
import fc from "fast-check";

const uuid = fc.constantFrom("1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b", "00000000-0000-4000-8000-000000000001");
const index = fc.integer({ min: 0, max: 3 });
const decimal = fc.oneof(
  fc.constantFrom("0", "-0", "+0.0", "1", "1.0", "0.1", "0.2", "0.3", "00001", "9.81", "-9.81"),
  fc.stringMatching(/^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$/),
);
const accepted = fc.array(
  fc.constantFrom("Café", "cafe\u0301", "don\u2019t", "H2O", "\uff28\uff12\uff2f", "wait…", "ΟΔΟΣ", "a b"),
  {
    minLength: 1,
    maxLength: 3,
  },
);

const types = {
  single_choice: fc.record({ choice: index }),
  multiple_choice: fc.record({ choices: fc.array(index, { minLength: 1, maxLength: 4 }) }),
  true_false: fc.record({ value: fc.boolean() }),
  numeric: fc.record({ value: decimal, tolerance: decimal }, { requiredKeys: ["value"] }),
  short_text: fc.record({ accepted, normalisation: fc.constantFrom(1, 2) }, { requiredKeys: ["accepted"] }),
} as const;

/** A question of any type. */
export const question: fc.Arbitrary<{ type: keyof typeof types; answer: unknown }> = fc.oneof(
  ...Object.entries(types).map(([type, key]) =>
    fc.tuple(uuid, key as fc.Arbitrary<unknown>).map(([id, answer]) => ({
      kind: "question",
      version: 1,
      id,
      skill_id: id,
      domain_id: id,
      key: "a/b",
      prompt: "?",
      ...type.endsWith("_choice") ? { choices: ["a", "b", "c", "d"] } : {},
      position: 1,
      type: type as keyof typeof types,
      answer,
    }))
  ),
);

/** An answer to a question, of its type or of another one. */
export function answerTo({ type, answer }: { type: string; answer: unknown }, text: fc.Arbitrary<string>) {
  const given: Record<string, fc.Arbitrary<unknown>> = {
    single_choice: fc.oneof(fc.record({ choice: fc.oneof(index, fc.constant(1.5)) }), types.multiple_choice),
    multiple_choice: fc.record({ choices: fc.array(index, { maxLength: 5 }) }),
    true_false: fc.oneof(
      fc.record({ value: fc.boolean() }),
      fc.record({ choice: fc.nat(2), value: fc.constantFrom("x", true) }, { requiredKeys: ["choice"] }),
    ),
    numeric: fc.record({ value: fc.oneof(decimal, fc.constantFrom("1e1", "1,0", " 1", "")) }),
    short_text: fc.record({ text: fc.oneof(accepted.map(([first = ""]) => first.toLowerCase()), text) }),
  };
  return fc.oneof(
    { weight: 6, arbitrary: given[type] ?? fc.constant(null) },
    { weight: 2, arbitrary: fc.constant(answer) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
  );
}
