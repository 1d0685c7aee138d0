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

/** What happens between two releases. */
export type Edit =
  | { do: "title_domain"; n: number; text: string }
  | { do: "title_skill"; n: number; text: string }
  | { do: "prompt_question"; n: number; text: string }
  | { do: "toggle_question"; n: number }
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
}

const drafts = (count: number, digit: string, parents: number): Draft[] =>
  Array.from({ length: count }, (_, n) => ({
    id: id(digit, n),
    parent: n % parents,
    text: `text ${n}`,
    active: true,
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
    if (isAnchor) return;
    if (edit.do === "toggle_question" && question) question.active = !question.active;
    if (edit.do === "toggle_skill" && skill) skill.active = !skill.active;
    if (edit.do === "move_question" && question && edit.to < SKILLS) question.parent = edit.to;
    if (edit.do === "move_skill" && skill && edit.to < DOMAINS) skill.parent = edit.to;
  }

  private isActive(question: Draft): boolean {
    return question.active && this.skills[question.parent]?.active === true;
  }

  /** The rows that publishing makes of it. */
  release(): Release {
    const rows = new Map<string, HeldRow>();
    const domainOf = (skill: Draft | undefined) => this.domains[skill?.parent ?? 0]?.id ?? "";
    for (const d of this.domains) rows.set(d.id, { kind: "domain", domain: d.id, value: d.text });
    for (const s of this.skills) {
      if (s.active) rows.set(s.id, { kind: "skill", domain: domainOf(s), value: s.text });
    }
    for (const q of this.questions) {
      const skill = this.skills[q.parent];
      if (!this.isActive(q)) continue;
      rows.set(q.id, { kind: "question", domain: domainOf(skill), value: `${skill?.id} ${q.text}` });
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
      insert into content.question (id, skill_id, key, prompt, choices, answer, status)
      select x.id, x.parent, 'key-' || x.id, x.text, '{yes,no}', '{"choice": 0}', x.status
      from json_to_recordset(${rows(this.questions, this.skills, (q) => this.isActive(q))}::text::json)
        x (id uuid, parent uuid, text text, status text)
      on conflict (id) do update set skill_id = excluded.skill_id, prompt = excluded.prompt, status = excluded.status`;
  }
}

const text = fc.oneof(fc.constantFrom("a", "b", "c"), fc.nat(55).map((n) => "long ".repeat(n + 1)));

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
