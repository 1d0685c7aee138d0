// Releases under a learner's hands: questions get other answers and texts, move to another skill, are withdrawn and come back, and one comes
// later than the others. The reference of stamps: what an event's arrival decides, as a function of the releases until then.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import type { Curriculum, HistoryEvent } from "./history.ts";

/** What happens to one of the questions between two releases. */
export type Edit =
  | { do: "answer"; n: number; choice: number }
  | { do: "prompt" | "toggle"; n: number }
  | { do: "move"; n: number; to: number };

/** What arrival decides of an event. */
export interface Stamp {
  head_version: number;
  skill_id: string | null;
  content_state: string | null;
  graded_correct: boolean | null;
}

const SKILLS = 3;
const QUESTIONS = 6;
/** The skill that the second release brings, with the last question. */
const LATE = SKILLS - 1;
const firstSkill = (n: number) => n === QUESTIONS - 1 ? LATE : n % LATE;

/** One edit; the first question stays, so that its domain is never empty. */
export const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant("answer" as const), n: fc.nat(QUESTIONS - 1), choice: fc.nat(3) }),
  fc.record({ do: fc.constant("toggle" as const), n: fc.integer({ min: 1, max: QUESTIONS - 1 }) }),
  fc.record({ do: fc.constant("move" as const), n: fc.nat(QUESTIONS - 1), to: fc.nat(SKILLS - 1) }),
  fc.record({ do: fc.constant("prompt" as const), n: fc.nat(QUESTIONS - 1) }),
);

interface Draft {
  skill: number;
  choice: number;
  prompt: string;
  active: boolean;
}

/** A question from one version on; without a choice it is withdrawn. */
interface Key {
  version: number;
  skill: number;
  choice: number | null;
  prompt: string | null;
}

/** A domain of its own, beside whatever else is published. */
export class Releases {
  /** The newest version. */
  head = 0;
  private readonly versions: number[] = [];
  private readonly drafts: Draft[] = Array.from({ length: QUESTIONS }, (_, n) => ({
    skill: firstSkill(n),
    choice: n % 4,
    prompt: "as it was",
    active: n < QUESTIONS - 1,
  }));
  private readonly keys: Key[][] = Array.from({ length: QUESTIONS }, () => []);

  /** `run`: eight hexadecimal digits, with which all ids of this domain begin. */
  constructor(private readonly run: string) {}

  private id(kind: "d" | "5" | "9", n: number): string {
    return `${this.run}-0000-4000-8000-00000000${kind}${String(n).padStart(3, "0")}`;
  }

  /** What events may be about; `versions` are what they may name. */
  curriculum(versions: readonly number[] = this.versions): Curriculum {
    const questions = this.drafts.map((_, n) => ({
      id: this.id("9", n),
      skill_id: this.id("5", firstSkill(n)),
    }));
    return { questions, versions };
  }

  /** The skill that an event's question is in now, or the one that it names itself. */
  skillOf({ body }: HistoryEvent): unknown {
    const latest = this.keysOf(body.question_id).at(-1);
    return latest ? this.id("5", latest.skill) : body.skill_id ?? null;
  }

  private edit(edit: Edit): void {
    const draft = this.drafts[edit.n];
    assert.ok(draft);
    if (edit.do === "answer") draft.choice = edit.choice;
    if (edit.do === "prompt") draft.prompt = `as of ${this.versions.length}`;
    if (edit.do === "toggle") draft.active = !draft.active;
    if (edit.do === "move") draft.skill = edit.to;
  }

