// A minimal client with its seams, where mutants take hold: its methods, its requests (`http`, `server`), and the app's functions below them (`net`).
import type { BatchHeader } from "../../contract/batch.ts";
import { type App, Client } from "../../examples/minimal/client.ts";
import { minimalHost } from "../../examples/minimal/host.ts";
import type { Kept, State } from "../../examples/minimal/state.ts";
import type { DeltaPage, DeltaQuery } from "../../client/mod.ts";
import type { Host } from "../adapter/host.ts";

/** A client, and what its requests call. */
export type Broken = Client & { net: { fetch: typeof globalThis.fetch; getToken: App["getToken"] } };

/** Minimal clients that a mutant has broken. */
export const brokenHost = (patch: (client: Broken) => void): Host =>
  minimalHost((app, store) => {
    const net = { fetch: app.fetch ?? globalThis.fetch, getToken: app.getToken };
    const late: App = {
      ...app,
      fetch: (input, init) => net.fetch(input, init),
      getToken: (o) => net.getToken(o),
    };
    const client = Object.assign(new Client(late, store), { net });
    patch(client);
    return client;
  });

/** Changes each attempt at a batch. */
export function onPush(
  client: Broken,
  change: (header: BatchHeader, lines: readonly string[]) => [BatchHeader, readonly string[]],
): void {
  const { sync } = client.http;
  client.http.sync = (header, lines, o) => sync(...change(header, lines), o);
}

/** A reply, and the request that it answers. */
export interface Replied {
  url: URL;
  method: string;
  body: string;
  response: Response;
}

/** Sees each whole reply, and may put another one in its place. */
export function onReply(client: Broken, react: (replied: Replied) => Response | undefined): void {
  const { fetch } = client.net;
  client.net.fetch = async (input, init) => {
    const response = await fetch(input, init);
    const body = await response.clone().text();
    return react({ url: new URL(String(input)), method: init?.method ?? "GET", body, response }) ?? response;
  };
}

/** The same reply with another body. */
export const withBody = ({ response: { status, headers } }: Replied, body: string): Response =>
  new Response(body, { status, headers });

/** Does something with the state when the server answers with a code, before the sync goes on. */
export const onCode = (client: Broken, code: string, react: (state: State) => void): void =>
  onReply(client, ({ response, body }) => {
    if (!response.ok && body.includes(`"code":"${code}"`)) client.commit(react);
    return undefined;
  });

/** Changes the pages of a delta, or the query. */
export function onDelta(
  client: Broken,
  change: { query?: (query: DeltaQuery) => DeltaQuery; page?: (page: DeltaPage) => DeltaPage },
): void {
  const { delta } = client.server;
  client.server.delta = async function* (query = {}) {
    for await (const page of delta(change.query?.(query) ?? query)) yield change.page?.(page) ?? page;
  };
}

/** Changes each event when it is recorded. */
export function onRecord(client: Broken, change: (event: Kept, state: State) => void): void {
  const record = client.record.bind(client);
  client.record = (state, ...event) => {
    const id = record(state, ...event);
    const kept = state.outbox.at(-1);
    if (kept) change(kept, state);
    return kept?.id ?? id;
  };
}

/** Does something with the state after a failed sync. */
export function onFailure(client: Broken, react: (state: State, error: unknown) => void): void {
  const sync = client.sync.bind(client);
  client.sync = async () => {
    try {
      await sync();
    } catch (error) {
      client.commit((state) => react(state, error));
      throw error;
    }
  };
}

/** Does something else with a result. */
export function onResult(
  client: Broken,
  status: string,
  react: (event: Kept, code: string | undefined) => void,
): void {
  const settle = client.settle.bind(client);
  client.settle = (event, result) => {
    settle(event, result);
    if (result.status === status) react(event, result.code);
  };
}

/** Shows progress as if the events that are kept were others. */
export function onProgress(client: Broken, change: (event: Kept) => Kept): void {
  const progress = client.progress.bind(client);
  client.progress = () => {
    const { state } = client;
    client.state = { ...state, outbox: state.outbox.map(change) };
    try {
      return progress();
    } finally {
      client.state = state;
    }
  };
}

/** Does something else once all pages of a pull are there. */
export function onApply(client: Broken, react: (state: State, before: State) => void): void {
  const apply = client.apply.bind(client);
  client.apply = (state, changes, cursor) => {
    const before = structuredClone(state);
    apply(state, changes, cursor);
    react(state, before);
  };
}
