// The reference of delivery: a small curriculum in memory, what instructors do to it, and what each version held.
import fc from "fast-check";
import type postgres from "postgres";

/** A row of a release, as a device should hold it. */
export interface HeldRow {
  kind: string;
  domain: string;
  /** Parent and text: what an edit changes. */
  value: string;
}

/** Rows of one version by id. */
export type Release = ReadonlyMap<string, HeldRow>;

/** Content schemas that are served. */
export const SCHEMAS = [1, 2] as const;
/** One of them. */
export type Schema = typeof SCHEMAS[number];

/** Forms of a question, which the two schemas tell apart: all of them only in schema 2. */
type Form = "plain" | "media" | "true_false" | "numeric";
const MEDIA = [{ path: "a.png", bytes: 7, sha256: "a".repeat(64), mime: "image/png" }];
const FORMS: Record<Form, { type: string; choices: string[]; answer: unknown; media: unknown[] }> = {
  plain: { type: "single_choice", choices: ["yes", "no"], answer: { choice: 0 }, media: [] },
  media: { type: "single_choice", choices: ["yes", "no"], answer: { choice: 0 }, media: MEDIA },
  true_false: { type: "true_false", choices: [], answer: { value: true }, media: [] },
  numeric: { type: "numeric", choices: [], answer: { value: "9.81" }, media: [] },
};
/** How a device reads each form; undefined where its schema does not have such questions. */
const READ: Record<Schema, Record<Form, string | undefined>> = {
  1: {
    plain: "single_choice yes,no",
    media: "single_choice yes,no",
    true_false: "single_choice True,False",
    numeric: undefined,
  },
  2: {
    plain: "single_choice yes,no",
    media: "single_choice yes,no a.png",
    true_false: "true_false",
    numeric: "numeric",
  },
};

/** A question's value, from its line. */
export function questionValue(
  line: { skill_id: string; prompt: string; type: string; choices?: string[]; media?: { path: string }[] },
): string {
  const form = [line.type, line.choices?.join(","), line.media?.map(({ path }) => path).join(",")];
  return [line.skill_id, line.prompt, ...form.filter((part) => part !== undefined)].join(" ");
}

/** What happens between two releases. */
export type Edit =
  | { do: "title_domain"; n: number; text: string }
  | { do: "title_skill"; n: number; text: string }
  | { do: "prompt_question"; n: number; text: string }
  | { do: "toggle_question"; n: number }
  | { do: "form_question"; n: number; form: Form }
  | { do: "toggle_skill"; n: number }
  | { do: "move_question"; n: number; to: number }
  | { do: "move_skill"; n: number; to: number };

