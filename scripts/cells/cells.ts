// The cells of a service: CARREL_CELLS names them. The first one is the default cell: its map knows every learner, and its drafts are published to all.
import type postgres from "postgres";
import { z } from "zod";
import { UsageError, UserError } from "../command/command.ts";
import { connect, explainDatabaseError, refusalOf } from "../content/database.ts";

const Given = z.record(
  z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/),
  z.strictObject({ url: z.url(), db: z.url({ protocol: /^postgres(ql)?$/ }) }),
);

/** One cell. */
export interface Cell {
  name: string;
  /** The project's URL, for devices. */
  url: string;
  /** The connection string, for this command alone. */
  db: string;
  isDefault: boolean;
}

const FORM =
  `CARREL_CELLS is JSON: {"NAME": {"url": "https://…", "db": "postgresql://…"}, …}, the default cell first.`;

/** As the constraint of ops.cell has it. */
const BASE = /^(https:\/\/[a-z0-9.-]+|http:\/\/(127\.0\.0\.1|localhost))(:\d{1,5})?$/;

/** A cell's URL in the one form in which devices compare it. Throws `UsageError`, without the URL, which may hold a password. */
function baseOf(name: string, given: string): string {
  const { origin, username, password, pathname, search, hash } = new URL(given);
  if (BASE.test(origin) && username + password + search + hash === "" && /^\/*$/.test(pathname)) {
    return origin;
  }
  throw new UsageError(
    `The URL of cell ${name} must be https://HOST or https://HOST:PORT, without a user, a path or a query. http:// is for 127.0.0.1 alone.`,
  );
}

/** Reads CARREL_CELLS. Throws `UsageError`. */
export function readCells(text: string | undefined): Cell[] {
  if (!text) throw new UsageError(`CARREL_CELLS is missing. ${FORM}`);
  let given: z.infer<typeof Given>;
  try {
    given = Given.parse(JSON.parse(text));
  } catch {
    // Its values hold passwords, so that nothing of them is shown.
    throw new UsageError(`CARREL_CELLS is invalid. ${FORM}`);
  }
  const cells = Object.entries(given).map(([name, { url, db }], place) => ({
    name,
    url: baseOf(name, url),
    db,
    isDefault: place === 0,
  }));
  const twice = cells.find(({ url }, place) => cells.findIndex((cell) => cell.url === url) < place);
  if (twice) {
    throw new UsageError(
      `Cell ${twice.name} has the URL of another cell. Each cell is a project of its own.`,
    );
  }
  if (cells.length === 0) throw new UsageError(`CARREL_CELLS names no cell. ${FORM}`);
  return cells;
}

/** The cell of a name. Throws `UsageError`. */
export function cellNamed(cells: readonly Cell[], name: string): Cell {
  const cell = cells.find((cell) => cell.name === name);
  if (cell) return cell;
  throw new UsageError(`There is no cell ${name}: ${cells.map(({ name }) => name).join(", ")}.`);
}

/** The default cell. */
export function defaultCell(cells: readonly Cell[]): Cell {
  const cell = cells.find(({ isDefault }) => isDefault);
  if (!cell) throw new Error("no cell is the default");
  return cell;
}

/** Connections to cells, opened when they are asked for. */
export interface Connections extends AsyncDisposable {
  of(cell: Cell): postgres.Sql;
}

/** Opens connections for one command. */
export function connections(): Connections {
  const open = new Map<string, postgres.Sql>();
  return {
    of({ name, db }) {
      const sql = open.get(name) ?? connect(db, "cells");
      open.set(name, sql);
      return sql;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.values()].map((sql) => sql.end({ timeout: 5 })));
    },
  };
}

/** A cell that was left out because it is down. */
export interface Missed {
  cell: string;
  problem: string;
}

/** What was done in the cells that answer, in their order, and those that are down. */
export interface InEach<T> {
  done: { cell: Cell; value: T }[];
  missed: Missed[];
}

/** Works in each cell, one after the other. A cell that is down is named and does not stop the others; a refusal does. */
export async function inEach<T>(
  cells: readonly Cell[],
  work: (cell: Cell) => Promise<T>,
): Promise<InEach<T>> {
  const all: InEach<T> = { done: [], missed: [] };
  for (const cell of cells) {
    try {
      all.done.push({ cell, value: await work(cell) });
    } catch (error) {
      if (error instanceof UserError || refusalOf(error)) throw error;
      all.missed.push({ cell: cell.name, problem: whyDown(error, cell) });
    }
  }
  return all;
}

/** Why a cell could not be asked, in plain words; errors of other kinds are thrown. */
export function whyDown(error: unknown, cell: Cell): string {
  const explained = explainDatabaseError(error, cell.db, "list");
  if (explained instanceof UserError) return explained.message;
  throw error;
}
