// Identifiers and times as they travel.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";

/** A UUID in lower case: domains, skills, questions, learners, devices. */
export const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .describe("a UUID in lower case");
/* @__PURE__ */ describe(Uuid, { id: "Uuid", title: "UUID", example: example.skill });

/** A ULID, 26 upper-case digits: events, batches, sessions; made on the device. */
export const Ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/).describe("a ULID in upper case");
/* @__PURE__ */ describe(Ulid, { id: "Ulid", title: "ULID", example: example.event });

/** This line of the database's life; another one after a restore from backup. */
export const History = z.string().regex(/^[0-9a-f]{16}$/).describe("16 hex digits");
/* @__PURE__ */ describe(History, { id: "History", title: "History", example: example.history });

/** A SHA-256 in hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/).describe("SHA-256 in hex");
/* @__PURE__ */ describe(Sha256, { id: "Sha256", title: "SHA-256", example: example.sha256 });

const INSTANT =
  /^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z$/;

/** Whether the date of an instant is in the calendar: 2026-02-30 is not. */
function isInCalendar(instant: string): boolean {
  const [year = 0, month = 0, day = 0] = instant.slice(0, 10).split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** A device's time: RFC 3339 in UTC with `Z`, up to microseconds, from 1970 to 2999. */
export const Instant = z.string().regex(INSTANT, { abort: true }).refine(isInCalendar, {
  error: "not a date of the calendar",
}).describe("an RFC 3339 time in UTC ending in Z");
/* @__PURE__ */ describe(Instant, { id: "Instant", title: "Time of a device", example: example.instant });

/** The server's time: RFC 3339 with any offset, as PostgreSQL writes it. */
export const ServerInstant = z.iso.datetime({ offset: true }).describe("RFC 3339");
/* @__PURE__ */ describe(ServerInstant, {
  id: "ServerInstant",
  title: "Time of the server",
  example: example.serverInstant,
});
