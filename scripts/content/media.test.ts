// Media from the importer's folder to a learner, against the local stack: what is uploaded, who may fetch it, and what is refused.
import { createHash } from "node:crypto";
import { join } from "node:path";
import assert from "node:assert/strict";
import postgres from "postgres";
import { createClient } from "../../client-contract/client/client.ts";
import { newLearner, startBench } from "../../supabase/tests/functions/bench.ts";
import { runCommand } from "../testkit/run_command.ts";
import * as command from "./import.ts";
import { question } from "./import_bench.ts";
import { checkMedia, mediaOf, uploadMedia } from "./media.ts";
import { MAX_MEDIA_BYTES, MEDIA_TYPES } from "./media_type.ts";

const stack = await startBench();
const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  await sql.end({ timeout: 5 });
  await stack[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Writes a picture, and gives its reference. */
async function picture(path: string, seed: number, size = 5000) {
  const bytes = Uint8Array.from({ length: size }, (_, n) => PNG[n] ?? (n * seed) % 251);
  await Deno.mkdir(join(folder, path, ".."), { recursive: true });
  await Deno.writeFile(join(folder, path), bytes);
  return { path, bytes: size, sha256: createHash("sha256").update(bytes).digest("hex"), mime: "image/png" };
}

async function importLines(lines: object[], ...args: string[]) {
  const file = join(folder, "curriculum.jsonl");
  await Deno.writeTextFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  Deno.env.set("SUPABASE_URL", stack.apiUrl);
  Deno.env.set("SUPABASE_SECRET_KEY", stack.secretKey);
  try {
    return await runCommand(command, [file, "--db-url", stack.dbUrl(), "--media", folder, ...args]);
  } finally {
    Deno.env.delete("SUPABASE_URL");
    Deno.env.delete("SUPABASE_SECRET_KEY");
  }
}

Deno.test("C1, I9: an import uploads media once, a learner fetches those of the release, and a draft's file stays closed", async () => {
  const [tide, moon] = [await picture("sea/tide.png", 7), await picture("moon.png", 11)];
  const lines = [
    question("a/1", { media: [tide, moon] }),
    question("a/2", { media: [{ ...tide, path: "sea/tide.png" }] }),
  ];
  const dry = await importLines(lines, "--dry-run");
  assert.match(dry.stdout, /^media: {5}2 checked$/m, dry.stderr);
  const first = await importLines(lines);
  assert.match(first.stdout, /^media: {5}2 uploaded, 0 present$/m, first.stderr);
  const second = await importLines(lines);
  assert.match(second.stdout, /^media: {5}0 uploaded, 2 present$/m);

  const { token } = await newLearner(stack);
  const client = createClient({
    url: stack.apiUrl,
    publishableKey: stack.publishableKey,
    getToken: () => token,
  });
  assert.equal((await client.mediaUrls([tide, moon])).size, 0, "a draft's files are closed");
  await sql`select public.publish_release('with media')`;
  const later = await picture("later.png", 13);
  await importLines([...lines, question("a/3", { media: [later] })]);
  const urls = await client.mediaUrls([tide, moon, later]);
  assert.deepEqual([...urls.keys()].toSorted(), [tide.sha256, moon.sha256].toSorted());
  for (const file of [tide, moon]) {
    const response = await fetch(urls.get(file.sha256) ?? "");
    const bytes = new Uint8Array(await response.arrayBuffer());
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.equal(createHash("sha256").update(bytes).digest("hex"), file.sha256);
  }
  const forged = (urls.get(tide.sha256) ?? "").replace(tide.sha256, later.sha256);
  assert.equal(
    (await fetch(forged).then(async (r) => (await r.body?.cancel(), r))).ok,
    false,
    "a URL is of one file",
  );
  assert.equal((await client.mediaUrls([])).size, 0);
});

Deno.test("C1: nothing is uploaded or imported if a file is missing, changed, too large, of another type or outside of the folder", async () => {
  const [good, other] = [await picture("good.png", 17), await picture("other.png", 18)];
  const [{ before } = { before: 0 }] = await sql<
    { before: number }[]
  >`select count(*)::int as before from storage.objects where bucket_id = 'media'`;
  await Deno.symlink("/etc/hostname", join(folder, "link.png"));
  const host = await Deno.readFile("/etc/hostname");
  const link = {
    path: "link.png",
    bytes: host.length,
    sha256: createHash("sha256").update(host).digest("hex"),
    mime: "image/png",
  };
  const cases: [object, RegExp][] = [
    [{ ...other, path: "gone.png" }, /line 2: media gone\.png: it is not in the folder/],
    [{ ...other, path: "good.png/a.png" }, /media good\.png\/a\.png: it is not in the folder/],
    [{ ...other, path: "a".repeat(400) }, /media a{400}: it is not in the folder/],
    [{ ...other, bytes: 4999 }, /it has 5000 bytes, not 4999/],
    [{ ...other, sha256: "0".repeat(64) }, /it has another sha256/],
    [{ ...other, mime: "image/webp" }, /it does not begin as image\/webp does/],
    [{ ...other, mime: "image/svg+xml" }, /image\/svg\+xml is no type that the bucket takes/],
    [{ ...other, bytes: MAX_MEDIA_BYTES + 1 }, /bytes are more than/],
    [link, /it leads out of the folder/],
  ];
  for (const [file, said] of cases) {
    const { code, stderr } = await importLines([
      question("b/1", { media: [good] }),
      question("b/2", { media: [Object(file)] }),
    ]);
    assert.equal(code, 1);
    assert.match(stderr, said);
  }
  const two = await importLines([
    question("b/1", { media: [good] }),
    question("b/2", { media: [{ ...good, bytes: 1 }] }),
  ]);
  assert.match(two.stderr, /line 2: media good\.png is another file in line 1/);
  const [{ after } = { after: -1 }] = await sql<
    { after: number }[]
  >`select count(*)::int as after from storage.objects where bucket_id = 'media'`;
  assert.equal(after, before);
  assert.equal((await sql`select from content.question where key like 'b/%'`).length, 0);
});

Deno.test("C1: an import without an upload names the files that are neither in the bucket nor beside the curriculum file", async () => {
  const [stored, beside, edited] = [
    await picture("stored.png", 37),
    await picture("beside.png", 41),
    await picture("edited.png", 43),
  ];
  await importLines([question("d/1", { media: [stored] })]);
  await Deno.remove(join(folder, "stored.png"));
  // The last two can be no files: one would be below a file, and no name is so long.
  const gone = ["gone/0.png", "gone/1.png", "gone/2.png", "gone/3.png", "beside.png/4.png", "5".repeat(400)]
    .map((path, n) => ({ ...edited, path, sha256: `${n}`.repeat(64) }));
  // Lines that are in the drafts already are named as well, and a hash once.
  const lines = [
    question("d/1", { media: [stored, beside] }),
    question("d/2", { media: gone.slice(0, 3) }),
    question("d/3", { media: [...gone.slice(2)] }),
  ];
  const file = join(folder, "curriculum.jsonl");
  await Deno.writeTextFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  for (const round of ["first", "repeated"]) {
    const { stdout, stderr } = await runCommand(command, [file, "--db-url", stack.dbUrl()]);
    assert.equal(stderr, "", round);
    const said = stdout.split("\n").filter((line) => /^\? media_missing|^ {4}/.test(line));
    assert.deepEqual(said, [
      "? media_missing: 6 files are neither in the bucket nor beside the curriculum file",
      ...[0, 1, 2].map((n) => `    line 2: gone/${n}.png`),
      "    line 3: gone/3.png",
      "    line 3: beside.png/4.png",
      "    and 1 more (--json)",
    ], round);
  }
  const { stdout } = await runCommand(command, [file, "--db-url", stack.dbUrl(), "--json", "--dry-run"]);
  const { missingFiles } = JSON.parse(stdout);
  assert.deepEqual(
    missingFiles.map(({ sha256 }: { sha256: string }) => sha256),
    gone.map(({ sha256 }) => sha256),
  );
});

Deno.test("C1: an upload that was cut off goes on with what is missing, and Storage's refusals are told", async () => {
  const files = await Promise.all(
    [19, 23, 29].map(async (seed, n) => ({ ...await picture(`cut/${n}.png`, seed), line: n + 1 })),
  );
  const [one] = files;
  assert.ok(one);
  const target = { apiUrl: stack.apiUrl, secretKey: stack.secretKey };
  await uploadMedia(target, folder, [one]);
  assert.deepEqual(await uploadMedia(target, folder, files), { uploaded: 2, present: 1, bytes: 10_000 });
  await assert.rejects(
    uploadMedia({ ...target, secretKey: stack.publishableKey }, folder, [{
      ...one,
      ...await picture("new.png", 31),
    }]),
    /Storage refused new\.png/,
  );
  await Deno.writeTextFile(join(folder, "cut/0.png"), "edited");
  await assert.rejects(checkMedia(folder, [one]), /it has 6 bytes, not 5000/);
});

Deno.test("C1: the importer and the bucket know the same types and the same size", async () => {
  const [bucket] =
    await sql`select allowed_mime_types as types, file_size_limit::int as size from storage.buckets where id = 'media'`;
  assert.deepEqual(bucket?.types.toSorted(), Object.keys(MEDIA_TYPES).toSorted());
  assert.equal(bucket?.size, MAX_MEDIA_BYTES);
  const begins: Record<string, string> = {
    "image/gif": "GIF89a",
    "image/webp": "RIFF....WEBP",
    "audio/wav": "RIFF....WAVE",
    "audio/mpeg": "ID3",
    "audio/ogg": "OggS",
    "audio/mp4": "....ftypM4A ",
    "video/mp4": "....ftypisom",
    "application/pdf": "%PDF-1.7",
  };
  for (const [type, text] of Object.entries(begins)) {
    assert.ok(MEDIA_TYPES[type]?.(new TextEncoder().encode(text)), type);
    assert.equal(MEDIA_TYPES[type]?.(new TextEncoder().encode("<script>")), false, type);
  }
});

Deno.test("C1: lines that can't be read are left to the import, and a line without media names none", () => {
  const encode = (lines: string[]) => lines.map((line) => new TextEncoder().encode(line));
  assert.deepEqual(mediaOf(encode(['{"key": "a"}', '{"media": [1]}', '{"media"', '{"media": null}'])), []);
});
