// Which version each device holds, gathered in the isolate and recorded in one call: a poll costs no query of its own.
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

/** The platform's way to let work outlive its request; there is none in tests of the handler alone. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

/**
 * Best effort: contacts of an isolate that is stopped within the second are lost, and come again with the device's
 * next poll in another isolate.
 */
export function contactLog(database: Database, now: () => number = Date.now): NoteContact {
  const recorded = new Map<string, { version: number; at: number }>();
  const waiting = new Map<string, Contact>();
  let isFlushing = false;

  async function flush(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    isFlushing = false;
    const contacts = [...waiting.values()];
    waiting.clear();
    try {
      await database.recordContacts(contacts);
    } catch (error) {
      console.error("contacts were not recorded:", error);
      return;
    }
    for (const { learner, device, version } of contacts) {
      const key = `${learner}.${device}`;
      recorded.delete(key);
      recorded.set(key, { version, at: now() });
    }
    for (const oldest of recorded.keys()) {
      if (recorded.size <= REMEMBERED) break;
      recorded.delete(oldest);
    }
  }

  return (contact) => {
    const key = `${contact.learner}.${contact.device}`;
    const known = recorded.get(key);
    if (known && known.version === contact.version && now() - known.at < AGAIN_MS) return;
    if (waiting.size >= MOST && !waiting.has(key)) return;
    waiting.set(key, contact);
    if (isFlushing) return;
    isFlushing = true;
    const work = flush();
    if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
  };
}
