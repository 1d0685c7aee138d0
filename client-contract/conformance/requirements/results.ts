// Results: what becomes of each event of an answered batch.
import assert from "node:assert/strict";
import { type ErrorCode, errorCodes, errors } from "../../contract/errors.ts";
import { Play, SKILL } from "../play.ts";
import { table, type Theme } from "../requirement.ts";
import { editedJson } from "../server/faults.ts";
import type { Judge } from "../server/ledger.ts";

const byName = (codes: readonly string[]) => Object.fromEntries(codes.map((code) => [code, code]));
const QUARANTINED = errorCodes.filter((code) => errors[code].event?.outcome === "quarantined");

/** Judges the attempt at a place; all else is the server's. */
function attemptAt(place: number, verdict: ReturnType<Judge>): Judge {
  const seen: string[] = [];
  return ({ id, type }) => {
    if (type !== "attempt.recorded") return undefined;
    if (!seen.includes(id)) seen.push(id);
    return seen.indexOf(id) === place ? verdict : undefined;
  };
}

const quarantine = (code: string): ReturnType<Judge> => ({ status: "quarantined", code, retryable: false });
const later = (code: ErrorCode, retry_after_s?: number): ReturnType<Judge> => ({
  status: "retry",
  code,
  retryable: true,
  ...retry_after_s === undefined ? {} : { retry_after_s },
});

