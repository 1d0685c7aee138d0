// The cases for servers against the real functions' handlers over a database of their own.
import assert from "node:assert/strict";
import { startTestServer, testToken } from "../../../scripts/testkit/device/server.ts";
import { casesOf } from "../requirement.ts";
import { drafts } from "../server/curriculum.ts";
import { fetchOf } from "../server/http.ts";
import { ScriptedServer } from "../server/server.ts";
import { runServer, SERVER_THEMES } from "./mod.ts";

Deno.test("K2: Carrel's functions pass every case of the kit for servers", async () => {
  await using server = await startTestServer();
  const target = {
    url: "http://carrel.test",
    token: testToken(crypto.randomUUID()),
    fetch: (input: URL | RequestInfo, init?: RequestInit) => server.handle(new Request(input, init)),
  };
  const failures: string[] = [];
  for await (const { id, verdict, reason } of runServer(casesOf(SERVER_THEMES), target)) {
    if (verdict !== "passed") failures.push(`${id}: ${reason}`);
  }
  assert.deepEqual(failures, []);
});

Deno.test("K2: the cases for servers find the rules that the scripted server does not keep", async () => {
  const server = new ScriptedServer();
  await server.content.publish(drafts(3, 1, 3));
  const target = {
    url: "http://carrel.test",
    token: testToken(crypto.randomUUID()),
    fetch: fetchOf((request) => server.handle(request)),
  };
  const failed = new Set<string>();
  for await (const { requirement, verdict } of runServer(casesOf(SERVER_THEMES), target)) {
    if (verdict === "failed") failed.add(requirement);
  }
  // It checks no limits of pages, no media types, no fields of events, and no signatures. What it does is right.
  assert.deepEqual([...failed].sort(), ["SCO-4", "SER-1", "SPL-3", "SPU-1", "SPU-3", "SPU-4", "SPU-5"]);
});
