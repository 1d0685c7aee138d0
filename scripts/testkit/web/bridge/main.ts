// Starts and kills workers for the conformance kit, and carries its lines.
/// <reference lib="dom" />

/** What the kit calls in the page. */
interface Bridge {
  /** Starts a client whose database is in this folder of OPFS. */
  start(folder: string): number;
  /** Sends a line, and gives the line that answers it. */
  send(client: number, line: string): Promise<string>;
  /** What a subject of the vectors gives for inputs, as JSON. */
  run(client: number, subject: string, inputs: unknown[]): Promise<string>;
  kill(client: number): void;
}

declare global {
  var bridge: Bridge;
}

const workers: Worker[] = [];

function ask(client: number, message: unknown): Promise<string> {
  const worker = workers[client];
  return new Promise((resolve, reject) => {
    if (!worker) throw new Error(`there is no client ${client}`);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(message);
  });
}

globalThis.bridge = {
  start(folder) {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.postMessage({ folder });
    return workers.push(worker) - 1;
  },
  send: (client, line) => ask(client, { line }),
  run: (client, subject, inputs) => ask(client, { subject, inputs }),
  kill: (client) => workers[client]?.terminate(),
};
