// A running kernel of the Dart package's tests: first it reports its tests, then it answers inputs of subjects, a line each.
import { TextLineStream } from "@std/streams/text-line-stream";
import { z } from "zod";
import { root } from "../project.ts";
import type { Dart } from "./find.ts";
import { PACKAGE } from "./kernel.ts";

const Report = z.object({ name: z.string(), failure: z.string().nullable() });
/** What came of one input. */
export const Answer = z.union([z.object({ output: z.unknown() }), z.object({ error: z.string() })]);
export type Answer = z.infer<typeof Answer>;

/** One test of the package. */
export type DartTest = z.infer<typeof Report>;

/** A process that runs the kernel. */
export class DartSession implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #lines: ReadableStreamDefaultReader<string>;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #errors: Promise<string>;

  constructor({ program }: Dart, kernel: string, seed: number) {
    this.#child = new Deno.Command(program, {
      args: [kernel],
      env: { CARREL_SEED: String(seed) },
      cwd: `${root}/${PACKAGE}`,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#input = this.#child.stdin.getWriter();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.read();
    if (done) throw new Error(`The Dart process has ended: ${await this.#errors}`);
    return value;
  }

  /** The results of all tests. Called once, before the first question. */
  async tests(): Promise<DartTest[]> {
    const tests: DartTest[] = [];
    for (let line = await this.#line(); line !== "{}"; line = await this.#line()) {
      tests.push(Report.parse(JSON.parse(line)));
    }
    return tests;
  }

  /** What Dart makes of some inputs of one subject. */
  async ask(subject: string, inputs: readonly unknown[]): Promise<Answer[]> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify({ subject, inputs })}\n`));
    return z.array(Answer).parse(JSON.parse(await this.#line()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.cancel();
    await this.#child.status;
    await this.#errors;
  }
}
