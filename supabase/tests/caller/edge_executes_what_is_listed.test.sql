begin;
select plan(5);

select set_eq($$ select tests.functions_open_to('carrel_edge') $$,
  $$ values
    ('private.content_head(p_schema smallint)'),
    ('private.content_page(p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer, p_bytes integer, p_same boolean)'),
    ('private.content_existing()'),
    ('private.content_domains(p_history text, p_schema smallint, p_version integer)'),
    ('private.content_manifest(p_history text, p_schema smallint, p_version integer)'),
    ('private.content_node(p_history text, p_schema smallint, p_version integer, p_id uuid, p_after text, p_limit integer)'),
    ('private.report_content(p_user uuid, p_session uuid, p_report text)'),
    ('private.record_contacts(p_contacts json)'),
    ('private.ingest_for(p_user uuid, p_session uuid, p_lines text, p_by_server boolean)'),
    ('private.sync_for(p_user uuid, p_session uuid, p_lines text, OUT answer text, OUT changed_by uuid)'),
    ('private.pull_for(p_user uuid, p_session uuid, p_cursor text, p_limit integer, p_at_least text, p_device uuid)'),
    ('private.adopt_for(p_account uuid, p_session uuid, p_anonymous uuid, p_anonymous_session uuid)'),
    ('private.hint_learners(p_pushes json)'),
    ('private.claim_webhooks(p_limit integer, p_lease_s integer)'),
    ('private.record_webhook(p_message text, p_endpoint uuid, p_attempt integer, p_outcome text, p_status integer, p_answer text, p_duration_ms integer, p_retry_after_s integer, p_jitter double precision)'),
    ('private.claim_bundle_work()'),
    ('private.bundle_text(p_lease uuid)'),
    ('private.name_bundle(p_lease uuid, p_bytes integer, p_sha256 text)'),
    ('private.finish_bundle(p_lease uuid)'),
    ('private.finish_signing(p_lease uuid, p_urls json, p_expires_at timestamp with time zone)'),
    ('private.finish_removal(p_lease uuid)'),
    ('private.claim_media_work()'),
    ('private.finish_media_signing(p_names json, p_urls json, p_expires_at timestamp with time zone)'),
    ('private.finish_media_removal(p_names json)'),
    ('private.wake_bundler()'),
    ('private.metrics()'),
    ('private.take_wake(p_slug text, p_token text)') $$,
  'I9: the role carrel_edge executes exactly these functions');
select is_empty($$ select tests.relations_open_to('carrel_edge') $$, 'I9: the role carrel_edge can access no table');
select is_empty($$ select rolname from pg_roles r where rolname <> 'carrel_edge' and pg_has_role('carrel_edge', r.oid, 'member') $$,
  'I9: the role carrel_edge is a member of no role');
select ok(not (select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication from pg_roles where rolname = 'carrel_edge'),
  'I9: the role carrel_edge has no privileged attribute');
select set_has($$ select unnest(rolconfig) from pg_roles where rolname = 'carrel_edge' $$,
  $$ values ('statement_timeout=8s'), ('lock_timeout=2s'), ('idle_in_transaction_session_timeout=10s') $$,
  'I7: the role carrel_edge has timeouts for statements, locks and idle transactions');

select * from finish();
rollback;
