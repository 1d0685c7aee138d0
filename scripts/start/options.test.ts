// Where the settings of `npm start` come from.
import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../command/command.ts";
import { readProjectConfig } from "../local/config.ts";
import { resolveConfig } from "./options.ts";
import { CARREL } from "./project.ts";

const PROJECT = { projectId: "test", apiPort: 54321, databasePort: 54322, functions: new Map() };

function refused(what: () => unknown): string {
  try {
    what();
  } catch (error) {
    assert(error instanceof UsageError, String(error));
    return error.message;
  }
  throw new Error("it was accepted");
}

Deno.test("the command line overrides the environment, which overrides the file", () => {
  const env = { CARREL_API_PORT: "6001", CARREL_DB_PORT: "6002", CARREL_FUNCTIONS: "child" };
  const config = resolveConfig(PROJECT, { "api-port": "7001" }, env);
  assert.equal(config.apiPort, 7001);
  assert.equal(config.databasePort, 6002);
  assert.equal(config.functionsMode, "child");
  assert.equal(resolveConfig(PROJECT, {}, {}).functionsMode, "in-process");
  assert.ok(resolveConfig(PROJECT, {}, {}).dataFolder.endsWith(join(".carrel", "local")));
});

Deno.test("a value out of range is refused with the name of its source", () => {
  for (const value of ["0", "65536", "-1", "1.5", "eighty", ""]) {
    assert.match(
      refused(() => resolveConfig(PROJECT, { "api-port": value }, {})),
      /--api-port takes a whole number/,
    );
  }
  assert.match(
    refused(() => resolveConfig(PROJECT, {}, { CARREL_DB_PORT: "x" })),
    /CARREL_DB_PORT takes a whole number/,
  );
  assert.match(refused(() => resolveConfig(PROJECT, { functions: "docker" }, {})), /in-process or child/);
  assert.match(
    refused(() => resolveConfig(PROJECT, { "api-port": "54322" }, {})),
    /can't both use port 54322/,
  );
});

Deno.test("the committed config.toml names the documented ports and functions without the platform's token check", async () => {
  const config = await readProjectConfig(CARREL);
  assert.equal(config.projectId, "carrel");
  assert.equal(config.apiPort, 54321);
  assert.equal(config.databasePort, 54322);
  assert.deepEqual(config.functions.get("content"), { enabled: true, verifyJwt: false });
  assert.deepEqual(config.functions.get("sync"), { enabled: true, verifyJwt: false });
});
