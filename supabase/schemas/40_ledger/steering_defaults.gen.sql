-- Generated from client-contract/contract/steering.ts by `npm run generate`. Do not edit.

insert into ops.steering (batch_events, retry_base_ms, retry_cap_ms, outbox_cap, keep_sent_days, listening_poll_after_s, paused, note, pause_s)
values (500, 1000, 30000, 50000, 14, 14400, false, 'The defaults.', 3600);
