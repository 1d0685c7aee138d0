// Contacts of devices that push nothing, and which version each holds, gathered in the isolate and recorded in one call: a poll
// costs no query of its own.
import { type Clock, systemClock } from "./clock.ts";
import { createCollector } from "./collector.ts";
import type { Contact, Database } from "./database.ts";

/** Contacts of one call, and of one wait. */
const MOST = 1000;
const WAIT_MS = 1000;
/**
 * A device that holds the same version is recorded again after this: half of the hour within which one that was seen is hinted
 * (ops.signal_setting), so that one that polls is.
 */
const AGAIN_MS = 30 * 60 * 1000;
/** Devices that an isolate remembers having recorded: about 150 bytes each. */
const REMEMBERED = 20_000;

/** Takes a contact in; returns at once. */
export type NoteContact = (contact: Contact) => void;

/**
 * Best effort: contacts of an isolate that is stopped within the second are lost, and come again with the device's
 * next poll in another isolate.
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
      for (const { learner, device, version } of contacts) {
        const key = `${learner}.${device}`;
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
    const key = `${contact.learner}.${contact.device}`;
    const known = recorded.get(key);
    if (known && known.version === contact.version && clock.now() - known.at < AGAIN_MS) return;
    collect(key, contact);
  };
}
