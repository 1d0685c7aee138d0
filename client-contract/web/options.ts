// What an app gives to a device in a browser.
import type { ContentHint, LearnerHint } from "../contract/hint.ts";
import type { GetToken } from "../device/mod.ts";
import type { WorkerOptions } from "./protocol.ts";

/** What hints are handed to; `listenForHints` takes it as its loop. */
export interface HintLoop {
  onHint(hint: ContentHint): void;
  onLearnerHint(hint: LearnerHint): void;
  onListening(isListening: boolean): void;
}

/** The options of a device in a browser. */
export interface WebDeviceOptions extends WorkerOptions {
  /** Starts the app's worker, whose file calls `serveDevice`. Only the leader starts one. */
  worker: () => Worker;
  /** As for `openDevice`. Only the leader's tab is asked. */
  getToken: GetToken;
  /** Listens for hints while this tab leads, until the signal is aborted: `(o) => listenForHints(supabase, { learnerId, ...o })`. */
  listen?: ((o: { loop: HintLoop; signal: AbortSignal }) => Promise<void>) | undefined;
  /** False: don't ask the browser to keep the data when its disk is full. Firefox shows the question to the learner. */
  persist?: boolean | undefined;
}
