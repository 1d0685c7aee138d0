begin;
select plan(7);

create function pg_temp.seen() returns text language sql volatile as $$ select private.history() $$;
create temporary table ids (step text, id text default pg_temp.seen()) on commit drop;
create function pg_temp.is_new(p_step text, p_description text) returns text language plpgsql as $$
begin
  insert into ids (step) values (p_step);
  return is((select count(*) from ids i where i.id = (select n.id from ids n where n.step = p_step)), 1::bigint, p_description);
end
$$;
select pg_temp.is_new('start', 'I11: a database has a history');

-- What normal life does to tables.
set local client_min_messages = error;
alter table learner.state add column note text;
alter table learner.state alter column note type integer using 1;
reindex table learner.state;
cluster content.release using release_pkey;
update ops.history set rotated_at = now();
select is(private.history(), (select id from ids where step = 'start'), 'I11: migrations, rewritten tables and new indexes keep the history');

-- A dump contains every value. A table made by it has another id.
savepoint whole;
do $$
declare
  v_table regclass;
begin
  foreach v_table in array array['ops.history', 'content.release', 'content.revision', 'learner.event', 'learner.state']::regclass[] loop
    execute format('alter table %s rename to %s_old', v_table, (select relname from pg_class where oid = v_table));
  end loop;
end
$$;
create table ops.history (like ops.history_old including all);
insert into ops.history select * from ops.history_old;
select pg_temp.is_new('whole', 'I11: a dump of everything that is put back changes the history');
drop table ops.history;
create table ops.history (like ops.history_old including all);
insert into ops.history select * from ops.history_old;
select pg_temp.is_new('again', 'I11: the same dump, put back again, changes the history again');
rollback to whole;

savepoint part;
alter table learner.event rename to event_old;
create table learner.event (like learner.event_old);
select pg_temp.is_new('part', 'I11: a dump of one schema that is put back changes the history');
rollback to part;

create temporary table copy on commit drop as select * from ops.history;
delete from ops.history;
insert into ops.history select * from copy;
select pg_temp.is_new('row', 'I11: a row of history that is put back by hand changes the history');
select is(private.history(), pg_temp.seen(), 'I11: the history stays afterwards');

select * from finish();
rollback;
