// One line about the learner's data, which screen readers read out when it changes.
import { stateOf, type SyncState, type WebStatus } from "../../web/mod.ts";

const answers = (n: number) => n === 1 ? "1 step of yours waits" : `${n} steps of yours wait`;

/** What the line says, and whether the learner should wait, act, or do nothing. */
function textOf(state: SyncState): { text: string; kind: "" | "wait" | "act" } {
  switch (state.is) {
    case "current":
      return { text: "Everything is saved and up to date.", kind: "" };
    case "syncing":
      return { text: "Syncing …", kind: "wait" };
    case "pending":
      return { text: `Saved on this device. ${answers(state.pending)} for a network.`, kind: "wait" };
    case "outdated":
      return { text: "There is new material. It arrives with the next sync.", kind: "wait" };
    case "paused":
      return { text: `Syncing is paused: ${state.reason}. Your work is saved on this device.`, kind: "wait" };
    case "signed_out":
      return { text: `Sign in to send your work. ${answers(state.pending)} on this device.`, kind: "act" };
    case "must_update":
      return {
        text: state.what === "app"
          ? "Please update the app: close all its tabs."
          : "New material is on its way.",
        kind: "act",
      };
    case "stuck":
      return {
        text: `Your work is saved, but can't be sent (${state.codes.join(", ")}). Please ask for help.`,
        kind: "act",
      };
    case "storage_full":
      return {
        text: "This device is full. Free some space before you go on. Your earlier work is safe.",
        kind: "act",
      };
    case "lost":
      return {
        text: state.lost === 0
          ? "The browser had deleted the saved data. Everything was fetched again."
          : `The browser had deleted the saved data, and ${state.lost} steps that were not sent.`,
        kind: "act",
      };
  }
}

/** Shows the state in an element with the role `status`. */
export function showStatus(element: HTMLElement, status: WebStatus): void {
  const { text, kind } = textOf(stateOf(status));
  if (element.textContent === text) return;
  element.textContent = text;
  element.className = kind;
}
