// Which version each device holds, gathered in the isolate and recorded in one call: a poll costs no query of its own.
import { createCollector } from "../_shared/collector.ts";
import type { Contact, Database } from "../_shared/database.ts";

/** Contacts of one call, and of one wait. */
const MOST = 1000;
const WAIT_MS = 1000;
/** A device that holds the same version is recorded again after this, so that it counts as active. */
const AGAIN_MS = 6 * 3600 * 1000;
/** Devices that an isolate remembers having recorded: about 150 bytes each. */
const REMEMBERED = 20_000;

/** Takes a contact in; returns at once. */
export type NoteContact = (contact: Contact) => void;

/**
 * Best effort: contacts of an isolate that is stopped within the second are lost, and come again with the device's
 * next poll in another isolate.
 */
export function contactLog(database: Database, now: () => number = Date.now): NoteContact {
  const recorded = new Map<string, { version: number; at: number }>();
  const collect = createCollector<Contact>({
    what: "contacts were not recorded",
    waitMs: WAIT_MS,
    most: MOST,
    async send(contacts) {
      await database.recordContacts(contacts);
      for (const { learner, device, version } of contacts) {
        const key = `${learner}.${device}`;
        recorded.delete(key);
        recorded.set(key, { version, at: now() });
      }
      for (const oldest of recorded.keys()) {
        if (recorded.size <= REMEMBERED) break;
        recorded.delete(oldest);
      }
    },
  });

  return (contact) => {
    const key = `${contact.learner}.${contact.device}`;
    const known = recorded.get(key);
    if (known && known.version === contact.version && now() - known.at < AGAIN_MS) return;
    collect(key, contact);
  };
}
