// Random lines of content rows: domains, skills and questions, some of them without a parent.
import fc from "fast-check";
import { question } from "./questions.ts";

const id = (kind: number, n: number) => `0000000${kind}-0000-4000-8000-${String(n).padStart(12, "0")}`;
const title = fc.string({ unit: "grapheme", maxLength: 8 });
const order = fc.nat(9);

const domain = fc.tuple(fc.nat(2), title, order).map(([n, title, position]) => ({
  kind: "domain",
  version: 1,
  id: id(1, n),
  key: "d",
  title,
  position,
}));
const skill = fc.tuple(fc.nat(4), fc.nat(3), title, order).map(([n, of, title, position]) => ({
  kind: "skill",
  version: 1,
  id: id(2, n),
  domain_id: id(1, of),
  key: "s",
  title,
  position,
}));
const questionRow = fc.tuple(question, fc.nat(9), fc.nat(5)).map(([question, n, of]) => ({
  ...question,
  id: id(3, n),
  skill_id: id(2, of),
  domain_id: id(1, 0),
}));

/** Lines, each id once, in any order. */
export const contentLines: fc.Arbitrary<string[]> = fc.uniqueArray(fc.oneof(domain, skill, questionRow), {
  selector: ({ id }) => id,
  maxLength: 12,
}).map((rows) => rows.map((row) => JSON.stringify(row)));

/** A domain, and a question whose skill is that domain: its parent is there, but no hash covers it. */
export const questionInDomain: readonly string[] = [
  {
    kind: "domain",
    version: 1,
    id: "00000001-0000-4000-8000-000000000000",
    key: "d",
    title: "D",
    position: 1,
  },
  {
    kind: "question",
    version: 1,
    id: "00000003-0000-4000-8000-000000000000",
    skill_id: "00000001-0000-4000-8000-000000000000",
    domain_id: "00000001-0000-4000-8000-000000000000",
    key: "a/b",
    prompt: "?",
    position: 1,
    type: "numeric",
    answer: { value: "1" },
  },
].map((row) => JSON.stringify(row));
