// Moves a learner to another cell. Every step may be repeated: after a kill the same command goes on where it was, and a second one at the same time does
// no harm. Until the end the learner's devices are answered `moved`, and keep what they have.
import type postgres from "postgres";
import { z } from "zod";
import { UserError } from "../command/command.ts";
import { type Cell, cellNamed, type Connections, defaultCell } from "./cells.ts";

/** How often the rows may change while they are copied before the move ends. */
const MOST_COPIES = 3;
/** Rows a page. */
const PAGE_ROWS = 2000;

const Page = z.object({ rows: z.array(z.unknown()), cursor: z.string().nullable(), more: z.boolean() });
const Arrival = z.object({ state: z.enum(["arriving", "settled"]), copied: z.string().nullable() });

/** What a move came to. */
export interface Moved {
  from: string;
  to: string;
  /** Copied rows by table; null: the learner lived there already. */
  rows: Record<string, number> | null;
}

async function one<T>(rows: Promise<readonly postgres.Row[]>, schema: z.ZodType<T>): Promise<T> {
  const [row] = await rows;
  return schema.parse(row?.["answer"]);
}

/** Where the default cell's map says that a learner lives. */
export async function findCell(cells: readonly Cell[], open: Connections, learner: string): Promise<Cell> {
  const sql = open.of(defaultCell(cells));
  const [found] = await sql`select c.cell as name from private.cell_of(${learner}::uuid) c`;
  if (!found) {
    throw new UserError("The default cell has no list of cells: run `npm run cells -- configure` first.");
  }
  return cellNamed(cells, z.string().parse(found["name"]));
}

/** The cell that the rows come from. After a kill the map may name the new cell already, which knows where the rows were. */
async function sourceOf(cells: readonly Cell[], open: Connections, learner: string, to: Cell) {
  const at = await findCell(cells, open, learner);
  if (at.name !== to.name) return at;
  const [row] = await open.of(to)`
    select l.other from ops.learner_cell l where l.user_id = ${learner}::uuid and l.cell = ${to.name} and l.other is not null`;
  return row ? cellNamed(cells, z.string().parse(row["other"])) : null;
}

/** Copies all pages after the cursor. Yields after each. */
async function* copy(
  [source, target]: readonly [postgres.Sql, postgres.Sql],
  [learner, move]: readonly [string, string],
  from: string | null,
  pageRows: number,
) {
  let after = from;
  for (;;) {
    const page = await one(
      source`select ops.export_learner(${learner}::uuid, ${move}::uuid, ${after}::text, ${pageRows}) as answer`,
      Page,
    );
    const copied = await one(
      target`select ops.import_learner(${learner}::uuid, ${move}::uuid, ${after}::text,
        ${JSON.stringify(page.rows)}::text::jsonb, ${page.cursor}::text) as answer`,
      z.string().nullable(),
    );
    yield "copied";
    // Another run was faster: this one goes on after it.
    if (copied === page.cursor && !page.more) return;
    after = copied;
  }
}

/**
 * Moves a learner, and yields after each step that is committed. Whoever stops in between leaves a move that the next run finishes. The cells'
 * refusals are thrown.
 */
export async function* moveSteps(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
  to: Cell,
  pageRows = PAGE_ROWS,
): AsyncGenerator<string, Moved, void> {
  const from = await sourceOf(cells, open, learner, to);
  if (from === null) return { from: to.name, to: to.name, rows: null };
  const [source, target] = [open.of(from), open.of(to)];

  // 1 The learner is frozen here, and expected there.
  const move = await one(
    source`select ops.begin_departure(${learner}::uuid, ${to.name}) as answer`,
    z.string(),
  );
  yield "departure begun";
  const arrival = await one(
    target`select ops.begin_arrival(${learner}::uuid, ${move}::uuid, ${from.name}) as answer`,
    Arrival,
  );
  yield "arrival begun";

  // 2 The rows, until both have the same.
  let { state, copied } = arrival;
  for (let copies = 0; state === "arriving"; copies++) {
    if (copies >= MOST_COPIES) {
      throw new UserError(
        `The rows of ${learner} keep changing in ${from.name}. Run the same command again later.`,
      );
    }
    yield* copy([source, target], [learner, move], copied, pageRows);
    const digest = await one(
      source`select ops.departure_digest(${learner}::uuid, ${move}::uuid)::text as answer`,
      z.string(),
    );
    const isSame = await one(
      target`select ops.finish_arrival(${learner}::uuid, ${move}::uuid, ${digest}::text::jsonb) as answer`,
      z.boolean(),
    );
    yield "arrival finished";
    if (isSame) state = "settled";
    copied = null;
  }

  // 3 The map of the default cell, then the old cell's: devices find the new one from either.
  const directory = defaultCell(cells);
  if (directory.name !== from.name && directory.name !== to.name) {
    await open.of(directory)`select ops.place_learner(${learner}::uuid, ${to.name})`;
    yield "placed";
  }
  const digest = await one(
    target`select a.after ->> 'rows' as answer from ops.audit a
      where a.object_id = ${learner} collate "C" and a.action = 'finish_arrival' and a.after ->> 'move' = ${move} order by a.id desc limit 1`,
    z.string(),
  );
  await source`select ops.finish_departure(${learner}::uuid, ${move}::uuid, ${digest}::text::jsonb)`;
  yield "departure finished";

  // 4 What is left behind.
  for (let left = 1; left > 0;) {
    left = await one(
      source`select ops.clear_departed(${learner}::uuid, ${move}::uuid) as answer`,
      z.number(),
    );
    yield "cleared";
  }
  const counts = z.record(z.string(), z.object({ rows: z.number() })).parse(JSON.parse(digest));
  const rows = Object.fromEntries(Object.entries(counts).map(([table, { rows }]) => [table, rows]));
  return { from: from.name, to: to.name, rows };
}

/** Moves a learner to the end. */
export async function moveLearner(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
  to: Cell,
): Promise<Moved> {
  const steps = moveSteps(cells, open, learner, to);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** Ends a move that has not arrived. The learner stays where they are. */
export async function cancelMove(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
  to: Cell,
): Promise<Cell> {
  const from = await sourceOf(cells, open, learner, to);
  const [row] = from === null ? [] : await open.of(from)`
    select l.move_id from ops.learner_cell l where l.user_id = ${learner}::uuid and l.state = 'leaving' and l.cell = ${to.name}`;
  if (from === null || row === undefined) throw new UserError(`${learner} is not moving to ${to.name}.`);
  const move = z.string().parse(row["move_id"]);
  // The new cell first: once it refuses the move, nobody can finish it.
  await open.of(to)`select ops.cancel_arrival(${learner}::uuid, ${move}::uuid, ${from.name})`;
  await open.of(from)`select ops.cancel_departure(${learner}::uuid, ${move}::uuid)`;
  return from;
}
