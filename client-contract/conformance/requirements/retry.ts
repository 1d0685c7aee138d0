// Retries: what is repeated, when, and what is not.
import assert from "node:assert/strict";
import { gaps, waited } from "./checks.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import { forEach, table, type Theme } from "../requirement.ts";
import {
  bareStatus,
  type Fault,
  refused,
  replyBroken,
  replyCut,
  replyLost,
  requestLost,
  UNSURE,
} from "../server/faults.ts";
import type { Endpoint } from "../server/reply.ts";

/** Codes of a push that no repetition changes. */
const FINAL: readonly ErrorCode[] = [
  "malformed_batch",
  "malformed_request",
  "unauthenticated",
  "session_ended",
  "forbidden",
  "device_revoked",
  "learner_adopted",
  "erased",
  "payload_too_large",
  "unsupported_media_type",
];

const everFailing: Record<string, Fault> = {
  no_network: requestLost,
  replies_lost: replyLost,
  overloaded: refused("overloaded"),
  internal: refused("internal"),
  // The learner is being moved to another cell.
  moving: refused("moved"),
};

export const retry: Theme = {
  title: "Retry",
  requirements: [
    {
      id: "RTY-1",
      text:
        "A push without a whole answer is repeated within the same sync: nobody knows whether it was carried out.",
      cases: forEach(UNSURE, (fault) => async (t) => {
        await t.begin();
        const ids = await t.answer();
        t.server.fault("push", fault, fault);
        await t.synced();
        assert.equal(t.pushes().length, 3, "two failures and a success");
        await t.delivered(ids);
      }),
    },
    {
      id: "RTY-2",
      text: "After a refusal with `Retry-After` the same request is not sent sooner.",
      cases: table(
        {
          rate_limited: ["rate_limited", 7],
          busy: ["busy", 3],
          overloaded: ["overloaded", 11],
          moving: ["moved", 5],
          rate_limited_longer: ["rate_limited", 40],
        } satisfies Record<string, [ErrorCode, number]>,
        ([code, seconds]) => async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.fault("push", refused(code, { retryAfter: seconds }));
          await t.synced();
          waited(t.pushes(), seconds);
          await t.delivered(ids);
        },
      ),
    },
    {
      id: "RTY-3",
      text:
        "A retry waits for a random time: up to the base after the first failure, then up to twice as long, up to the cap.",
      cases: table({ defaults: [1000, 30_000], steered: [200, 1000] }, ([base = 0, cap = 0]) => async (t) => {
        t.server.steering = { ...t.server.steering, retry_base_ms: base, retry_cap_ms: cap };
        await t.begin();
        await t.answer();
        t.server.fault("push", replyLost, replyLost, replyLost, replyLost);
        await t.synced();
        const waits = gaps(t.pushes());
        waits.forEach((wait, n) => {
          const most = Math.min(cap, base * 2 ** n);
          assert.ok(wait <= most + 1, `wait ${n + 1} is ${wait} ms, and at most ${most} ms is allowed`);
        });
        assert.ok(waits.some((wait) => wait > 0), "it waits");
        assert.ok(new Set(waits).size > 1, "the waits are random");
      }),
    },
    {
      id: "RTY-4",
      text: "A sync gives up after some failures and says so. Everything waits for the next sync.",
      cases: table(everFailing, (fault) => async (t) => {
        await t.begin();
        const ids = await t.answer(2);
        t.server.always("push", fault);
        await t.failed();
        await t.waits(ids);
        assert.ok(t.pushes().length <= 20, "the sync ends");
        t.server.heal();
        await t.synced();
        await t.delivered(ids);
      }),
    },
    {
      id: "RTY-5",
      text:
        "A refusal that is not retryable is not repeated. The sync fails with its code, and the events wait.",
      cases: table(Object.fromEntries(FINAL.map((code) => [code, code])), (code) => async (t) => {
        await t.begin();
        const ids = await t.answer();
        t.server.always("push", refused(code));
        await t.failed(code);
        assert.equal(t.pushes().length, 1, "the batch is sent once");
        if (code !== "erased") await t.waits(ids);
      }),
    },
    {
      id: "RTY-6",
      text: "A delta is fetched again after a failure, like every other request.",
      cases: forEach(
        [requestLost, replyBroken, replyCut, refused("overloaded"), bareStatus(503)],
        (fault) => async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault("delta", fault);
          await t.synced();
          await t.holds(2);
        },
      ),
    },
    {
      id: "RTY-7",
      text: "`Retry-After` also holds for pulls and for content.",
      cases: table(
        { delta: ["delta", "overloaded", 9], pull: ["pull", "behind", 5] } satisfies Record<
          string,
          [Endpoint, ErrorCode, number]
        >,
        ([endpoint, code, seconds]) => async (t) => {
          await t.begin();
          if (endpoint === "delta") await t.edit();
          t.server.pullChanges = 1;
          await t.answer();
          t.server.fault(endpoint, refused(code, { retryAfter: seconds }));
          await t.synced();
          waited(t.server.asked(endpoint), seconds);
        },
      ),
    },
  ],
};
