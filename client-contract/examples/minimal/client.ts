// A minimal client, written from docs/protocol.md and docs/write-a-client.md: outbox, retries, results, pull, and verified content. It uses
// the package's types and validators alone. It leaves out what docs/conformance.md calls optional.
import * as contract from "../../contract/mod.ts";
import { Failure, type Page, readPage } from "./http.ts";
import { Recorder } from "./recorder.ts";
import { type Kept, keyOf, type State } from "./state.ts";

const DAY_MS = 86_400_000;
const START_OVER = ["history_changed", "cursor_ahead", "cursor_too_old"];
const MAX_RESTARTS = 3;

/** The client. */
export class Client extends Recorder {
  // 1 Push, and act on the results.

  /** Events that may be sent now. A time that is more than a week away was measured by a clock that was set back. */
  due(): Kept[] {
    const now = this.app.now();
    return this.state.outbox.filter(({ state, retryAt }) =>
      state === "pending" && (retryAt <= now || retryAt > now + 7 * DAY_MS)
    );
  }

  batchSize = (): number => this.state.steering.batch_events;
  cursor = (): string | null => this.state.staged?.next ?? this.state.cursor;

  /** Sends a batch until it is answered, always with the same id. */
  async push(batch: readonly Kept[], cursor: { cursor: string | null } | null): Promise<contract.SyncAnswer> {
    const batch_id = this.newId(structuredClone(this.state));
    return await this.http.retrying(this.state.steering, async (isRefused) => {
      const header = {
        batch_id,
        device_id: this.app.deviceId,
        sent_at: new Date(this.app.now()).toISOString(),
        contract_version: contract.CONTRACT_VERSION,
        content_version: this.state.content.version,
        content_schema: contract.CONTENT_SCHEMA,
        pull: cursor,
      };
      const body = [JSON.stringify(header), ...batch.map(({ line }) => line), ""].join("\n");
      const headers = { "content-type": "application/x-ndjson" };
      const text = await this.http.send("sync", { method: "POST", headers, body }, isRefused);
      return this.readAnswer(text, batch.length);
    });
  }

  readAnswer(text: string, events: number): contract.SyncAnswer {
    try {
      const answer = contract.SyncAnswer.parse(JSON.parse(text));
      if (answer.batch.results.length === events) return answer;
    } catch { /* Not an answer of this contract. */ }
    throw new Failure("invalid_answer");
  }

  /** What a result means for its event. */
  settle(event: Kept, { status, code, retry_after_s }: contract.EventResult): void {
    if (status === "retry") {
      event.retryAt = this.app.now() + (retry_after_s ?? 0) * 1000;
      return;
    }
    event.state = status === "quarantined" ? "quarantined" : "delivered";
    event.code = code ?? null;
    event.deliveredAt = this.app.now();
  }

  /** The server may have lost everything: all events that are still kept are sent again. */
  resendAll(state: State): void {
    for (const event of state.outbox) {
      Object.assign(event, { state: "pending", code: null, retryAt: 0, settled: false });
    }
  }

  pullAnew(state: State): void {
    state.cursor = null;
    state.staged = null;
  }

  /** Stores the answer to a batch. Returns whether the client has to start over, and whether all is pulled. */
  take(batch: readonly Kept[], { batch: answered, head, steering, pull }: contract.SyncAnswer) {
    let outcome = { isReset: false, isPulled: false };
    this.commit((state) => {
      const answeredAt = new Date(answered.received_at).toISOString();
      state.clock = { offset: Date.parse(answeredAt) - this.app.now(), answeredAt };
      state.steering = steering;
      state.head = head;
      state.isRevoked = false;
      batch.forEach(({ id }, place) => {
        const [event, result] = [state.outbox.find((kept) => kept.id === id), answered.results[place]];
        if (event && result) this.settle(event, result);
      });
      const isNewHistory = state.history !== null && state.history !== head.history;
      state.history = head.history;
      if (isNewHistory) {
        this.resendAll(state);
        this.pullAnew(state);
        outcome = { isReset: true, isPulled: false };
      } else if (pull) outcome = this.takePull(state, pull);
    });
    return outcome;
  }

  // 2 Pull.

  /** Stages a page; the last one applies all of them together with the cursor. */
  takePull(state: State, pull: contract.PullAnswer) {
    if ("reset" in pull) {
      if (pull.reset !== "cursor_invalid") this.resendAll(state);
      this.pullAnew(state);
      return { isReset: true, isPulled: false };
    }
    const changes = [...state.staged?.changes ?? [], ...pull.changes];
    if (pull.more) {
      state.staged = { next: pull.cursor, changes };
      return { isReset: false, isPulled: false };
    }
    if (state.cursor === null) state.rows = {};
    for (const change of changes) state.rows[keyOf(change)] = change;
    for (const event of state.outbox) {
      event.settled = event.state !== "pending" || `attempt/${event.id}` in state.rows;
    }
    state.cursor = pull.cursor;
    state.staged = null;
    return { isReset: false, isPulled: true };
  }

