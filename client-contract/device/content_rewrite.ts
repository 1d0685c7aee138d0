// Writes the cache anew. Its statements have no names in queries.drift: they use a temporary table, which the schema does not know.
import type { Database } from "./database.ts";

/** Empties the table, which reads no index, and writes all rows again except some, with their old numbers. */
export function rewriteWithout(db: Database, rowids: number[]): void {
  db.run(
    `create temporary table kept as select rowid as place, kind, id, version, body, sha256 from content_row
     where rowid not in (select value from json_each(?))`,
    JSON.stringify(rowids),
  );
  db.run("delete from content_row");
  db.run(
    `insert into content_row (rowid, kind, id, version, body, sha256) select place, kind, id, version, body, sha256 from kept`,
  );
  db.run("drop table kept");
}
