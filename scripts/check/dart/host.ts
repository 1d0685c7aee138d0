// Runs the conformance kit's clients in one Dart process, one after the other. A process each would spend most of the time on starting, above
// all where the VM is emulated. The adapter ends a client by `abandon`: its file is closed, and it gets no answer any more.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TextLineStream } from "@std/streams/text-line-stream";
import { type ClientRun, type Host, Killed } from "../../../client-contract/conformance/adapter/host.ts";
import { AdapterError } from "../../../client-contract/conformance/adapter/protocol.ts";
import { listen } from "../../../client-contract/conformance/server/http.ts";
import type { Dart } from "./find.ts";
import { ADAPTER } from "./kernel.ts";

const ABANDON = '{"do":"abandon"}';

/** A process that is one client after the other. */
export class WarmHost implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #lines: ReadableStreamDefaultReader<string>;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #waiting: PromiseWithResolvers<string>[] = [];
  #reading: Promise<void>;

  constructor({ program }: Dart, kernel: string) {
    const stdio = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
    this.#child = new Deno.Command(program, { args: [kernel, ADAPTER], ...stdio }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for (let { value, done } = await this.#lines.read(); !done; { value, done } = await this.#lines.read()) {
      this.#waiting.shift()?.resolve(value ?? "");
    }
    for (const { reject } of this.#waiting) reject(new AdapterError("The Dart process has ended."));
  }

  async #say(line: string): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
    return await answer.promise;
  }

  #start(): ClientRun {
    let end: (error: Error) => void = () => {};
    let isOver = false;
    const ended = new Promise<never>((_, reject) => end = reject);
    ended.catch(() => {});
    return {
      send: (command) => Promise.race([this.#say(JSON.stringify(command)), ended]),
      kill: async () => {
        if (isOver) return;
        isOver = true;
        end(new Killed("killed"));
        // A command in progress has no answer.
        this.#waiting.length = 0;
        await this.#say(ABANDON);
      },
    };
  }

  /** Makes the place of one case. */
  readonly host: Host = async (server) => {
    const listening = await listen((request) => server.handle(request));
    const storage = await mkdtemp(join(tmpdir(), "carrel-conformance-"));
    let current: ClientRun | undefined;
    return {
      url: listening.url,
      storage,
      start: () => current = this.#start(),
      async [Symbol.asyncDispose]() {
        await current?.kill();
        await listening[Symbol.asyncDispose]();
        await rm(storage, { recursive: true, force: true });
      },
    };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#reading;
    await this.#child.status;
  }
}
