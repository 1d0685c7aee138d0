// Releases for a server in memory: drafts in, exact lines and their hash tree out, as publishing makes them.
import { type HashTree, hashTree, treeRow } from "../../contract/hash_tree.ts";

/** A row before it has a version. */
export type Draft =
  | { kind: "domain"; id: string; key: string; title: string; position: number }
  | { kind: "skill"; id: string; domain_id: string; key: string; title: string; position: number }
  | {
    kind: "question";
    id: string;
    skill_id: string;
    domain_id: string;
    key: string;
    type: "single_choice";
    prompt: string;
    choices: string[];
    answer: { choice: number };
    position: number;
  };

/** One published version. */
export interface Release {
  version: number;
  /** Lines by `kind/id`. */
  lines: Map<string, string>;
  tree: HashTree;
}

/** An id that says what it is of: `uuid(3, 1, 2)` is question 2 of skill 1 of domain 3. */
export const uuid = (...parts: number[]): string =>
  [0, 1, 2].map((place) => String(parts[place] === undefined ? 0 : parts[place] + 1).padStart(4, "0"))
    .reduce((id, part, place) => id + (place === 0 ? `${part}0000-` : `${part}-`), "") +
  "8000-000000000000";

/** Drafts of so many domains, each with so many skills, each with so many questions. */
export function drafts(domains: number, skills: number, questions: number): Map<string, Draft> {
  const rows: Draft[] = [];
  for (let d = 0; d < domains; d++) {
    const domain_id = uuid(d);
    rows.push({ kind: "domain", id: domain_id, key: `d${d}`, title: `Domäne ${d} 🧭`, position: d });
    for (let s = 0; s < skills; s++) {
      const skill_id = uuid(d, s);
      rows.push({
        kind: "skill",
        id: skill_id,
        domain_id,
        key: `d${d}/s${s}`,
        title: `Skill ${s}`,
        position: s,
      });
      for (let q = 0; q < questions; q++) rows.push(question(d, s, q));
    }
  }
  return new Map(rows.map((row) => [`${row.kind}/${row.id}`, row]));
}

/** One question's draft. */
export function question(
  d: number,
  s: number,
  q: number,
  prompt = `Frage ${d}.${s}.${q} – «ü»?`,
): Extract<Draft, { kind: "question" }> {
  return {
    kind: "question",
    id: uuid(d, s, q),
    skill_id: uuid(d, s),
    domain_id: uuid(d),
    key: `d${d}/s${s}/q${q}`,
    type: "single_choice",
    prompt,
    choices: ["one", "two"],
    answer: { choice: q % 2 },
    position: q,
  };
}

/** Publishes drafts as the version after `last`. */
export function publishDrafts(drafts: ReadonlyMap<string, Draft>, last?: Release): Release {
  const version = (last?.version ?? 0) + 1;
  const lines = new Map<string, string>();
  for (const [key, { kind, ...rest }] of drafts) {
    const before = last?.lines.get(key);
    const same = before && JSON.stringify({ kind, version: JSON.parse(before).version, ...rest }) === before;
    lines.set(key, same ? before : JSON.stringify({ kind, version, ...rest }));
  }
  return { version, lines, tree: hashTree([...lines.values()].map(treeRow)) };
}
