// A page whose tests call the device by its methods' names.
/// <reference lib="dom" />
import {
  openWebDevice,
  stateOf,
  type WebDevice,
  WebDeviceError,
  type WebDeviceOptions,
  type WebStatus,
} from "../../../../client-contract/web/mod.ts";

/** What tests call in the page. */
export interface TestPage {
  open(o: Pick<WebDeviceOptions, "learnerId" | "pushAfterMs"> & { token: string }): void;
  /** Calls a method. A refusal comes back as its code. */
  call(method: string, ...args: unknown[]): Promise<{ value?: unknown; code?: string }>;
  /** Answers a question so many times; each answer takes a millisecond longer. Keeps the ids that the device has confirmed. */
  study(times: number, duration: number): Promise<void>;
  confirmed: string[];
  /** Runs of `study` that have not ended. */
  busy: number;
  isLeader(): boolean;
  /** What the page was told last. */
  status?: WebStatus;
  state?: string;
  close(): Promise<void>;
}

declare global {
  var test: TestPage;
}

let device: WebDevice | undefined;
const opened = (): WebDevice => {
  if (!device) throw new Error("the device is not open");
  return device;
};

globalThis.test = {
  confirmed: [],
  busy: 0,
  open({ token, ...o }) {
    device = openWebDevice({
      ...o,
      url: location.origin,
      getToken: () => token,
      worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    });
    device.subscribe((status) => {
      test.status = status;
      test.state = stateOf(status).is;
    });
  },
  async call(method, ...args) {
    const call: unknown = Reflect.get(opened(), method);
    try {
      return { value: typeof call === "function" ? await call(...args) : undefined };
    } catch (error) {
      if (error instanceof WebDeviceError) return { code: error.code };
      throw error;
    }
  },
  async study(times, duration) {
    const device = opened();
    const [domain] = await device.domains();
    const [skill] = domain ? await device.skills(domain.id) : [];
    const [question] = skill ? await device.questions(skill.id) : [];
    if (!question) throw new Error("there is nothing to study");
    const [session] = await device.openSessions();
    const sessionId = session?.session_id ?? await device.startSession();
    test.busy++;
    for (let n = 0; n < times; n++) {
      const answer = { sessionId, question, answer: { choice: n % 2 }, durationMs: duration + n };
      test.confirmed.push((await device.answer(answer)).eventId);
    }
    test.busy--;
  },
  isLeader: () => opened().isLeader,
  close: () => opened().close(),
};