export const results: Theme = {
  title: "Results",
  requirements: [
    {
      id: "RES-1",
      text:
        "`applied` and `duplicate` mean that the server has the event: it is marked as delivered, and kept for a while.",
      cases: {
        applied: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.synced();
          await t.delivered(ids);
        },
        duplicate: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          t.server.judge = () => ({ status: "duplicate" });
          await t.synced();
          await t.delivered(ids);
        },
      },
    },
    {
      id: "RES-2",
      text:
        "`quarantined` means that the server keeps the event for support. It is not sent again, and the client keeps it with its code.",
      cases: table(byName([...QUARANTINED, "a_code_of_tomorrow"]), (code) => async (t) => {
        await t.begin();
        const [id = ""] = await t.answer();
        t.server.judge = attemptAt(0, quarantine(code));
        await t.synced();
        await t.synced();
        const kept = (await t.dump()).outbox.find((event) => event.id === id);
        assert.equal(kept?.state, "quarantined", "the event is kept as quarantined");
        assert.equal(kept?.code, code, "with its code");
        assert.equal(t.pushes().flatMap(Play.ids).filter((sent) => sent === id).length, 1, "it is sent once");
      }),
    },
    {
      id: "RES-3",
      text:
        "`retry` means that the client keeps the event. It sends the event again after `retry_after_s` seconds, and not before.",
      cases: {
        ...table(
          { daily_limit: ["daily_limit", 3600], quarantine_full: ["quarantine_full", 600] } satisfies Record<
            string,
            [ErrorCode, number]
          >,
          ([code, seconds]) => async (t) => {
            await t.begin();
            const [id = ""] = await t.answer();
            t.server.judge = attemptAt(0, later(code, seconds));
            await t.synced();
            await t.waits([id]);
            const sent = () => t.pushes().flatMap(Play.ids).filter((other) => other === id).length;
            assert.equal(sent(), 1, "sent once");
            await t.advance((seconds - 60) * 1000);
            await t.synced();
            assert.equal(sent(), 1, "not sent before its time");
            t.server.judge = () => undefined;
            await t.advance(120_000);
            await t.synced();
            assert.equal(sent(), 2, "sent after its time");
            await t.delivered([id]);
          },
        ),
        without_a_time: async (t) => {
          await t.begin();
          const [id = ""] = await t.answer();
          t.server.judge = attemptAt(0, later("quarantine_full"));
          await t.synced();
          await t.waits([id]);
          t.server.judge = () => undefined;
          await t.synced();
          await t.delivered([id]);
        },
        after_a_restart: async (t) => {
          await t.begin();
          const [id = ""] = await t.answer();
          t.server.judge = attemptAt(0, later("daily_limit", 3600));
          await t.synced();
          await t.init();
          await t.synced();
          assert.equal(
            t.pushes().flatMap(Play.ids).filter((other) => other === id).length,
            1,
            "it still waits",
          );
          await t.waits([id]);
        },
      },
    },
    {
      id: "RES-4",
      text: "One event that is not applied stops no other event, wherever it stands in the batch.",
      cases: {
        ...table({ first: 0, middle: 1, last: 2 }, (place) => async (t) => {
          await t.begin();
          const ids = await t.answer(3);
          t.server.judge = attemptAt(place, quarantine("invalid_event"));
          await t.synced();
          await t.delivered(ids.filter((_, n) => n !== place));
          assert.equal((await t.states()).get(ids[place] ?? ""), "quarantined");
        }),
        waiting_first: async (t) => {
          t.server.steering = { ...t.server.steering, batch_events: 2 };
          await t.begin();
          const ids = await t.answer(5);
          t.server.judge = attemptAt(0, later("daily_limit", 3600));
          await t.synced();
          await t.waits(ids.slice(0, 1));
          await t.delivered(ids.slice(1));
        },
      },
    },
    {
      id: "RES-5",
      text: "Results belong to events by their place in the request, not by their ids.",
      cases: {
        without_ids: async (t) => {
          await t.begin();
          const ids = await t.answer(3);
          t.server.judge = attemptAt(1, quarantine("invalid_event"));
          t.server.fault(
            "push",
            editedJson(
              "no ids",
              (answer) => withResults(answer, (all) => all.map(({ id: _, ...rest }) => rest)),
            ),
          );
          await t.synced();
          const states = await t.states();
          assert.deepEqual(ids.map((id) => states.get(id)), ["delivered", "quarantined", "delivered"]);
        },
      },
    },
    {
      id: "RES-6",
      text:
        "An answer with too few or too many results is not one of this contract: no event is settled by it.",
      cases: table(
        {
          too_few: (all: Result[]) => all.slice(1),
          too_many: (all: Result[]) => [...all, ...all.slice(0, 1)],
        },
        (edit) => async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          t.server.always("push", editedJson("other results", (answer) => withResults(answer, edit)));
          await t.failed();
          await t.waits(ids);
          t.server.heal();
          await t.synced();
          await t.delivered(ids);
        },
      ),
    },
    {
      id: "RES-7",
      text: "If the server wants every event later, the sync ends instead of sending them again at once.",
      cases: table({ one: 1, three: 3 }, (count) => async (t) => {
        await t.begin();
        const ids = await t.answer(count);
        t.server.judge = () => later("quarantine_full");
        await t.synced();
        assert.ok(t.pushes().length <= 2, `${t.pushes().length} pushes`);
        await t.waits(ids);
      }),
    },
    {
      id: "RES-8",
      text: "A quarantined event no longer counts in the learner's progress.",
      cases: table({ first: 0, second: 1 }, (place) => async (t) => {
        await t.begin();
        await t.answer(2);
        assert.equal((await t.dump()).progress[SKILL]?.attempts, 2, "both count while they wait");
        t.server.judge = attemptAt(place, quarantine("invalid_event"));
        await t.synced();
        assert.equal((await t.dump()).progress[SKILL]?.attempts, 1, "one counts");
      }),
    },
    {
      id: "RES-9",
      text:
        "A `wrong_learner` event is kept for its learner. It is neither dropped nor sent again in the same sync.",
      cases: table({ one: 1, two: 2 }, (count) => async (t) => {
        await t.begin();
        const ids = await t.answer(count);
        t.server.judge = () => later("wrong_learner", 3600);
        await t.synced();
        const states = await t.states();
        for (const id of ids) {
          assert.ok(
            ["held_back", "pending"].includes(states.get(id) ?? ""),
            `the event is kept: ${states.get(id)}`,
          );
        }
        assert.ok(t.pushes().length <= 2, "it is not sent again and again");
        t.server.judge = () => undefined;
        await t.init();
        await t.advance(3601_000);
        await t.synced();
        await t.delivered(ids);
      }),
    },
  ],
};

type Result = Record<string, unknown>;

/** The answer to a batch with other results. */
function withResults(answer: Record<string, unknown>, edit: (results: Result[]) => Result[]) {
  const batch = answer["batch"] as { results: Result[] };
  return { ...answer, batch: { ...batch, results: edit(batch.results) } };
}
