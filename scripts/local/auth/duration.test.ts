import assert from "node:assert/strict";
import { parseDuration } from "./duration.ts";

Deno.test("durations are parsed like in Go", () => {
  const read = {
    "24h": 86_400_000,
    "1h30m": 5_400_000,
    "-1.5s": -1500,
    ".5ms": 0.5,
    "0": 0,
    "876000h": 3.1536e12,
  };
  for (const [text, milliseconds] of Object.entries(read)) {
    assert.equal(parseDuration(text), milliseconds, text);
  }
  for (const text of ["", "24", "h", "1d", "1 h", "none", "1h-30m", "99999999h"]) {
    assert.throws(() => parseDuration(text), { code: "validation_failed" }, text);
  }
});
