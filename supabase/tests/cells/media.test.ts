// `npm run cells -- check` compares the media files of three cells.
import assert from "node:assert/strict";
import * as command from "../../../scripts/cells/main.ts";
import { runCommand } from "../../../scripts/testkit/run_command.ts";
import { environmentOf, startCells } from "./cells.ts";

Deno.test("O6, C6: check names the media files that a cell lacks or has with another size or content, and ends with 2", async () => {
  await using service = await startCells(3);
  const [first, second, third] = [service.at(0).sql, service.at(1).sql, service.at(2).sql];
  Deno.env.set("CARREL_CELLS", environmentOf(service.cells));
  const check = async () => {
    const { code, stdout } = await runCommand(command, ["check", "--json"]);
    return { code, media: JSON.parse(stdout).media };
  };
  const file = (digit: string) => digit.repeat(64);
  const store = (sql: typeof first, digit: string, size: number, eTag: string) =>
    sql`insert into storage.objects (bucket_id, name, metadata) values ('media', ${file(digit)}, ${
      sql.json({ size, eTag: `"${eTag}"` })
    })`;
  const md5 = (digit: string) => digit.repeat(32);
  const all = [first, second, third];
  assert.deepEqual(await check(), { code: 0, media: [] });
  // The same file everywhere; one that is only in the default cell; one of another size; one of other bytes; one that a release of `c` names.
  for (const sql of all) await store(sql, "1", 10, md5("a"));
  await store(first, "2", 10, md5("a"));
  for (const [place, sql] of all.entries()) await store(sql, "3", 10 + place % 2, md5("a"));
  for (const [place, sql] of all.entries()) await store(sql, "4", 10, md5(place === 2 ? "b" : "a"));
  await third`insert into content.published_media (sha256, version) values (${file("5")}, 1)`;
  // In parts: another kind of hash. And what another cell alone has is no fault.
  for (const [place, sql] of all.entries()) {
    await store(sql, "6", 10, place === 0 ? md5("a") : `${md5("c")}-2`);
  }
  await store(second, "7", 10, md5("a"));
  const { code, media } = await check();
  assert.equal(code, 2);
  assert.deepEqual(media, [
    { cell: "b", file: file("2"), problem: "missing" },
    { cell: "b", file: file("3"), problem: "other size" },
    { cell: "c", file: file("2"), problem: "missing" },
    { cell: "c", file: file("4"), problem: "other content" },
    { cell: "c", file: file("5"), problem: "missing" },
  ]);
  // A release of the default cell names a file that was never uploaded.
  await first`insert into content.published_media (sha256, version) values (${file("8")}, 1)`;
  const { stdout } = await runCommand(command, ["check"]);
  assert.match(stdout, /^a: media files that are missing or differ: 1$/m);
  assert.match(stdout, /^b: media files that are missing or differ: 2$/m);
  assert.match(stdout, /^Copy these .* Upload those that the default cell lacks\.$/m);
  assert.match(stdout, /^Compared the maps and the media files of these cells: a, b, c\.$/m);
});