  /** Edits the drafts and publishes them. */
  async publish(sql: postgres.Sql, changes: readonly Edit[] = []): Promise<void> {
    const isFirst = this.versions.length === 0;
    const last = this.drafts[QUESTIONS - 1];
    if (this.versions.length === 1 && last) last.active = true;
    for (const change of isFirst ? [] : changes) this.edit(change);
    // Makes each a version, though nothing else may have changed.
    const title = `Release ${this.versions.length + 1}`;
    await sql`
      insert into content.domain (id, key, title) values (${this.id("d", 0)}, ${this.run}, ${title})
      on conflict (id) do update set title = excluded.title`;
    const skills = Array.from({ length: SKILLS }, (_, n) => ({
      id: this.id("5", n),
      key: `${this.run}/${n}`,
      status: isFirst && n === LATE ? "draft" : "active",
    }));
    await sql`
      insert into content.skill (id, domain_id, key, title, status)
      select x.id, ${this.id("d", 0)}, x.key, 'Skill', x.status
      from json_to_recordset(${JSON.stringify(skills)}::text::json) x (id uuid, key text, status text)
      on conflict (id) do update set status = excluded.status where skill.status <> excluded.status`;
    const rows = this.drafts.map(({ skill, choice, prompt, active }, n) => ({
      id: this.id("9", n),
      skill_id: this.id("5", skill),
      key: `${this.run}/${n}`,
      prompt,
      answer: { choice },
      status: active ? "active" : "withdrawn",
    }));
    await sql`
      insert into content.question (id, skill_id, key, prompt, choices, answer, status)
      select x.id, x.skill_id, x.key, x.prompt, '{a,b,c,d}', x.answer, x.status
      from json_to_recordset(${
      JSON.stringify(rows)
    }::text::json) x (id uuid, skill_id uuid, key text, prompt text, answer jsonb, status text)
      on conflict (id) do update set skill_id = excluded.skill_id, prompt = excluded.prompt, answer = excluded.answer, status = excluded.status`;
    const [row] = await sql<{ version: number }[]>`
      select (public.publish_release() ->> 'version')::integer as version`;
    assert.ok(row && row.version > this.head, "each is a version");
    this.head = row.version;
    this.versions.push(row.version);
    for (const [n, { skill, choice, prompt, active }] of this.drafts.entries()) {
      const keys = this.keys[n];
      const before = keys?.at(-1);
      const now = active
        ? { skill, choice, prompt }
        : before && { skill: before.skill, choice: null, prompt: null };
      const isSame = now?.skill === before?.skill && now?.choice === before?.choice &&
        now?.prompt === before?.prompt;
      if (!now || isSame) continue;
      keys?.push({ ...now, version: this.head });
    }
  }

  /** The versions of a question, none if it was never published. */
  private keysOf(question: unknown): Key[] {
    return this.keys[this.drafts.findIndex((_, n) => this.id("9", n) === question)] ?? [];
  }

  /** Whether each question that an event calls completed has been published. */
  private knowsCompleted({ base, completed }: HistoryEvent["body"]): boolean {
    const inBase = typeof base === "object" && base !== null && "completed" in base ? base.completed : null;
    const ids = completed ?? inBase ?? [];
    assert.ok(Array.isArray(ids));
    return ids.every((question) => this.keysOf(question).length > 0);
  }

  /** How an event is stamped that arrives now; null: it is held. */
  stampOf({ type, body }: HistoryEvent): Stamp | null {
    const { content_version: version = 0, skill_id = null, question_id } = body;
    assert.ok(typeof version === "number" && (skill_id === null || typeof skill_id === "string"));
    if (version > this.head) return null;
    const head_version = this.head;
    if (type !== "attempt.recorded") {
      const isKnown = skill_id !== this.id("5", LATE) || this.versions.length >= 2;
      if (!isKnown || !this.knowsCompleted(body)) return null;
      return { head_version, skill_id, content_state: null, graded_correct: null };
    }
    const keys = this.keysOf(question_id);
    const latest = keys.at(-1);
    // What the learner saw: the question as it stood in the version that the device names, or as it first was.
    const seen = keys.findLast((key) => key.version <= version) ?? keys[0];
    if (!latest || !seen) return null;
    const { answer } = body;
    assert.ok(typeof answer === "object" && answer !== null && "choice" in answer);
    return {
      head_version,
      skill_id: this.id("5", seen.skill),
      content_state: latest.choice === null ? "withdrawn" : latest.version > version ? "outdated" : "current",
      graded_correct: seen.choice === null ? null : answer.choice === seen.choice,
    };
  }
}
