import assert from "node:assert/strict";
import { NetworkError, ProblemError, readRetryAfter, readRpcError } from "./client_error.ts";

Deno.test("Retry-After is read as seconds and as a date", () => {
  const now = Date.parse("2026-11-22T10:00:00Z");
  assert.equal(readRetryAfter("12", now), 12);
  assert.equal(readRetryAfter("Sun, 22 Nov 2026 10:00:30 GMT", now), 30);
  assert.equal(readRetryAfter("Sun, 22 Nov 2026 09:00:00 GMT", now), 0);
  assert.equal(readRetryAfter("soon", now), undefined);
  assert.equal(readRetryAfter(null, now), undefined);
});

Deno.test("an RPC error is classified by its SQLSTATE, or else by its status", () => {
  const read = (code: string, status: number, details = "") =>
    readRpcError({ code, message: "m", details }, status);
  const drafts = read("CR004", 400, "abc");
  assert.ok(drafts instanceof ProblemError);
  assert.deepEqual([drafts.code, drafts.status, drafts.info, drafts.retryable], [
    "drafts_moved",
    409,
    "abc",
    false,
  ]);
  const codes = [["55P03", 500], ["PGRST301", 401], ["PGRST202", 404], ["XX000", 500]] as const;
  assert.deepEqual(
    codes.map(([code, status]) => {
      const error = read(code, status);
      return error instanceof ProblemError && error.code;
    }),
    ["busy", "unauthenticated", "not_found", "internal"],
  );
  assert.ok(read("", 0) instanceof NetworkError);
});

Deno.test("an error with an unknown code is classified by its status", () => {
  const retryable = (status: number) =>
    new ProblemError({ code: "code_of_tomorrow", status, message: "" }).retryable;
  assert.deepEqual([400, 429, 503].map(retryable), [false, true, true]);
});
