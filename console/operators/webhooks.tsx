// The receivers of webhooks, and the log of deliveries with another try for dead letters.
import { useState } from "preact/hooks";
import type { WebhookDelivery, WebhookEndpoint } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { AUDIT_REASON, Confirm } from "../parts/dialog.tsx";
import { Select } from "../parts/field.tsx";
import { countText, inWords, numberText } from "../parts/format.ts";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";

const PAGE_ROWS = 50;
const STATES = [
  ["dead", "dead letters: given up"],
  ["pending", "will be tried again"],
  ["delivered", "delivered"],
  ["", "any state"],
] as const;
const stateText = ({ state, attempts }: WebhookDelivery) =>
  `${state === "dead" ? "given up" : state} after ${countText(attempts, "attempt")}`;

const endpointColumns = (change: (endpoint: WebhookEndpoint) => void): readonly Column<WebhookEndpoint>[] => [
  {
    label: "Endpoint",
    cell: ({ url, description }) => (
      <>
        {url}
        {description !== null && <p class="sub">{description}</p>}
      </>
    ),
  },
  { label: "Gets", cell: ({ events }) => events.join(", ") },
  { label: "State", cell: ({ enabled }) => enabled ? "enabled" : "disabled: messages wait" },
  { label: "Pending", cell: ({ pending }) => numberText(pending), isNumber: true },
  { label: "Dead", cell: ({ dead }) => numberText(dead), isNumber: true },
  { label: "Last delivery", cell: ({ last_delivered_at }) => <Time at={last_delivered_at} /> },
  {
    label: "Decide",
    cell: (endpoint) => (
      <button type="button" onClick={() => change(endpoint)}>
        {endpoint.enabled ? "Disable …" : "Enable …"}
        <span class="unseen">{` ${endpoint.url}`}</span>
      </button>
    ),
  },
];

function Endpoints({ endpoints, reload }: { endpoints: readonly WebhookEndpoint[]; reload: () => void }) {
  const { operator } = useApi();
  const [chosen, setChosen] = useState<WebhookEndpoint | null>(null);
  const change = async ({ id, enabled }: WebhookEndpoint) => {
    await operator.setWebhookEndpoint({ endpoint: id, enabled: !enabled });
    announce(enabled ? "The endpoint is disabled." : "The endpoint is enabled.");
    reload();
  };
  return (
    <>
      <Table
        caption="Endpoints"
        columns={endpointColumns(setChosen)}
        rows={endpoints}
        rowKey={({ id }) => id}
        empty="There is no endpoint. The page about webhooks in the docs shows how to add one."
      />
      {chosen && (
        <Confirm
          title={chosen.enabled ? "Disable the endpoint" : "Enable the endpoint"}
          action={chosen.enabled ? "Disable" : "Enable"}
          word={chosen.enabled ? "disable" : undefined}
          onConfirm={() => change(chosen)}
          onClose={() => setChosen(null)}
        >
          <p>{chosen.url}</p>
          <p>
            {chosen.enabled
              ? "It gets no new messages, and pending ones wait."
              : "It gets new messages, and pending ones are sent."}
          </p>
        </Confirm>
      )}
    </>
  );
}

function lastAttempt({ log }: WebhookDelivery): string {
  const [last] = log;
  if (!last) return "not tried yet";
  const status = last.status === null ? "" : ` ${last.status}`;
  return `${inWords(last.outcome)}${status}${last.answer ? `: ${last.answer}` : ""}`;
}

const deliveryColumns = (
  urlOf: (endpoint: string) => string,
  retry: (delivery: WebhookDelivery) => void,
): readonly Column<WebhookDelivery>[] => [
  {
    label: "Message",
    cell: ({ message_id, type, version }) => (
      <>
        {type}
        {version !== null && ` ${version}`}
        <p class="sub">{message_id}</p>
      </>
    ),
  },
  { label: "Endpoint", cell: ({ endpoint_id }) => urlOf(endpoint_id) },
  { label: "State", cell: stateText },
  { label: "Written", cell: ({ created_at }) => <Time at={created_at} /> },
  { label: "Last attempt", cell: lastAttempt },
  {
    label: "Decide",
    cell: (delivery) =>
      delivery.state === "pending" ? "–" : (
        <button type="button" onClick={() => retry(delivery)}>
          Send again …<span class="unseen">{` ${delivery.message_id}`}</span>
        </button>
      ),
  },
];

/** For admins. State and page of the log are part of the address. */
export function Webhooks({ query }: { query: URLSearchParams }) {
  const { operator } = useApi();
  const before = query.get("before");
  const state = STATES.find(([one]) => one === query.get("state"))?.[0] ?? "dead";
  const [chosen, setChosen] = useState<WebhookDelivery | null>(null);
  const endpoints = useLoad("webhook endpoints", () => operator.webhookEndpoints());
  const deliveries = useLoad(`webhook deliveries ${state} ${before}`, () =>
    operator.webhookDeliveries({
      with_state: state === "" ? undefined : state,
      before: before ?? undefined,
      page_rows: PAGE_ROWS,
    }));
  const urlOf = (id: string) =>
    (endpoints.kind === "ready" ? endpoints.data.find((one) => one.id === id)?.url : undefined) ?? id;
  const retry = async ({ message_id, endpoint_id }: WebhookDelivery, reason: string) => {
    await operator.retryWebhook({ message: message_id, endpoint: endpoint_id, reason });
    announce("The message will be sent again at once, with all attempts.");
    endpoints.reload();
    deliveries.reload();
  };
  return (
    <>
      <Show of={endpoints}>{(rows) => <Endpoints endpoints={rows} reload={endpoints.reload} />}</Show>
      <h2>Deliveries</h2>
      <div class="filters">
        <Select
          label="State"
          value={state}
          onValue={(value) => goTo(linkTo(["operators", "webhooks"], { state: value }))}
          options={STATES}
        />
      </div>
      <Show of={deliveries}>
        {(rows) => (
          <>
            <Table
              caption="Deliveries, newest first"
              columns={deliveryColumns(urlOf, setChosen)}
              rows={rows}
              rowKey={({ message_id, endpoint_id }) => `${message_id} ${endpoint_id}`}
              empty={state === "dead" ? "There is no dead letter." : "There is no such delivery."}
            />
            <Pager
              what="deliveries"
              isFirst={before === null}
              next={rows.length === PAGE_ROWS ? rows.at(-1)?.created_at : undefined}
              linkOf={(time) => linkTo(["operators", "webhooks"], { state, before: time })}
            />
          </>
        )}
      </Show>
      {chosen && (
        <Confirm
          title="Send the message again"
          action="Send again"
          reason={AUDIT_REASON}
          onConfirm={(reason) => retry(chosen, reason)}
          onClose={() => setChosen(null)}
        >
          <p>
            {chosen.type} to{" "}
            {urlOf(chosen.endpoint_id)}. It keeps its id, so a receiver that has seen it does nothing.
          </p>
        </Confirm>
      )}
    </>
  );
}
