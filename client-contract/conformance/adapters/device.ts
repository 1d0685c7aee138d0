// The adapter of the reference device: commands of the runner in, calls of the device out.
import { ContractError, NetworkError, ProblemError } from "../../client/mod.ts";
import type { Gradable } from "../../contract/grading.ts";
import type { AnswerTo, QuestionType } from "../../contract/question.ts";
import {
  type Device,
  DeviceError,
  type DeviceOptions,
  type DeviceStorage,
  openDevice,
  type Schedule,
} from "../../device/mod.ts";
import { VirtualClock } from "../adapter/clock.ts";
import {
  type Adapter,
  CAPABILITIES,
  type Command,
  type Init,
  type SyncOutcome,
} from "../adapter/protocol.ts";
import { CLOCK_HEADER } from "../server/reply.ts";
import { dumpDevice } from "./device_dump.ts";
import { damageDevice } from "./device_damage.ts";

/** What an adapter needs besides the runner's commands. */
export interface DeviceEnv {
  fetch: typeof globalThis.fetch;
  /** Opens the database in the folder that the runner names. */
  openStorage(folder: string): DeviceStorage;
  /** Options of the app, which win over the adapter's own. */
  options?: Partial<DeviceOptions>;
  /** Is called with each device as it opens. */
  onOpen?: (device: Device) => void;
}

/** A right answer, or one that is wrong and still one that a learner could give. */
function answerTo({ type, answer }: Gradable, isRight: boolean): AnswerTo<QuestionType> {
  switch (type) {
    case "single_choice":
      return { choice: isRight ? answer.choice : answer.choice === 0 ? 1 : 0 };
    case "multiple_choice":
      return { choices: isRight ? answer.choices : answer.choices.slice(1) };
    case "true_false":
      return { value: isRight ? answer.value : !answer.value };
    case "numeric":
      return { value: isRight ? answer.value : `9${answer.value.replace("-", "")}` };
    case "short_text":
      return { text: isRight ? answer.accepted[0] ?? "" : `not ${answer.accepted.join(" ")}` };
  }
}

/** The word for a failed sync. */
function codeOf(error: unknown): string {
  if (error instanceof ProblemError || error instanceof DeviceError) return error.code;
  if (error instanceof NetworkError) return "network";
  if (error instanceof ContractError) return "invalid_answer";
  throw error;
}

async function outcomeOf(work: Promise<unknown>): Promise<SyncOutcome> {
  try {
    await work;
    return { result: "done", code: null };
  } catch (error) {
    return { result: "failed", code: codeOf(error) };
  }
}

/** The device, from `init` on. */
class Running {
  readonly clock: VirtualClock;
  readonly device: Device;
  schedule: Schedule;
  isOffline = false;
  tokens: { token: string | null; refreshed: string | null };

  constructor(env: DeviceEnv, o: Init) {
    this.clock = new VirtualClock(o.now, o.utc_offset_minutes);
    this.tokens = { token: o.token, refreshed: null };
    this.device = openDevice({
      storage: env.openStorage(o.storage),
      learnerId: o.learner_id,
      // With a marker the device makes its own id.
      deviceId: o.marker === undefined ? o.device_id : undefined,
      installationMarker: o.marker,
      adopts: o.adopts && { learnerId: o.adopts.learner_id, token: o.adopts.token },
      url: o.url,
      platform: o.platform,
      appVersion: o.app_version,
      clock: this.clock,
      getToken: ({ refused }) => {
        if (refused) this.tokens.token = this.tokens.refreshed;
        return this.tokens.token;
      },
      fetch: (input, init) => {
        if (this.isOffline) return Promise.reject(new TypeError("there is no network"));
        const headers = new Headers(init?.headers);
        headers.set(CLOCK_HEADER, String(this.clock.now()));
        return env.fetch(input, { ...init, headers });
      },
      ...env.options,
    });
    env.onOpen?.(this.device);
    this.schedule = this.device.schedule();
  }

  session(): string {
    return this.device.openSessions()[0]?.session_id ?? this.device.startSession();
  }

  /** What runSchedule does when the time has come. */
  async poll(): Promise<SyncOutcome> {
    const hint = this.schedule.begin();
    const outcome = await outcomeOf(this.device.sync({ hint }));
    if (outcome.result === "failed") this.schedule.failed();
    else if (!hint) this.schedule.synced();
    return outcome;
  }
}

async function perform(run: Running, command: Command): Promise<Record<string, unknown>> {
  const { device, schedule, clock } = run;
  switch (command.do) {
    case "answer": {
      const question = device.question(command.question_id);
      if (!question) throw new Error(`there is no question ${command.question_id}`);
      const answer = answerTo(question, command.right);
      const sessionId = run.session();
      const { eventId } = device.answer({ sessionId, question, answer, durationMs: command.duration_ms });
      return { event_id: eventId };
    }
    case "advance": {
      const { skill_id, mastery, completed } = command;
      device.advance({ skillId: skill_id, mastery, completed });
      return {};
    }
    case "reset":
      device.reset(command.skill_id);
      return {};
    case "end_session":
      device.endSession(run.session());
      return {};
    case "go_offline":
      run.isOffline = command.offline;
      return {};
    case "set_token":
      run.tokens = { token: command.token, refreshed: command.refreshed };
      return {};
    case "sync":
      return await outcomeOf(device.sync());
    case "poll":
      return await run.poll();
    case "advance_clock":
      clock.advance(command.ms);
      return {};
    case "dump":
      return dumpDevice(device, clock.now());
    case "verify":
      return { intact: (await device.verify()).ok };
    case "damage":
      damageDevice(device, command.how, command.ids);
      return {};
    case "set_domains":
      device.setDomains(command.ids);
      return {};
    case "due":
      return { in_ms: schedule.delay() };
    case "hint":
      if (command.content) schedule.onHint(command.content);
      if (command.learner) schedule.onLearnerHint(command.learner);
      return { in_ms: schedule.delay() };
    case "listening":
      schedule.onListening(command.listening);
      return {};
    case "give_up":
      device.giveUp(command.event_id, command.reason);
      return {};
    case "dead_letter":
      device.deadLetter(command.text, command.reason);
      return {};
    case "init":
      throw new Error("the client was started already");
  }
}

/** Makes the adapter. */
export function deviceAdapter(env: DeviceEnv): Adapter {
  let running: Running | undefined;
  return async (command) => {
    if (command.do === "init") {
      running = new Running(env, command);
      return { capabilities: Object.keys(CAPABILITIES) };
    }
    if (!running) throw new Error("`init` comes first");
    return await perform(running, command);
  };
}
