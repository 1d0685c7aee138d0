/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
// A hostile learner in a thread of their own, so that the others' client is not what is measured.
import { Attack, attack } from "./attack.ts";

self.onmessage = ({ data }) => void attack(Attack.parse(data), (outcome) => self.postMessage(outcome));
