// Damages the device's cache behind its back, as a bad disk does.
import type { Device } from "../../device/mod.ts";

/** Damages rows by their ids. */
export function damageDevice(
  { db }: Device,
  how: "change" | "remove" | "invent",
  ids: readonly string[],
): void {
  for (const id of ids) {
    if (how === "change") {
      db.run(
        "update content_row set body = replace(body, '\"position\":', '\"position\": ') where id = ?",
        id,
      );
    } else if (how === "remove") db.run("delete from content_row where id = ?", id);
    else {
      const copy = id.replace(/.$/, "f");
      db.run(
        `insert into content_row (kind, id, version, body, sha256)
         select kind, ?2, version, replace(body, ?1, ?2), sha256 from content_row where id = ?1`,
        id,
        copy,
      );
    }
  }
}
