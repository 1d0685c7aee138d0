import assert from "node:assert/strict";
import { parseProjectConfig } from "./config.ts";
import { UserError } from "./user_error.ts";

function refused(what: () => unknown): string {
  try {
    what();
  } catch (error) {
    assert(error instanceof UserError, String(error));
    return error.message;
  }
  throw new Error("it was accepted");
}

Deno.test("a function without settings is enabled and verifies tokens, as on hosted", () => {
  const config = parseProjectConfig(
    'project_id = "x"\n[db]\nmajor_version = 17\n[functions.a]\n',
    "config.toml",
  );
  assert.deepEqual(config.functions.get("a"), { enabled: true, verifyJwt: true });
});

Deno.test("an invalid config.toml is refused with its name and the setting", () => {
  assert.match(
    refused(() => parseProjectConfig("project_id = ", "config.toml")),
    /config\.toml is not valid TOML/,
  );
  const text = 'project_id = "x"\n[db]\nmajor_version = 15\nport = 70000\n';
  const message = refused(() => parseProjectConfig(text, "config.toml"));
  assert.match(message, /db\.major_version/);
  assert.match(message, /db\.port/);
});
