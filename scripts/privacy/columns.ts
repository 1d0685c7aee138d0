// Which column of the database holds personal data. The one place: docs/privacy.md and the JSON Schema of an export are generated from it, and a
// test compares it with the catalogue, so a new column needs a decision in columns_<schema>.ts.
import { CONTENT_TABLES } from "./columns_content.ts";
import { LEARNER_TABLES } from "./columns_learner.ts";
import { OPS_TABLES } from "./columns_ops.ts";
import { PRIVATE_TABLES } from "./columns_private.ts";
import { CLASSES, type DataClass, type TableData } from "./data_class.ts";

/** Every table of Carrel, and every column. */
export const TABLES: Readonly<Record<string, TableData>> = {
  ...CONTENT_TABLES,
  ...LEARNER_TABLES,
  ...OPS_TABLES,
  ...PRIVATE_TABLES,
};

/** A column as the catalogue has it, with its class. */
export interface Column {
  name: string;
  type: string;
  isNullable: boolean;
  class: DataClass | undefined;
}

const isClass = (text: string | undefined): text is DataClass =>
  text !== undefined && Object.hasOwn(CLASSES, text);

/** The columns of a table. */
export function columnsOf(table: string): Column[] {
  return (TABLES[table]?.columns ?? "").trim().split(/,\s+/).map((line) => {
    const [name = "", type = "", kind] = line.split(" ");
    if (kind !== undefined && !isClass(kind)) {
      throw new Error(`${table}.${name}: ${kind} is no class of data`);
    }
    return { name, type: type.replace("?", ""), isNullable: type.endsWith("?"), class: kind };
  });
}

/** The tables whose rows belong to a learner: those with a column user_id that an export has. */
export const learnerTables = (): string[] =>
  Object.keys(TABLES).filter((table) => columnsOf(table).some(({ name }) => name === "user_id"));
