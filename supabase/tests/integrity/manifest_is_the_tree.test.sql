begin;
select plan(10);

select tests.a_release();
update content.skill set domain_id = tests.domain(2) where id = tests.skill(2);
select tests.publish();
create temporary table manifest on commit drop as
select v as version, private.content_manifest(private.history(), 1::smallint, v)::jsonb as m from generate_series(1, 2) v;

select is(m - 'domains', jsonb_build_object('history', private.history(), 'schema', 1, 'version', 2,
  'root', public.content_head() ->> 'root', 'rows', 11, 'bundles', '[]'::jsonb), 'C6: a manifest has the root hash of the head')
from manifest where version = 2;
select results_eq(
  $$ select (d ->> 'id')::uuid, (d ->> 'rows')::integer, (select array_agg((s ->> 'id')::uuid) from jsonb_array_elements(d -> 'skills') s)
     from manifest, jsonb_array_elements(m -> 'domains') d where version = 2 $$,
  $$ values (tests.domain(1), 4, array[tests.skill(1)]), (tests.domain(2), 7, array[tests.skill(2), tests.skill(3)]) $$,
  'C6: a manifest lists domains and skills in ascending order, with their rows');
select results_eq(
  $$ select (select array_agg((s ->> 'id')::uuid) from jsonb_array_elements(d -> 'skills') s)
     from manifest, jsonb_array_elements(m -> 'domains') d where version = 1 $$,
  $$ values (array[tests.skill(1), tests.skill(2)]), (array[tests.skill(3)]) $$, 'C6: a manifest of an older version does not change');
select is(m ->> 'root', (select encode(sha256(convert_to(string_agg((d ->> 'id') || ':' || (d ->> 'hash') || E'\n', ''), 'UTF8')), 'hex')
  from jsonb_array_elements(m -> 'domains') d), 'I12: the root hash is computed from the hashes of the domains') from manifest where version = 2;
select results_eq(
  $$ select version, private.content_domains(private.history(), 1::smallint, version)::jsonb from manifest order by 1 $$,
  $$ select version, m - 'bundles' - 'rows' || jsonb_build_object('domains', (
       select jsonb_agg(d - 'skills' order by d ->> 'id') from jsonb_array_elements(m -> 'domains') d)) from manifest order by 1 $$,
  'C6: the domains'' nodes are those of the manifest, at every version');
select throws_ok($$ select private.content_domains(private.history(), 1::smallint, 4) $$, 'CR011', null,
  'I11: the nodes of a future version are refused');
delete from content.question where skill_id = tests.skill(3);
delete from content.skill where id = tests.skill(3);
select tests.publish(true);
select is((select sum(jsonb_array_length(d -> 'skills')) from jsonb_array_elements(
  private.content_manifest(private.history(), 1::smallint, 3)::jsonb -> 'domains') d), 2::bigint, 'C6: a withdrawn skill is not in the manifest');
select throws_ok($$ select private.content_manifest('0000000000000000', 1::smallint, 1) $$, 'CR010', null, 'I11: a manifest of another history is refused');
select throws_ok($$ select private.content_manifest(private.history(), 1::smallint, 4) $$, 'CR011', null, 'I11: a manifest of a future version is refused');
select tests.empty_content();
select throws_ok($$ select private.content_manifest(null, 1::smallint, null) $$, 'CR030', null, 'C6: a manifest is refused before the first release');

select * from finish();
rollback;
