// A curriculum in the shape of a real one, for benchmarks of the device: 50,160 questions of about 800 bytes in 22 domains and 264 skills. A server
// in memory makes each answer once, so that only the device is measured.
import { ContentServer } from "../testkit/device/content_server.ts";
import { type Draft, drafts } from "../../client-contract/conformance/server/curriculum.ts";
import { seededRandom } from "../testkit/device/random.ts";
import type { Handle } from "../testkit/device/server.ts";

const [DOMAINS, SKILLS, QUESTIONS] = [22, 12, 190];
const WORDS =
  "the of energy which following statement best describes a cell patient court under contract law velocity mass however probability sample theory"
    .split(" ");

/** The server, and what publishes its releases. */
export interface DeviceContent {
  server: ContentServer;
  handle: Handle;
  /** Publishes another release with this number of edited questions. */
  edit(questions: number): Promise<void>;
}

/** Publishes the first release. */
export async function deviceContent(): Promise<DeviceContent> {
  const random = seededRandom(16);
  const text = (characters: number) => {
    let words = "";
    while (words.length < characters) words += `${WORDS[Math.floor(random() * WORDS.length)]} `;
    return words.trim();
  };
  const choice = () => text(10 + random() * 90);
  const rows = new Map<string, Draft>();
  for (const [key, row] of drafts(DOMAINS, SKILLS, QUESTIONS)) {
    const isQuestion = row.kind === "question";
    const choices = [choice(), choice(), choice(), choice()];
    rows.set(key, isQuestion ? { ...row, prompt: text(60 + random() * 400), choices } : row);
  }
  const server = new ContentServer();
  await server.publish(rows);
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    server,
    async handle(request) {
      const known = kept.get(request.url);
      if (known) return new Response(known);
      const response = await server.handle(request);
      if (request.method !== "GET" || !response.ok) return response;
      const bytes = new Uint8Array(await response.arrayBuffer());
      kept.set(request.url, bytes);
      return new Response(bytes);
    },
    async edit(questions) {
      const all = [...rows].filter(([, { kind }]) => kind === "question");
      for (let n = 0; n < questions; n++) {
        const [key, row] = all[Math.floor(random() * all.length)] ?? [];
        if (key && row?.kind === "question") rows.set(key, { ...row, prompt: text(200) });
      }
      await server.publish(rows);
    },
  };
}
