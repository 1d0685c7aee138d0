import assert from "node:assert/strict";
import { boundaryOf, parseForm } from "./form.ts";

async function roundTrip(form: FormData) {
  const request = new Request("http://x/", { method: "POST", body: form });
  const boundary = boundaryOf(request.headers.get("content-type") ?? "") ?? "";
  return parseForm(await request.bytes(), boundary);
}

Deno.test("the texts and files of a form are parsed, even a file without a name", async () => {
  const bytes = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
  const form = new FormData();
  form.append("cacheControl", "3600");
  form.append("metadata", '{"title":"Über"}');
  form.append("", new Blob([bytes, "\r\n--x\r\n\r\n"], { type: "image/png" }));
  const parts = await roundTrip(form);
  assert.deepEqual(parts?.map(({ name, filename, type }) => [name, filename !== undefined, type]), [
    ["cacheControl", false, undefined],
    ["metadata", false, undefined],
    ["", true, "image/png"],
  ]);
  assert.equal(new TextDecoder().decode(parts?.[1]?.bytes), '{"title":"Über"}');
  assert.deepEqual(parts?.[2]?.bytes.subarray(0, 1024), bytes);
  assert.equal(parts?.[2]?.bytes.length, 1024 + 9);
});

Deno.test("an incomplete form or another body is refused", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  for (const text of ["", "hello", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data\r\n\r\nx"]) {
    assert.equal(parseForm(encode(text), "b"), undefined, text);
  }
  assert.deepEqual(parseForm(encode("--b--"), "b"), []);
  assert.equal(boundaryOf("multipart/form-data"), undefined);
  assert.equal(boundaryOf('multipart/form-data; boundary="a b"'), "a b");
});
