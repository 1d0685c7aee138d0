// The command line of `npm run cells`.
import { type Command, type Line, type Options, UsageError } from "../command/command.ts";

export const COMMAND = {
  name: "npm run cells",
  operands: "COMMAND",
  about:
    `Runs a service of several cells: whole projects among which learners are placed. docs/scaling.md explains them.

  configure                 write the list of cells into each of them
  status                    how each cell does, and the sum; ends with 2 if one is down or differs
  check                     compare the cells' maps, as after a restore, and their media files; ends with 2 if two cells or none take a
                            learner, or if a cell lacks a file
  publish                   publish the default cell's drafts to all cells
  follow                    publish what other cells lack, such as one that was down or is new
  find LEARNER              the cell of a learner
  place LEARNER --to CELL   let a new learner live in a cell
  move LEARNER --to CELL    move a learner with everything; after a kill, run it again
  cancel LEARNER --to CELL  end a move that has not arrived
  erase LEARNER             erase a learner in all cells
  erasures                  erase in all cells whoever was erased in one

CARREL_CELLS names the cells: {"NAME": {"url": "https://…", "db": "postgresql://…"}, …}. The first one is the default cell. LEARNER is an id.
`,
  options: {
    to: { type: "string", value: "CELL", text: "place, move, cancel: the cell" },
    note: { type: "string", value: "TEXT", text: "publish: the reason" },
    force: { type: "boolean", default: false, text: "publish: even if much content is withdrawn" },
    json: { type: "boolean", default: false, text: "print JSON" },
  },
} as const satisfies Command<Options>;

export type CellsLine = Line<typeof COMMAND.options>;

const ALONE = ["configure", "status", "check", "publish", "follow", "erasures"] as const;
const OF_LEARNER = ["find", "place", "move", "cancel", "erase"] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A command and what it works on. */
export type Task =
  | { command: (typeof ALONE)[number] }
  | { command: "find" | "erase"; learner: string }
  | { command: "place" | "move" | "cancel"; learner: string; to: string };

/** Reads the command and its operand. Throws `UsageError`. */
export function readTask({ values: { to }, operands }: CellsLine): Task {
  const [name, learner, ...extra] = operands;
  if (name === undefined) throw new UsageError("The command is missing.");
  const alone = ALONE.find((command) => command === name);
  const [unexpected] = alone && learner !== undefined ? [learner] : extra;
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument: ${unexpected}.`);
  if (alone) return { command: alone };
  const command = OF_LEARNER.find((command) => command === name);
  if (!command) throw new UsageError(`Unknown command: ${name}.`);
  if (!UUID.test(learner ?? "")) {
    throw new UsageError(`${command} takes a learner's id, a UUID in lower case.`);
  }
  if (command === "find" || command === "erase") return { command, learner: learner ?? "" };
  if (to === undefined) throw new UsageError(`--to is missing: the cell for ${command}.`);
  return { command, learner: learner ?? "", to };
}
