begin;
select plan(18);

select tests.a_release();
create temporary table violation (rule text, statement text) on commit drop;
insert into content.bundle (history, schema, domain_id, version, rows, path, bytes, sha256)
values ('h', 1, tests.domain(8), 1, 1, 'h/1/' || encode(sha256('a'), 'hex') || '.ndjson.gz', 1, sha256('a'));
insert into violation values
  ('bundle_pkey', $$ insert into content.bundle (history, schema, domain_id, version, rows) values ('h', 1, tests.domain(8), 1, 1) $$),
  ('bundle_path_unique', $$ insert into content.bundle (history, schema, domain_id, version, rows, path, bytes, sha256)
     values ('h', 1, tests.domain(9), 1, 1, 'h/1/' || encode(sha256('a'), 'hex') || '.ndjson.gz', 1, sha256('a')) $$),
  ('bundle_rows_positive', $$ insert into content.bundle (history, schema, domain_id, version, rows) values ('h', 1, tests.domain(9), 1, 0) $$),
  ('bundle_first_part_begins', $$ insert into content.bundle (history, schema, domain_id, version, part, rows) values ('h', 1, tests.domain(9), 1, 2, 1) $$),
  ('bundle_bytes_positive', $$ update content.bundle set bytes = 0 $$),
  ('bundle_sha256_length', $$ update content.bundle set sha256 = '\x00', path = 'h/1/00.ndjson.gz' $$),
  ('bundle_path_is_its_hash', $$ update content.bundle set path = 'h/1/other.ndjson.gz' $$),
  ('bundle_named_whole', $$ update content.bundle set bytes = null $$),
  ('bundle_stored_after_named', $$ update content.bundle set path = null, bytes = null, sha256 = null, stored_at = now() $$),
  ('bundle_signed_after_stored', $$ update content.bundle set signed_url = 'https://a', url_expires_at = now() $$),
  ('bundle_url_expires', $$ update content.bundle set stored_at = now(), signed_url = 'https://a' $$),
  ('bundle_attempts_not_negative', $$ update content.bundle set attempts = -1 $$),
  ('release_state_pkey', $$ insert into content.release_state (version) values (1) $$),
  ('release_state_version_exists', $$ insert into content.release_state (version) values (2) $$),
  ('release_state_bundled_in_a_history', $$ update content.release_state set bundled_at = now() $$),
  ('signal_setting_pkey', $$ insert into ops.signal_setting default values $$),
  ('signal_setting_positive', $$ update ops.signal_setting set hint_devices_per_s = 0 $$);
select is(tests.violated(statement), rule, 'C1: a bundle table is guarded by ' || rule) from violation;
select set_eq('select rule from violation union select $$signal_setting_one_row$$',
  $$ select conname::text from pg_constraint
     where conrelid in ('content.bundle'::regclass, 'content.release_state'::regclass, 'ops.signal_setting'::regclass) and contype <> 'n' $$,
  'C1: every constraint has a case here, except the one that the primary key hides');

select * from finish();
rollback;
