// Clocks that are wrong, and that jump between recording and sending: days of practice stay true.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Event } from "../contract/event.ts";
import {
  type DayRange,
  localDay,
  practiceDay,
  type Practised,
  streakOn,
  unionDays,
} from "../contract/practice.ts";
import { bench } from "../../scripts/testkit/device/bench.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { type Handle, startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverPractice } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions } from "../../scripts/testkit/device/study.ts";
import { rightAnswer } from "../../scripts/testkit/device/answers.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { noteServerTime, offsetOf, serverTime } from "./clock_offset.ts";
import type { Device } from "./device.ts";
import { recordResults, takeBatch } from "./outbox.ts";
import { stagePull } from "./pull.ts";
import { practiceDays, readStreak } from "./streak.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const START = Date.UTC(2026, 2, 10, 12);

type Action =
  | { do: "study" }
  | { do: "jump"; by: number }
  | { do: "travel"; utcOffset: number }
  | { do: "contact"; trip: number }
  | { do: "send"; count: number; trip: number };

const trip = fc.integer({ min: 0, max: 20 }).map((seconds) => seconds * 1000);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: "study" as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 3, 40, 365, 9000).chain((days) =>
      fc.constantFrom(days * DAY_MS, -days * DAY_MS, 5 * HOUR_MS, 26 * HOUR_MS, -2 * MINUTE_MS)
    )
      .map((by) => ({ do: "jump" as const, by })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-600, 0, 60, 840).map((utcOffset) => ({ do: "travel" as const, utcOffset })),
  },
  { weight: 2, arbitrary: trip.map((trip) => ({ do: "contact" as const, trip })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 5 }), trip).map(([count, trip]) => ({
      do: "send" as const,
      count,
      trip,
    })),
  },
);
/** Each action, and the hours before it. */
const life = fc.array(fc.tuple(fc.constantFrom(4, 8, 24, 24, 48), action), {
  minLength: 1,
  maxLength: 40,
  size: "max",
});

const daysOf = (days: readonly string[]): DayRange[] =>
  unionDays(days.map((day) => ({ from: day, to: day })));
const isWithin = (days: readonly DayRange[], day: string) =>
  days.some(({ from, to }) => from <= day && day <= to);

Deno.test("U4, U10: clocks that jump between recording and sending move no day that was recorded after a contact", () => {
  fc.assert(
    fc.property(life, (life) => {
      using device = bench();
      const { context } = device;
      const { db } = context;
      let now = START;
      let error = 0;
      let utcOffset = 0;
      // Whether the clock was set after the last contact.
      let isKnown = false;
      context.clock = { ...device.clock, now: () => now + error, utcOffsetMinutes: () => utcOffset };
      const truth: string[] = [];
      const honest: string[] = [];
      // By the server's clock: the last answer that the device had, and those that it had before each event.
      let answered: number | null = null;
      const answeredBefore = new Map<string, number | null>();
      let server: DayRange[] = [];

      const contact = (trip: number) => {
        const [sentAt, answeredAt] = [now + error, now + error + trip];
        const received = now + trip / 2;
        now += trip;
        db.transaction(() =>
          noteServerTime(context, new Date(received).toISOString(), { sentAt, answeredAt })
        );
        isKnown = true;
        answered = received;
      };
      const send = (count: number, trip: number) => {
        const batch = takeBatch(context).slice(0, count);
        const arrival = { received_at: now, clock_skew_ms: -error };
        for (const { line } of batch) {
          const { occurred_at, answered_at, ...event } = Event.parse(JSON.parse(line));
          const day = practiceDay({
            ...event,
            ...arrival,
            occurred_at: Date.parse(occurred_at),
            answered_at: answered_at ? Date.parse(answered_at) : null,
          });
          const on = (time: number) => localDay(time, event.utc_offset_minutes);
          assert.ok(day <= on(now), `${day} is in the future`);
          assert.ok(day >= on(answeredBefore.get(event.id) ?? 0), `${day} is before the last answer`);
          server = unionDays([...server, { from: day, to: day }]);
        }
        contact(trip);
        db.transaction(() => {
          recordResults(context, batch, batch.map(() => ({ status: "applied" as const })));
          const row = { days: server, last_day: server.at(-1)?.to ?? "", streak: 0, longest_streak: 0 };
          stagePull(context, {
            cursor: "h.1",
            more: false,
            changes: server.length > 0 ? [{ kind: "practice", own: false, row }] : [],
          });
        });
        return batch.length;
      };

      for (const [hours, action] of life) {
        now += hours * HOUR_MS;
        if (action.do === "study") {
          answeredBefore.set(device.attempt(), answered);
          const day = localDay(now, utcOffset);
          truth.push(day);
          if (isKnown) honest.push(day);
        } else if (action.do === "jump") {
          // The protocol knows no time before 1970.
          error = Math.max(error + action.by, DAY_MS - now);
          isKnown = false;
        } else if (action.do === "travel") utcOffset = action.utcOffset;
        else if (action.do === "contact") contact(action.trip);
        else send(action.count, action.trip);
      }
      contact(0);
      const foreseen = practiceDays(db, { received_at: now, clock_skew_ms: -error });
      while (send(3, 0) > 0);
      const today = localDay(now, utcOffset);
      assert.deepEqual(server, foreseen, "the device shows before it sends what the server makes of it");
      assert.ok(honest.every((day) => isWithin(server, day)), "no day is lost");
      const { current } = readStreak(context);
      // After a flight across the date line a day may be tomorrow's here, and then today is a gap.
      const isAhead = (server.at(-1)?.to ?? "") > today;
      assert.ok(isAhead || current >= streakOn(daysOf(honest), today));
      if (honest.length < truth.length) return;
      assert.deepEqual(server, daysOf(truth));
      assert.equal(current, streakOn(daysOf(truth), today));
    }),
    settings(100),
  );
});

