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
    ('public.require_release(version integer, required_from timestamp with time zone)'),
    ('public.support_timeline(learner uuid, after text, page_rows integer)'),
    -- Their cores, each of which checks its caller itself.
    ('private.app_role()'),
    ('private.content_head(p_schema smallint)'),
    ('private.content_delta(p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)'),
    ('private.ingest(p_batch json)'),
    ('private.merge_progress(p_event_id text, p_device_id uuid, p_occurred_at text, p_utc_offset_minutes integer, p_skill_id uuid, p_mastery integer, p_completed uuid[], p_reset json)'),
    ('private.own_changes(p_cursor text, p_limit integer)'),
    ('private.publish_release(p_note text, p_expected_hash text, p_force boolean)'),
    ('private.preview_release(p_limit integer)'),
    ('private.require_release(p_version integer, p_from timestamp with time zone)'),
    ('private.support_timeline(p_learner uuid, p_cursor text, p_limit integer)') $$,
  'I9: a signed-in user executes these functions and no others');
select set_eq($$ select tests.relations_open_to('authenticated') $$,
  $$ values ('learner.session'), ('learner.attempt'), ('learner.skill_progress'),
            ('public.session'), ('public.attempt'), ('public.skill_progress') $$,
  'I9: and reads these tables, whose policies show their own rows');

select * from finish();
rollback;
