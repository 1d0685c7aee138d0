// docs/web.md has the example's files as they are.
import assert from "node:assert/strict";
import { readBlocks } from "../../../scripts/check/docs/blocks.ts";
import { readProjectFile } from "../../../scripts/check/project.ts";

const FOLDER = "client-contract/examples/web";
const FILES = [
  "worker.ts",
  "session.ts",
  "index.html",
  "main.ts",
  "study.ts",
  "banner.ts",
  "service_worker.js",
  "vite.config.ts",
  "style.css",
];

/** A file as an app has it, which imports the installed package. */
const installed = (text: string) =>
  text.replaceAll(/"\.\.\/\.\.\/(\w+)\/mod\.ts"/g, '"@carrel/client-contract/$1"')
    .replaceAll(/"\.\.\/\.\.\/web\/(worker|vite)\.ts"/g, '"@carrel/client-contract/web/$1"');

Deno.test("K3: docs/web.md shows every file of the example as it is", async () => {
  const blocks = readBlocks(await readProjectFile("docs/web.md")).filter(({ name }) => name !== "");
  assert.deepEqual(blocks.map(({ name }) => name), FILES);
  for (const { name, text } of blocks) {
    assert.equal(text, installed(await readProjectFile(`${FOLDER}/${name}`)), name);
  }
});