/** Seven answers, one a day, the last one `today` by the real server's clock. The device's clock is wrong by `error`. */
async function weekOfStudy(
  device: Device,
  set: (time: number) => void,
  today: number,
  error: number,
): Promise<[before: number, after: number]> {
  const question = firstQuestions(device)[0];
  for (let ago = 6; ago >= 0; ago--) {
    set(today - ago * DAY_MS + error);
    const sessionId = device.startSession();
    device.answer({ sessionId, question, answer: rightAnswer(question) });
    device.endSession(sessionId);
  }
  const before = device.streak().current;
  await device.sync();
  return [before, device.streak().current];
}

Deno.test("U4, U10: a week of study with a clock that is a year wrong is a streak of 7, before and after the sync", async () => {
  await using server = await startTestServer();
  for (const error of [YEAR_MS, -YEAR_MS]) {
    for (const contact of ["at the week's start", "before the clock jumped"]) {
      using lab = openLab();
      const learnerId = crypto.randomUUID();
      // One moment for all, or midnight may pass between two looks at the clock.
      const now = Date.now();
      const began = now - 7 * DAY_MS;
      // The first contact was a week ago, which the real server can't know.
      let isFirst = true;
      const handle: Handle = async (request) => {
        const response = await server.handle(request);
        if (!isFirst || !request.url.endsWith("/sync")) return response;
        const answer = await response.json();
        answer.batch.received_at = new Date(began).toISOString();
        return Response.json(answer);
      };
      using device = lab.open(1, { learnerId, handle });
      lab.clock.set(began + (contact === "at the week's start" ? error : 0));
      await device.sync();
      isFirst = false;
      assert.deepEqual(
        await weekOfStudy(device, lab.clock.set, now, error),
        [7, 7],
        `${error} ms wrong, contact ${contact}`,
      );
      const [week, ...others] = await serverPractice(server.sql, learnerId);
      assert.deepEqual(others, []);
      // The lab's devices are an hour east of UTC.
      const today = localDay(now, 60);
      assert.deepEqual(week, { from: localDay(Date.parse(`${today}T12:00:00Z`) - 6 * DAY_MS, 0), to: today });
    }
  }
});

Deno.test("U10: the clock's offset is that of the middle of the round trip, and a jump during the request is no trip", () => {
  const received = "2026-11-22T10:00:01.000Z";
  const at = Date.parse(received);
  assert.equal(offsetOf(received, { sentAt: at - 1000, answeredAt: at + 1000 }), 0);
  assert.equal(offsetOf(received, { sentAt: at + YEAR_MS, answeredAt: at + YEAR_MS + 400 }), -YEAR_MS - 200);
  assert.equal(offsetOf(received, { sentAt: at, answeredAt: at + YEAR_MS }), -YEAR_MS);
  assert.equal(offsetOf(received, { sentAt: at + YEAR_MS, answeredAt: at }), 0);
});

Deno.test("U10: each event since a contact has the clock's offset and the time of the answer", () => {
  using device = bench();
  const { context, clock } = device;
  device.attempt();
  const now = clock.now();
  const receivedAt = new Date(now + 5000).toISOString();
  context.db.transaction(() => noteServerTime(context, receivedAt, { sentAt: now, answeredAt: now }));
  device.attempt();
  clock.advance(-2000);
  device.attempt();
  assert.equal(serverTime(context), now + 3000, "clocks are corrected by seconds every day");
  clock.advance(-HOUR_MS);
  assert.equal(serverTime(context), null, "a clock that is before the last answer was set back");
  device.attempt();
  const events = takeBatch(context).map(({ line }) => Event.parse(JSON.parse(line)));
  assert.deepEqual(
    events.map(({ clock_offset_ms, answered_at }) => [clock_offset_ms, answered_at]),
    [[undefined, undefined], ...Array(3).fill([5000, receivedAt])],
  );
});

const JUMPS = [0, 2 * MINUTE_MS, 5 * HOUR_MS, 26 * HOUR_MS, 3 * DAY_MS, YEAR_MS].flatMap((by) => [by, -by]);

Deno.test("U4, U10: the study of today is a streak of 1 before it is sent, wherever the clock was at the last answer", () => {
  for (const atContact of JUMPS) {
    for (const atEvent of JUMPS) {
      using device = bench();
      const { context, clock } = device;
      clock.set(START + atContact);
      const trip = { sentAt: clock.now(), answeredAt: clock.now() };
      context.db.transaction(() => noteServerTime(context, new Date(START).toISOString(), trip));
      clock.set(START + atEvent + MINUTE_MS);
      device.attempt();
      assert.equal(readStreak(context).current, 1, `${atContact}, ${atEvent}`);
    }
  }
});

Deno.test("U4, U10: no two jumps of a clock take a day back", () => {
  const now = START;
  const day = (error: number, o: Partial<Practised>) =>
    practiceDay({
      occurred_at: now + error,
      utc_offset_minutes: 0,
      answered_at: now - MINUTE_MS,
      received_at: now + MINUTE_MS,
      clock_skew_ms: null,
      ...o,
    });
  for (const atContact of JUMPS) {
    for (const atEvent of JUMPS) {
      for (const atSending of JUMPS) {
        const clocks = { clock_offset_ms: -atContact, clock_skew_ms: -atSending };
        assert.equal(day(atEvent, clocks), localDay(now, 0), `${atContact}, ${atEvent}, ${atSending}`);
      }
    }
  }
});