const DOMAINS = 3;
const SKILLS = 6;
const QUESTIONS = 14;
const id = (digit: string, n: number) => `${digit}0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Ids of the domains, for devices that hold some of them. */
export const domainIds = Array.from({ length: DOMAINS }, (_, n) => id("d", n));

interface Draft {
  id: string;
  parent: number;
  text: string;
  active: boolean;
  /** Of a question. */
  form: Form;
}

const drafts = (count: number, digit: string, parents: number): Draft[] =>
  Array.from({ length: count }, (_, n) => ({
    id: id(digit, n),
    parent: n % parents,
    text: `text ${n}`,
    active: true,
    form: "plain",
  }));

/** Skill n < 3 and question n < 3 stay in domain n for ever, so that no domain is ever empty. */
export class Curriculum {
  private readonly domains = drafts(DOMAINS, "d", 1);
  private readonly skills = drafts(SKILLS, "5", DOMAINS);
  private readonly questions = drafts(QUESTIONS, "9", SKILLS);

  /** `ballast` is a description of each domain that no edit changes: it makes snapshots, not deltas, large. */
  constructor(private readonly ballast: string) {}

  /** Carries an edit out, here; one that its target can't take is none. */
  edit(edit: Edit): void {
    const [domain, skill, question] = [this.domains[edit.n], this.skills[edit.n], this.questions[edit.n]];
    const isAnchor = edit.n < DOMAINS;
    if (edit.do === "title_domain" && domain) domain.text = edit.text;
    if (edit.do === "title_skill" && skill) skill.text = edit.text;
    if (edit.do === "prompt_question" && question) question.text = edit.text;
    if (edit.do === "form_question" && question) question.form = edit.form;
    if (isAnchor) return;
    if (edit.do === "toggle_question" && question) question.active = !question.active;
    if (edit.do === "toggle_skill" && skill) skill.active = !skill.active;
    if (edit.do === "move_question" && question && edit.to < SKILLS) question.parent = edit.to;
    if (edit.do === "move_skill" && skill && edit.to < DOMAINS) skill.parent = edit.to;
  }

  private isActive(question: Draft): boolean {
    return question.active && this.skills[question.parent]?.active === true;
  }

  /** The rows that publishing makes of it in a content schema. */
  release(schema: Schema): Release {
    const rows = new Map<string, HeldRow>();
    const domainOf = (skill: Draft | undefined) => this.domains[skill?.parent ?? 0]?.id ?? "";
    for (const d of this.domains) rows.set(d.id, { kind: "domain", domain: d.id, value: d.text });
    for (const s of this.skills) {
      if (s.active) rows.set(s.id, { kind: "skill", domain: domainOf(s), value: s.text });
    }
    for (const q of this.questions) {
      const skill = this.skills[q.parent];
      const form = READ[schema][q.form];
      if (!this.isActive(q) || form === undefined) continue;
      rows.set(q.id, { kind: "question", domain: domainOf(skill), value: `${skill?.id} ${q.text} ${form}` });
    }
    return rows;
  }

  /** Makes the database's drafts the same. */
  async write(sql: postgres.Sql): Promise<void> {
    const rows = (list: Draft[], parents: Draft[], isActive: (draft: Draft) => boolean) =>
      JSON.stringify(list.map((draft) => ({
        id: draft.id,
        text: draft.text,
        parent: parents[draft.parent]?.id ?? null,
        status: isActive(draft) ? "active" : "withdrawn",
        ...FORMS[draft.form],
      })));
    await sql`
      insert into content.domain (id, key, title, description)
      select x.id, 'key-' || x.id, x.text, nullif(${this.ballast}, '')
      from json_to_recordset(${rows(this.domains, [], () => true)}::text::json) x (id uuid, text text)
      on conflict (id) do update set title = excluded.title`;
    await sql`
      insert into content.skill (id, domain_id, key, title, status)
      select x.id, x.parent, 'key-' || x.id, x.text, x.status
      from json_to_recordset(${rows(this.skills, this.domains, (s) => s.active)}::text::json)
        x (id uuid, parent uuid, text text, status text)
      on conflict (id) do update set domain_id = excluded.domain_id, title = excluded.title, status = excluded.status`;
    await sql`
      insert into content.question (id, skill_id, key, prompt, type, choices, answer, media, status)
      select x.id, x.parent, 'key-' || x.id, x.text, x.type, x.choices, x.answer, x.media, x.status
      from json_to_recordset(${rows(this.questions, this.skills, (q) => this.isActive(q))}::text::json)
        x (id uuid, parent uuid, text text, type text, choices text[], answer jsonb, media jsonb, status text)
      on conflict (id) do update set skill_id = excluded.skill_id, prompt = excluded.prompt, type = excluded.type,
        choices = excluded.choices, answer = excluded.answer, media = excluded.media, status = excluded.status`;
  }
}

const text = fc.oneof(
  fc.constantFrom("a", "b", "e\u0301🧭", '"\\\u2028'),
  fc.nat(55).map((n) => "long ".repeat(n + 1)),
);

/** One edit; few targets, so that rows change again, leave and come back. */
export const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant("title_domain" as const), n: fc.nat(DOMAINS - 1), text }),
  fc.record({ do: fc.constant("title_skill" as const), n: fc.nat(SKILLS - 1), text }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("prompt_question" as const), n: fc.nat(QUESTIONS - 1), text }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("toggle_question" as const), n: fc.nat(QUESTIONS - 1) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("form_question" as const),
      n: fc.nat(QUESTIONS - 1),
      form: fc.constantFrom("plain", "media", "true_false", "numeric"),
    }),
  },
  fc.record({ do: fc.constant("toggle_skill" as const), n: fc.nat(SKILLS - 1) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("move_question" as const),
      n: fc.nat(QUESTIONS - 1),
      to: fc.nat(SKILLS - 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("move_skill" as const),
      n: fc.nat(SKILLS - 1),
      to: fc.nat(DOMAINS - 1),
    }),
  },
);
