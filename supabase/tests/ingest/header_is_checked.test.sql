begin;
select plan(42);

select tests.a_release();
create function pg_temp.refused(p_header text) returns text
language sql
as $$ select tests.raised(format('select private.ingest_for(tests.learner(), tests.session(), %L)', p_header || E'\n' || tests.attempt(10, 1))) $$;

select is(pg_temp.refused(tests.header(jsonb_build_object(field, value))), 'CR020 ' || field, format('I7: a header is refused for its %s: %s', field, value))
from (values
  ('batch_id', '"01KAN"'::jsonb), ('batch_id', '"81KAN000000000000000000000"'), ('batch_id', 'null'), ('device_id', '"none"'), ('device_id', '7'),
  ('sent_at', '"2025-11-22"'), ('sent_at', '"2025-11-31T10:00:00Z"'), ('sent_at', '"2025-11-22T10:00:00+01:00"'), ('sent_at', '1'),
  ('platform', '""'), ('platform', '1'), ('app_version', to_jsonb(repeat('x', 61))), ('contract_version', '0'), ('contract_version', '"1"'),
  ('contract_version', 'null'), ('content_version', '-1'), ('content_version', '1.5'), ('content_schema', '0'), ('content_schema', '"2"'), ('pull', '[]'), ('pull', '{"limit": 0}'), ('pull', '{"limit": 1001}'),
  ('pull', '{"cursor": 1}'), ('pull', '{"cursor": ""}')) bad (field, value);
select is(pg_temp.refused(header), 'CR020', 'I7: a header is refused: ' || header)
from unnest(array['', 'x', '[]', 'null', '"x"', '{"batch_id":', '{"x": "\u0000"}']) header;
select throws_ok(format('select private.ingest_for(tests.learner(), tests.session(), %L)', tests.header('{"sent_at": "2025-11-22T10:00:00+01:00"}')), 'CR020',
  '`sent_at`: must be an RFC 3339 time in UTC ending in Z.', 'I7: the error of an invalid header names the field and its rule');
select throws_ok('select private.ingest_for(tests.learner(), tests.session(), $$[]$$)', 'CR020',
  'The first line of a batch must be its header, a JSON object without U+0000 and lone surrogates.', 'I7: the error of a first line that is no header says so');
select is(pg_temp.refused('{}'), 'CR020 batch_id', 'I7: the first invalid field of a header is named');
select is_empty('select from learner.event where user_id = tests.learner() union all select from learner.device where user_id = tests.learner()',
  'I7: a refused header writes nothing');
select is(pg_temp.refused(tests.header(patch)), 'nothing', format('I7: a header is accepted: %s', patch))
from unnest(array['{"platform": null, "app_version": null, "content_version": null, "pull": null}', '{"content_schema": 32767}', '{"pull": {}}', '{"pull": {"cursor": null, "limit": null}}',
  '{"extra": 1}', '{"sent_at": "1970-01-01T00:00:00Z"}', '{"content_version": 0}']::jsonb[]) patch;

select * from finish();
rollback;
