begin;
select plan(2);

select tests.a_release();
update content.question set prompt = 'Edited' where id = tests.question(1);
delete from content.question where id = tests.question(4);
select tests.publish();

-- Computes the hashes from the delivered lines, as the protocol describes.
create temporary table held on commit drop as
  select line::jsonb ->> 'kind' as kind, line::jsonb ->> 'id' as id, line::jsonb as row, encode(sha256(convert_to(line, 'UTF8')), 'hex') as hash
  from string_to_table(tests.page(0), E'\n') line
  where line ~ '^{"kind":"(domain|skill|question)"';
create temporary table skill_node on commit drop as
  select s.id, s.row ->> 'domain_id' as domain_id,
    encode(sha256(convert_to(s.id || ':' || s.hash || E'\n' || (
      select coalesce(string_agg(q.id || ':' || q.hash || E'\n', '' order by q.id collate "C"), '')
      from held q where q.row ->> 'skill_id' = s.id), 'UTF8')), 'hex') as hash
  from held s
  where s.kind = 'skill';
create temporary table domain_node on commit drop as
  select d.id,
    encode(sha256(convert_to(d.id || ':' || d.hash || E'\n' || (
      select coalesce(string_agg(s.id || ':' || s.hash || E'\n', '' order by s.id collate "C"), '')
      from skill_node s where s.domain_id = d.id), 'UTF8')), 'hex') as hash
  from held d
  where d.kind = 'domain';

select is(public.content_head() ->> 'root',
  (select encode(sha256(convert_to(string_agg(id || ':' || hash || E'\n', '' order by id collate "C"), 'UTF8')), 'hex') from domain_node),
  'I12: the root hash of the head can be computed from the delivered rows');
select set_eq(
  $$ select distinct on (kind, id) kind, id::text, encode(hash, 'hex') from content.tree_node where schema = 1 and kind <> 'release'
    order by kind, id, version desc $$,
  $$ select 'skill', id, hash from skill_node union all select 'domain', id, hash from domain_node $$,
  'I12: the hash of every node can be computed from the delivered rows');

select * from finish();
rollback;
