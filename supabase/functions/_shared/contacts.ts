// Records contacts of devices that push nothing, with their content version. Contacts are collected in the isolate and recorded
// in one call, so that a poll costs no query of its own.
import { type Clock, systemClock } from "./clock.ts";
import { createCollector } from "./collector.ts";
import type { Contact, Database } from "./database.ts";

/** The most contacts of one call, and the wait before it. */
const MOST = 1000;
const WAIT_MS = 1000;
/**
 * A device with an unchanged version is recorded again after this time. It is half of the shortest private.contact_interval(), so that a
 * polling device is always hinted.
 */
const AGAIN_MS = 30 * 60 * 1000;
/** The most recorded devices that an isolate remembers, at about 150 bytes each. */
const REMEMBERED = 20_000;

/** A new session of a known device is news: a revocation must find it. */
const keyOf = ({ learner, device, session }: Contact) => `${learner}.${device}.${session}`;

/** Adds a contact. Returns at once. */
export type NoteContact = (contact: Contact) => void;

/**
 * Creates the log. Contacts are lost if the isolate stops within the second. The next poll of the device, in another isolate,
 * records it again.
 */
export function contactLog(
  database: Pick<Database, "recordContacts">,
  clock: Clock = systemClock,
): NoteContact {
  const recorded = new Map<string, { version: number | null; at: number }>();
  const collect = createCollector<Contact>({
    what: "contacts were not recorded",
    waitMs: WAIT_MS,
    most: MOST,
    async send(contacts) {
      await database.recordContacts(contacts);
      for (const contact of contacts) {
        const { version } = contact;
        const key = keyOf(contact);
        recorded.delete(key);
        recorded.set(key, { version, at: clock.now() });
      }
      for (const oldest of recorded.keys()) {
        if (recorded.size <= REMEMBERED) break;
        recorded.delete(oldest);
      }
    },
  }, clock);

  return (contact) => {
    const key = keyOf(contact);
    const known = recorded.get(key);
    if (known && known.version === contact.version && clock.now() - known.at < AGAIN_MS) return;
    collect(key, contact);
  };
}
