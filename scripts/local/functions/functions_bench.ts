// What the tests of the functions host are made of: a host on the fixtures without a database, and assertions.
import assert from "node:assert/strict";
import { join } from "node:path";
import { openKeys, type ProjectKeys } from "../keys.ts";
import type { ServiceContext } from "../service.ts";
import { FIXTURE } from "../testing.ts";
import { createFunctions, type FunctionsOptions, type FunctionsService } from "./service.ts";

/** The folder of the fixtures. */
export const FIXTURES = join(FIXTURE.supabaseFolder, "functions");
/** The address that functions take for their project's. */
export const API = "http://127.0.0.1:9";
const OPEN = { enabled: true, verifyJwt: false };

/** A functions host for one test. */
export interface Host extends AsyncDisposable {
  service: FunctionsService;
  keys: ProjectKeys;
  /** What was logged. */
  lines: string[];
  /** Sets how long a response may take to begin, from the next request on; hosted's 150 s without a number. */
  limit(ms?: number): void;
  /** Asks `/functions/v1/<path>`. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts a host. */
export async function host(o: Partial<FunctionsOptions> = {}): Promise<Host> {
  const folder = await Deno.makeTempDir();
  const keys = await openKeys(join(folder, "keys.json"), API);
  const lines: string[] = [];
  const context: ServiceContext = {
    keys,
    apiUrl: API,
    databaseUrl: (role) => `postgresql://${role}@127.0.0.1:1/postgres`,
    log: (line) => lines.push(line),
  };
  const names = [
    "echo",
    "serve_options",
    "serve_object",
    "default_fetch",
    "behave",
    "boot_error",
    "no_handler",
  ];
  const config = new Map(names.map((name) => [name, OPEN]));
  config.set("disabled", { enabled: false, verifyJwt: false });
  const options: FunctionsOptions = {
    folder: FIXTURES,
    mode: "in-process",
    isolates: 1,
    config,
    functionEnv: FIXTURE.functionEnv,
    env: {},
    ...o,
  };
  const service = await createFunctions(context, options);
  return {
    service,
    keys,
    lines,
    limit: (ms) => options.limitMs = ms,
    get: (path, init) => service.fetch(new Request(`${API}/functions/v1/${path}`, init), "", "127.0.0.7"),
    async [Symbol.asyncDispose]() {
      await service.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Reads a response, which must be the host's error of that code and tell no secrets. */
export async function assertError(response: Response, status: number, code: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("sb-error-code"), code);
  const text = await response.text();
  assert.equal(JSON.parse(text).code, code);
  assert.doesNotMatch(text, /secret/);
}
