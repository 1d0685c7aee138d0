begin;
select plan(14);

create temporary table before on commit drop as select private.history() as history;
create function pg_temp.paused() returns boolean language sql stable as $$ select private.steering_for(null, null) ->> 'paused' is not null $$;

select is(ops.settle_upgrade(), null, 'I11: without a declaration there is nothing to settle');
select is(tests.raised(format('select ops.expect_upgrade(%L)', p)), 'CR044 p_within', 'I11: an upgrade cannot be expected within ' || coalesce(p, 'null'))
from (values ('9 minutes'), ('25 hours'), (null)) v (p);
select is(ops.expect_upgrade('1 hour'), now() + interval '1 hour', 'I11: a declaration says how long it is good');
select is(pg_temp.paused(), true, 'U8: sync is paused while an upgrade is expected');
select is(ops.settle_upgrade(), 'expected', 'I11: a declaration lasts until the upgrade');
select is(ops.settle_upgrade(p_cancel => true), 'cancelled', 'I11: a declaration can be cancelled');
select is(pg_temp.paused(), false, 'U8: sync resumes after a cancelled declaration');

update ops.steering set paused = true, pause_reason = 'Back at 18:00.' where coalesce(platform, app_from, app_before) is null;
select ops.expect_upgrade();
update ops.history set upgrade_until = now();
select is(ops.settle_upgrade(), 'not upgraded', 'I11: a declaration ends with its time');
select is(pg_temp.paused(), true, 'U8: an operator''s own pause outlives the declaration');
select is(private.history(), history, 'I11: declarations alone keep the history') from before;
select is((select array_agg(after ->> 'result' order by id) from ops.audit where action = 'settle_upgrade'), '{cancelled,"not upgraded"}', 'O1: the end of a declaration is audited');

select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select ops.expect_upgrade()', '42501', null, 'I9: nobody declares an upgrade through the API');

select * from finish();
rollback;
