// The device in browsers, as a page uses it. The worker's part is worker.ts, with an entry of its own, so that a page does not load it.
export type { SqlValue } from "../device/storage.ts";
export type { HintLoop, WebDeviceOptions } from "./options.ts";
export type { Calls, Loss, Refusal, WebStatus } from "./protocol.ts";
export { stateOf, type SyncState } from "./sync_state.ts";
export { openWebDevice, type WebDevice, WebDeviceError } from "./web_device.ts";
