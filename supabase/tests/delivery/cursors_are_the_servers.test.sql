begin;
select plan(7);

select tests.a_release();
create function pg_temp.next(p_page text) returns text language sql as $$ select substring(p_page from '"next":"([^"]*)"') $$;
create temporary table cursor on commit drop as
  select pg_temp.next(tests.page(0, p_limit => 1)) as page,
    pg_temp.next(private.content_node(private.history(), 1::smallint, 1, tests.skill(1), null, 1)) as node;
grant select on cursor to public;

select lives_ok('select tests.page(0, p_after => page) from cursor', 'I11: a cursor that the server returned is read');
select throws_ok(format('select tests.page(0, p_after => %L)', c), 'CR012', null, 'U8: a made-up cursor of a page is refused: ' || c)
from (select replace(page, '.domain.', '.skill.') from cursor union all select left(page, -1) || 'g' from cursor union all select node from cursor) made_up (c);
select throws_ok(format('select private.content_node(private.history(), 1::smallint, 1, tests.skill(1), %L, 1)', c), 'CR012', null,
  'U8: a made-up cursor of a node is refused: ' || c)
from (select tests.question(1)::text union all select page from cursor) made_up (c);
select is(tests.raised('update content.cursor_key set key = gen_random_uuid()'), 'CR002', 'U8: the key of the cursors stays');

select * from finish();
rollback;
