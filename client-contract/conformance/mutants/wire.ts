// Mutants of the rules that every client has, made from outside: so they break a client of any language.
import { mutants } from "./mutant.ts";
import { afterSync, instead, onPath, onReply, type Outside, textOf, withBody } from "./outside.ts";
import {
  ALL,
  type Answer,
  DELTA,
  DROP_UNSENT,
  ignoreRetryAfter,
  onCode,
  onEvents,
  onFailure,
  onHeader,
  onPush,
  onResults,
  PULL,
  PUSH,
  SYNC,
} from "./wire_layers.ts";

export const WIRE_MUTANTS = mutants<Outside>({
  "makes a new id for each attempt": [["OUT-1"], (outside) => {
    const sent = new Map<string, number>();
    onEvents(outside, (line) =>
      line.replace(/"id":"(.{24})(..)"/, (text, head: string, tail: string) => {
        const attempt = (sent.get(head + tail) ?? 0) + 1;
        sent.set(head + tail, attempt);
        return attempt === 1 ? text : `"id":"${head}${10 + attempt}"`;
      }));
  }],
  "stamps events with the time of the attempt": [
    ["OUT-1"],
    (outside) =>
      onEvents(
        outside,
        (line, attempt) =>
          line.replace(/("occurred_at":"[^"]+)\d\d(Z")/, (_, head: string, tail: string) =>
            `${head}${10 + attempt % 90}${tail}`),
      ),
  ],
  "drops what could not be sent": [["OUT-2"], (outside) =>
    afterSync(outside, async ({ result }) => {
      if (result === "failed") { for (const sql of DROP_UNSENT) await outside.run(sql); }
    })],
  "sends the newest events first": [["OUT-3"], (outside) => {
    onResults(outside, (results) => results.toReversed());
    onPush(outside, ([header = "", ...lines]) => [header, ...lines.toReversed()]);
  }],
  "says that the learner lives in Greenwich": [
    ["OUT-4"],
    (outside) => instead(outside, "init", (command, next) => next({ ...command, utc_offset_minutes: 0 })),
  ],
  "makes a new batch id for each retry": [["OUT-6"], (outside) =>
    onHeader(outside, (header, attempt) => ({
      ...header,
      batch_id: String(header.batch_id).slice(0, -2) + (10 + attempt % 90),
    }))],
  "does not say what it holds": [
    ["OUT-7"],
    (outside) => onHeader(outside, ({ content_version: _, ...header }) => header),
  ],
  "sends delivered events again": [
    ["OUT-8"],
    (outside) =>
      afterSync(
        outside,
        () =>
          outside.run("update outbox set state = 'pending', delivered_at = null where state = 'delivered'"),
      ),
  ],
  "forgets delivered events at once": [
    ["OUT-9"],
    (outside) => afterSync(outside, () => outside.run("delete from outbox where state = 'delivered'")),
  ],
  "gives up after the first lost reply": [
    ["RTY-1"],
    (outside) =>
      onFailure(outside, PUSH, ({ delivery }) => delivery === "nothing" || delivery === "half", 400),
  ],
  "ignores Retry-After": [["RTY-2"], (outside) => ignoreRetryAfter(outside, PUSH)],
  "repeats what is refused for good": [
    ["RTY-5"],
    (outside) => onFailure(outside, PUSH, ({ status }) => status >= 400 && status < 429, 503),
  ],
  "does not fetch a delta again": [
    ["RTY-6"],
    (outside) =>
      onFailure(outside, DELTA, ({ delivery, status }) => delivery !== "whole" || status >= 500, 400),
  ],
  "ignores Retry-After of content and of pulls": [["RTY-7"], (outside) => {
    ignoreRetryAfter(outside, DELTA);
    ignoreRetryAfter(outside, PULL);
  }],
  "takes every result for a success": [
    ["RES-2"],
    (outside) => onResults(outside, (results) => results.map(({ id }) => ({ id, status: "applied" }))),
  ],
  "drops quarantined events": [
    ["RES-2"],
    (outside) => afterSync(outside, () => outside.run("delete from outbox where state = 'quarantined'")),
  ],
  "sends at once what the server wants later": [
    ["RES-3"],
    (outside) =>
      instead(outside, "sync", async (command, next) => {
        await outside.run("update outbox set retry_at = null");
        return await next(command);
      }),
  ],
  "lets one event stop the others": [
    ["RES-4"],
    (outside) =>
      onResults(
        outside,
        (results) =>
          results.every(({ status }) => status === "applied" || status === "duplicate")
            ? results
            : results.map(({ id }) => ({ id, status: "retry", code: "busy", retry_after_s: 60 })),
      ),
  ],
  "fills up results that are missing": [
    ["RES-6"],
    (outside) =>
      onResults(
        outside,
        (results, lines) =>
          lines.map((line, place) => results[place] ?? { id: JSON.parse(line).id, status: "applied" }),
      ),
  ],
  "writes the JSON of rows anew": [
    ["CON-1"],
    (outside) =>
      afterSync(outside, () => outside.run(`update content_row set body = replace(body, '":', '": ')`)),
  ],
  "fetches the snapshot each time": [
    ["CON-2"],
    (outside) =>
      onPath(
        outside,
        DELTA,
        (request, next) => next({ ...request, url: request.url.replace(/since=\d+/, "since=0") }),
      ),
  ],
  "shows half of a delta": [["CON-3"], (outside) =>
    afterSync(outside, async ({ result }) => {
      if (result !== "failed") return;
      await outside.run(`
        update content_row set body = (select s.body from content_staged s where s.id = content_row.id)
        where id in (select id from content_staged)`);
    })],
  "deletes its copy before it has the new one": [
    ["CON-7"],
    (outside) =>
      onPath(outside, DELTA, async (request, next) => {
        const reply = await next(request);
        if (/"code":"(?:history_changed|cursor_)/.test(textOf(reply))) {
          await outside.run("delete from content_row");
        }
        return reply;
      }),
  ],
  "asks for content with each sync": [["CON-9"], (outside) =>
    onPath(outside, PUSH, async (request, next) => {
      const reply = await next(request);
      const { "content-encoding": _, ...headers } = request.headers;
      const url = "/functions/v1/content/delta?schema=2&since=0";
      await next({ ...request, headers, method: "GET", url, body: new Uint8Array() });
      return reply;
    })],
  "does not name its content schema": [
    ["CON-10"],
    (outside) =>
      onPath(
        outside,
        / .*\/content\//,
        (request, next) => next({ ...request, url: request.url.replace(/([?&])schema=\d+/, "$1v=1") }),
      ),
  ],
  "does not tell that an update is required": [
    ["STE-5", "CON-11", "CON-12"],
    (outside) =>
      instead(outside, "dump", async (command, next) => ({ ...await next(command), must_update: null })),
  ],
  "sends batches of the size it likes": [
    ["STE-1"],
    (outside) => onReply(outside, SYNC, (text) => text.replace(/"batch_events":\d+/, '"batch_events":500')),
  ],
  "deletes what it has when it is revoked": [
    ["STE-3"],
    (outside) => onCode(outside, "device_revoked", DROP_UNSENT),
  ],
  "refuses fields that it does not know": [
    ["STE-4"],
    (outside) => onFailure(outside, ALL, (reply) => textOf(reply).includes("tomorrow"), 400),
  ],
  "repeats only what Carrel calls retryable": [
    ["STE-6"],
    (outside) =>
      onFailure(outside, ALL, (reply) => reply.status >= 429 && textOf(reply).startsWith("<html>"), 400),
  ],
  "pulls one page": [
    ["PUL-3"],
    (outside) => onReply(outside, SYNC, (text) => text.replace('"more":true', '"more":false')),
  ],
  "forgets its cursor when it starts": [
    ["PUL-2"],
    (outside) =>
      instead(outside, "init", async (command, next) => {
        await outside.run("update sync_state set pull_cursor = null");
        return await next(command);
      }),
  ],
  "pulls without the batch's token": [
    ["PUL-5"],
    (outside) =>
      onPath(
        outside,
        PULL,
        (request, next) => next({ ...request, url: request.url.replace(/([?&])at_least=[^&]*/, "$1v=1") }),
      ),
  ],
  "shows rows that were taken back": [
    ["PUL-7"],
    (outside) => onReply(outside, SYNC, (text) => text.replaceAll('"voided":true', '"voided":false')),
  ],
  "does not ask for a fresh token": [
    ["IDY-1"],
    (outside) =>
      instead(outside, "set_token", (command, next) => next({ ...command, refreshed: command.token })),
  ],
  "deletes its events when a session ends": [
    ["IDY-4"],
    (outside) => onCode(outside, "session_ended", DROP_UNSENT),
  ],
  "does not measure its clock": [
    ["IDY-5"],
    (outside) =>
      onEvents(outside, (line) => line.replace(/"clock_offset_ms":-?\d+/, '"clock_offset_ms":null')),
  ],
  "does not send again what a restored server has lost": [["RST-1"], (outside) => {
    const delivered = new Set<string>();
    const idOf = (line: string): string => JSON.parse(line).id;
    onPath(outside, PUSH, async (request, next) => {
      const [header = "", ...lines] = textOf(request).split("\n").filter((line) => line !== "");
      const rest = lines.filter((line) => !delivered.has(idOf(line)));
      const reply = await next(withBody(request, [header, ...rest].join("\n")));
      if (reply.status !== 200) return reply;
      const answer: Answer = JSON.parse(textOf(reply));
      const results = [...answer.batch.results];
      answer.batch.results = lines.map((line) => {
        const result = delivered.has(idOf(line)) ? { status: "duplicate" } : results.shift();
        if (result?.status === "applied") delivered.add(idOf(line));
        return { ...result, id: idOf(line) };
      });
      return { ...reply, body: JSON.stringify(answer) };
    });
  }],
  "asks again although its learner was erased": [
    ["RST-7"],
    (outside) => onFailure(outside, SYNC, ({ status }) => status === 410, 503),
  ],
});