  async pullRest(token: string) {
    for (;;) {
      const query = new URLSearchParams({ device: this.app.deviceId, at_least: token });
      const cursor = this.cursor();
      if (cursor !== null) query.set("cursor", cursor);
      const { steering } = this.state;
      const text = await this.http.retrying(
        steering,
        (isRefused) => this.http.send(`sync?${query}`, {}, isRefused),
      );
      let outcome = { isReset: false, isPulled: false };
      this.commit((state) =>
        outcome = this.takePull(state, contract.SteeredPullAnswer.parse(JSON.parse(text)))
      );
      if (outcome.isReset || outcome.isPulled) return outcome;
    }
  }

  // 3 Update the content.

  content = (path: string): Promise<string> =>
    this.http.retrying(this.state.steering, (isRefused) => this.http.send(`content/${path}`, {}, isRefused));

  page = (query: string): Promise<Page> =>
    this.http.retrying(
      this.state.steering,
      async (isRefused) => readPage(await this.http.send(`content/delta?${query}`, {}, isRefused)),
    );

  /** The rows of the head's version, from the held ones and all pages of the delta. */
  async download(head: contract.Head, since: number): Promise<Record<string, string>> {
    let rows = since === 0 ? {} : { ...this.state.content.rows };
    let next: string | null = null;
    do {
      const query = new URLSearchParams({ schema: String(contract.CONTENT_SCHEMA), since: String(since) });
      query.set("until", String(head.version));
      query.set("history", head.history);
      if (next !== null) query.set("after", next);
      const { page, lines, next: following } = await this.page(`${query}`);
      if (page.history !== head.history) throw new Failure("history_changed");
      if (page.since === 0 && since > 0) [rows, since] = [{}, 0];
      for (const line of lines) this.applyLine(rows, line);
      next = following;
    } while (next !== null);
    return rows;
  }

  applyLine(rows: Record<string, string>, line: string): void {
    const row = contract.ContentLine.parse(JSON.parse(line));
    if (row.kind === "tombstone") delete rows[`${row.of}/${row.id}`];
    else rows[`${row.kind}/${row.id}`] = line;
  }

  isPublished = (rows: Record<string, string>, { root }: contract.Head): boolean =>
    contract.hashTree(Object.values(rows).map(contract.treeRow)).root === root;

  /** Whether the server can tell what changed since the held version. */
  sinceFor = (head: contract.Head): number => {
    const { history, version } = this.state.content;
    return history === head.history && version <= head.version && version >= head.horizon ? version : 0;
  };

  async updateContent(head: contract.Head): Promise<void> {
    const freshHead = async () =>
      contract.Head.parse(JSON.parse(await this.content(`head?schema=${contract.CONTENT_SCHEMA}`)));
    if (head.schema !== contract.CONTENT_SCHEMA) head = await freshHead();
    const { history, version } = this.state.content;
    if (head.version === 0 || (history === head.history && version === head.version)) return;
    let since = this.sinceFor(head);
    for (let restarts = 0;;) {
      try {
        const rows = await this.download(head, since);
        if (this.isPublished(rows, head)) {
          return this.commit((state) =>
            state.content = { history: head.history, version: head.version, rows }
          );
        }
        if (since === 0) throw new Failure("content_mismatch");
      } catch (error) {
        if (!(error instanceof Failure && START_OVER.includes(error.code)) || ++restarts > MAX_RESTARTS) {
          throw error;
        }
        head = await freshHead();
      }
      since = 0;
    }
  }

  // 4 One sync.

  async exchange(): Promise<contract.Head> {
    for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
      for (;;) {
        const due = this.due();
        const batch = due.slice(0, this.batchSize());
        const isLast = batch.length === due.length;
        const answer = await this.push(batch, isLast ? { cursor: this.cursor() } : null);
        let outcome = this.take(batch, answer);
        const isStuck = answer.batch.results.every(({ status }) => status === "retry");
        if (!isLast && !isStuck && !outcome.isReset) continue;
        if (!outcome.isReset && !outcome.isPulled) outcome = await this.pullRest(answer.batch.token);
        if (!outcome.isReset) return answer.head;
        break;
      }
    }
    throw new Failure("unstable_server");
  }

  /** Sends everything, pulls everything, and updates the content. Throws Failure. */
  async sync(): Promise<void> {
    try {
      const head = await this.exchange();
      await this.updateContent(head);
      this.commit((state) => {
        state.isRefused = false;
        const before = this.app.now() - state.steering.keep_sent_days * DAY_MS;
        state.outbox = state.outbox.filter((event) => !event.settled || event.deliveredAt >= before);
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.commit((state) => {
        if (error.code === "device_revoked") state.isRevoked = true;
        if (error.code === "upgrade_required") state.isRefused = true;
      });
      if (error.code !== "upgrade_required") throw error;
    }
  }
}
