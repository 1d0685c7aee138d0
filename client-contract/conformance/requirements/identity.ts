// Identity: tokens, learners, installations and clocks.
import assert from "node:assert/strict";
import { DAY, LEARNER, Play, SECOND } from "../play.ts";
import { table, type Theme } from "../requirement.ts";
import { refused, replyLost } from "../server/faults.ts";
import { scriptedToken } from "../server/server.ts";

const ANOTHER = "2b8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const [FIRST, FRESH] = [scriptedToken(LEARNER), scriptedToken(LEARNER, "2")];

const lastEvent = async (t: Play) => JSON.parse((await t.dump()).outbox.at(-1)?.line ?? "{}");

export const identity: Theme = {
  title: "Identity and clock",
  requirements: [
    {
      id: "IDY-1",
      text:
        "After `token_expired` the client asks the app for a fresh token, once, and sends the same request again.",
      cases: {
        push: async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.expiredTokens.add(FIRST);
          await t.send("set_token", { token: FIRST, refreshed: FRESH });
          await t.synced();
          await t.delivered(ids);
          const [first, second] = t.pushes();
          assert.equal(second?.header?.batch_id, first?.header?.batch_id, "the same batch");
        },
        delta: async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault("delta", refused("token_expired"));
          await t.send("set_token", { token: FIRST, refreshed: FRESH });
          await t.synced();
          await t.holds(2);
        },
        fresh_one_expired_too: async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.expiredTokens.add(FIRST).add(FRESH);
          await t.send("set_token", { token: FIRST, refreshed: FRESH });
          await t.failed("token_expired");
          assert.equal(t.pushes().length, 2, "two attempts");
          await t.waits(ids);
        },
      },
    },
    {
      id: "IDY-2",
      text: "Without a token the client studies and keeps everything, and sends nothing.",
      cases: {
        signed_out: async (t) => {
          await t.begin();
          await t.send("set_token", { token: null, refreshed: null });
          const ids = await t.answer(2);
          await t.failed();
          assert.equal(t.server.requests.length, 0, "no request");
          await t.waits(ids);
          await t.send("set_token", { token: FRESH, refreshed: null });
          await t.synced();
          await t.delivered(ids);
        },
        started_without: async (t) => {
          await t.begin();
          await t.init({ token: null });
          const ids = await t.answer();
          await t.failed();
          await t.waits(ids);
          await t.holds(1);
        },
      },
    },
    {
      id: "IDY-3",
      text: "With the token of another learner nothing is sent.",
      cases: table({ with_events: 1, without_events: 0 }, (count) => async (t) => {
        await t.begin();
        const ids = await t.answer(count);
        await t.send("set_token", { token: scriptedToken(ANOTHER), refreshed: null });
        await t.failed();
        assert.equal(t.server.requests.length, 0, "no request");
        await t.waits(ids);
      }),
    },
    {
      id: "IDY-4",
      text:
        "`session_ended` ends nothing on the client. It keeps everything, and sends it after a new sign-in.",
      cases: {
        push: async (t) => {
          await t.begin();
          t.server.endedTokens.add(FIRST);
          const ids = await t.answer(2);
          await t.failed("session_ended");
          await t.waits(ids);
          await t.holds(1);
          const more = await t.answer();
          await t.send("set_token", { token: FRESH, refreshed: null });
          await t.synced();
          await t.delivered([...ids, ...more]);
        },
      },
    },
    {
      id: "IDY-5",
      text:
        "Events carry the offset to the server's clock and the time of the answer from which it is known.",
      cases: {
        ...table(
          { in_step: 0, a_year_ahead: 365 * DAY, a_day_behind: -DAY, a_minute: 60 * SECOND },
          (ahead) => async (t) => {
            await t.publish();
            await t.init({ now: t.server.now + ahead });
            await t.synced();
            await t.answer();
            const { clock_offset_ms, answered_at } = await lastEvent(t);
            assert.ok(Math.abs(clock_offset_ms + ahead) <= 30_000, `the offset is ${clock_offset_ms} ms`);
            assert.equal(
              Date.parse(answered_at),
              t.server.now,
              "`answered_at` is the answer's `received_at`",
            );
          },
        ),
        before_any_answer: async (t) => {
          await t.publish();
          await t.init();
          t.server.always("push", replyLost);
          await t.send("advance", {
            skill_id: "00010000-0001-0000-8000-000000000000",
            mastery: 1,
            completed: [],
          });
          const { clock_offset_ms, answered_at } = await lastEvent(t);
          assert.deepEqual(
            [clock_offset_ms ?? null, answered_at ?? null],
            [null, null],
            "nothing is known yet",
          );
        },
        frozen: async (t) => {
          await t.begin();
          const [id = ""] = await t.answer();
          const line = (await t.dump()).outbox.find((event) => event.id === id)?.line;
          t.server.judge = () => ({ status: "retry", code: "quarantine_full", retryable: true });
          t.server.now += DAY;
          await t.synced();
          t.server.judge = () => undefined;
          await t.synced();
          assert.equal(t.ledger.events.get(id)?.line, line, "a later answer changes no event");
        },
      },
    },
    {
      id: "IDY-6",
      text: "A clock that jumps loses and doubles nothing.",
      cases: table(
        { a_year_back: -365 * DAY, a_day_back: -DAY, a_year_ahead: 365 * DAY },
        (jump) => async (t) => {
          await t.begin();
          const first = await t.answer();
          await t.advance(jump);
          const second = await t.answer();
          await t.synced();
          await t.delivered([...first, ...second]);
        },
      ),
    },
    {
      id: "IDY-7",
      text: "A wait that was measured before the clock was set back ends, and never lasts for years.",
      cases: {
        retry_later: async (t) => {
          await t.begin({ now: Date.UTC(2030, 0) });
          const [id = ""] = await t.answer();
          t.server.judge = ({ type }) =>
            type === "attempt.recorded"
              ? { status: "retry", code: "daily_limit", retryable: true, retry_after_s: 3600 }
              : undefined;
          await t.synced();
          t.server.judge = () => undefined;
          await t.advance(-3 * 365 * DAY);
          await t.synced();
          await t.advance(8 * DAY);
          await t.synced();
          await t.delivered([id]);
        },
      },
    },
    {
      id: "IDY-8",
      text: "The device's id stays the same on one installation.",
      cases: table({ restarted: false, killed: true }, (isKilled) => async (t) => {
        await t.begin();
        const { device_id } = await t.dump();
        if (isKilled) {
          await t.killedAt("push");
          await t.restart();
        } else await t.init();
        assert.equal((await t.dump()).device_id, device_id);
      }),
    },
    {
      id: "IDY-9",
      text:
        "A client that was restored from a backup takes a new device id, and keeps its outbox and its rows.",
      needs: ["marker"],
      cases: {
        restored: async (t) => {
          await t.begin({ marker: "first phone" });
          const { device_id } = await t.dump();
          const ids = await t.answer(2);
          await t.init({ marker: "second phone" });
          assert.notEqual((await t.dump()).device_id, device_id, "another device");
          await t.waits(ids);
          await t.synced();
          await t.delivered(ids);
        },
        same_marker: async (t) => {
          await t.begin({ marker: "first phone" });
          const { device_id } = await t.dump();
          await t.init({ marker: "first phone" });
          assert.equal((await t.dump()).device_id, device_id);
        },
      },
    },
    {
      id: "IDY-10",
      text: "What an anonymous learner did is adopted by the account before the account's token sends it.",
      needs: ["adoption"],
      cases: {
        adopted: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.synced();
          const more = await t.answer();
          await t.init({
            learner_id: ANOTHER,
            token: scriptedToken(ANOTHER),
            adopts: { learner_id: LEARNER, token: FIRST },
          });
          t.server.requests.length = 0;
          t.server.judge = ({ learner_id }) => learner_id === LEARNER ? { status: "applied" } : undefined;
          await t.synced();
          assert.equal(t.server.requests[0]?.endpoint, "adopt", "the adoption comes first");
          const { events } = t.server.ledger(ANOTHER);
          assert.ok([...ids, ...more].every((id) => events.has(id)), "the account has all events");
        },
        refused: async (t) => {
          await t.begin();
          const ids = await t.answer();
          await t.init({
            learner_id: ANOTHER,
            token: scriptedToken(ANOTHER),
            adopts: { learner_id: LEARNER, token: FIRST },
          });
          t.server.always("adopt", refused("adoption_proof_invalid"));
          await t.synced();
          const states = await t.states();
          for (const id of ids) assert.ok(states.has(id), "the event is kept");
        },
        reply_lost: async (t) => {
          await t.begin();
          await t.answer();
          await t.synced();
          await t.init({
            learner_id: ANOTHER,
            token: scriptedToken(ANOTHER),
            adopts: { learner_id: LEARNER, token: FIRST },
          });
          t.server.requests.length = 0;
          t.server.fault("adopt", replyLost);
          await t.synced();
          assert.equal(t.server.asked("adopt").length, 2, "the same call again");
        },
      },
    },
  ],
};
