-- Generated from client-contract/contract/limits.ts by `npm run generate`. Do not edit.

alter table learner.attempt
  add constraint attempt_duration_in_range check (duration_ms between 0 and 86400000);
