// The Storage stand-in: hosted's contract, and what is only true here.
import assert from "node:assert/strict";
import { storageContract } from "../contract/storage.ts";
import { openTarget } from "../contract/target.ts";

const target = await openTarget();
Deno.test.afterAll(async () => {
  await target[Symbol.asyncDispose]();
});
storageContract(target);

Deno.test("an unsupported request is refused with a sentence", async () => {
  for (
    const path of ["/object/copy", "/object/move", "/upload/resumable", "/render/image/public/a/b", "/s3/a"]
  ) {
    const response = await fetch(`${target.url}/storage/v1${path}`, {
      method: "POST",
      headers: { apikey: target.secretKey },
    });
    const { statusCode, error, message } = await response.json();
    assert.deepEqual([response.status, statusCode, error], [501, "501", "not_implemented"]);
    assert.match(message, /local Storage does not do this/);
  }
});
