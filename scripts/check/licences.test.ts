// The licences of everything that `npm ci` installs.
import assert from "node:assert/strict";
import { z } from "zod";
import { readProjectFile } from "./project.ts";

/** Licences that ask for no more than their own text. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "PSF-2.0",
  "PostgreSQL",
  "Unlicense",
];
/** docs/decisions/0010-axe-core-in-tests-alone.md. */
const ONLY_IN_TESTS = ["axe-core"];

const Lock = z.object({
  packages: z.record(z.string(), z.object({ license: z.string().optional(), dev: z.boolean().optional() })),
});

Deno.test("every installed package has a permissive licence, and axe-core is a development dependency alone", async () => {
  const { packages } = Lock.parse(JSON.parse(await readProjectFile("package-lock.json")));
  const installed = Object.entries(packages).filter(([path]) => path !== "")
    .map(([path, { license = "none", dev = false }]) => ({
      name: path.split("node_modules/").at(-1) ?? path,
      license,
      dev,
    }));
  assert.ok(installed.length > 0);
  const others = installed.filter(({ license }) => !PERMISSIVE.includes(license));
  assert.deepEqual(others.map(({ name, dev }) => [name, dev]), ONLY_IN_TESTS.map((name) => [name, true]));
});

Deno.test("the package for apps depends on nothing that is for tests alone", async () => {
  const { dependencies } = z.object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readProjectFile("client-contract/package.json")));
  assert.deepEqual(Object.keys(dependencies).filter((name) => ONLY_IN_TESTS.includes(name)), []);
});
