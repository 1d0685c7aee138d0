begin;
select plan(2);

select set_eq($$ select tests.functions_open_to('authenticated') $$,
  $$ values
    ('public.content_head(schema smallint)'),
    ('public.content_delta(history text, since integer, until integer, domains uuid[], after text, page_rows integer, schema smallint)'),
    ('public.ingest(json)'),
    ('public.merge_progress(event_id text, device_id uuid, occurred_at text, skill_id uuid, mastery integer, completed uuid[], reset json, utc_offset_minutes integer)'),
    ('public.learner_changes(cursor text, page_rows integer)'),
    ('public.publish_release(note text, expected_hash text, force boolean)'),
    ('public.preview_release(change_limit integer)'),
    ('public.rollback_release(to_version integer, note text, force boolean)'),
    ('public.schedule_release(at timestamp with time zone, expected_hash text, note text, force boolean)'),
    ('public.cancel_schedule(schedule_id bigint)'),
    ('public.list_schedules(page_rows integer)'),
    ('public.release_history(before_version integer, page_rows integer)'),
    ('public.support_timeline(learner uuid, after text, page_rows integer)'),
    ('public.add_webhook_endpoint(url text, events text[], description text, local boolean)'),
    ('public.webhook_endpoints()'),
    ('public.set_webhook_endpoint(endpoint uuid, enabled boolean)'),
    ('public.rotate_webhook_secret(endpoint uuid, overlap_hours integer)'),
    ('public.webhook_deliveries(endpoint uuid, with_state text, before timestamp with time zone, page_rows integer)'),
    ('public.retry_webhook(message text, endpoint uuid)'),
    -- Their cores, each of which checks its caller itself.
    ('private.app_role()'),
    ('private.content_head(p_schema smallint)'),
    ('private.content_delta(p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)'),
    ('private.ingest(p_batch json)'),
    ('private.merge_progress(p_event_id text, p_device_id uuid, p_occurred_at text, p_utc_offset_minutes integer, p_skill_id uuid, p_mastery integer, p_completed uuid[], p_reset json)'),
    ('private.own_changes(p_cursor text, p_limit integer)'),
    ('private.publish_release(p_note text, p_expected_hash text, p_force boolean)'),
    ('private.preview_release(p_limit integer)'),
    ('private.add_webhook_endpoint(p_url text, p_events text[], p_description text, p_local boolean)'),
    ('private.webhook_endpoints()'),
    ('private.set_webhook_endpoint(p_endpoint uuid, p_enabled boolean)'),
    ('private.rotate_webhook_secret(p_endpoint uuid, p_overlap_hours integer)'),
    ('private.webhook_deliveries(p_endpoint uuid, p_state text, p_before timestamp with time zone, p_limit integer)'),
    ('private.retry_webhook(p_message text, p_endpoint uuid)'),
    ('private.rollback_release(p_to integer, p_note text, p_force boolean)'),
    ('private.schedule_release(p_at timestamp with time zone, p_expected_hash text, p_note text, p_force boolean)'),
    ('private.cancel_schedule(p_id bigint)'),
    ('private.list_schedules(p_limit integer)'),
    ('private.release_history(p_before integer, p_limit integer)'),
    ('private.support_timeline(p_learner uuid, p_cursor text, p_limit integer)') $$,
  'I9: a signed-in user executes these functions and no others');
select set_eq($$ select tests.relations_open_to('authenticated') $$,
  $$ values ('learner.session'), ('learner.attempt'), ('learner.skill_progress'),
            ('public.session'), ('public.attempt'), ('public.skill_progress') $$,
  'I9: and reads these tables, whose policies show their own rows');

select * from finish();
rollback;
