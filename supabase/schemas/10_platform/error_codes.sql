-- What:  private.error_code: the error registry, one row for each code.
-- Why:   SQL raises errors and classifies events by code name. The rows are generated from client-contract/contract/errors.ts,
--        the only place where the facts are written.
create table private.error_code (
  code                text not null,
  title               text not null,
  status              smallint,
  sqlstates           text[] not null,
  request_retryable   boolean,
  outcome             text,
  held                boolean,
  event_retryable     boolean,
  event_retry_after_s integer,
  constraint error_code_pkey primary key (code),
  -- ops.quarantine references this pair: its status follows from the code.
  constraint error_code_code_held_key unique (code, held),
  constraint error_code_request_is_complete check ((status is null) = (request_retryable is null)),
  constraint error_code_event_is_complete check (num_nulls(outcome, held, event_retryable) in (0, 3)),
  constraint error_code_outcome_known check (outcome in ('quarantined', 'retry'))
);
comment on table private.error_code is 'The error registry. A code can be the error of a request, of an event, or of both.';
comment on column private.error_code.status is 'The HTTP status of a request with this error. Null: not an error of requests.';
comment on column private.error_code.sqlstates is 'The SQLSTATEs of the error; private.raise_error() uses the first one.';
comment on column private.error_code.outcome is 'The status of an event that is not applied because of this error. Null: not an error of events.';
comment on column private.error_code.held is 'True: the server applies the quarantined event once the missing knowledge arrives. False: the event waits for support.';
comment on column private.error_code.event_retry_after_s is
  'Seconds until a device retries the event. Null: ops.quarantine_setting has the value.';

alter table private.error_code enable row level security;
create policy error_code_all_nobody on private.error_code for all to anon, authenticated using (false);
