/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
// Entry of an isolate that is a thread.
import { obey } from "./program.ts";

const carryOut = obey((report) => self.postMessage(report));
self.onmessage = ({ data }) => carryOut(data);
