begin;
select plan(5);

select tests.a_release();
create temporary table before on commit drop as select public.content_head(2::smallint)::jsonb as head;

select is(private.publish_release('again', null, false)::jsonb, (select head || '{"published": false, "warnings": []}' from before),
  'I1: a publish without changes returns the current head and says that nothing was published');
update content.question set prompt = prompt;
select is(tests.publish(), 1, 'I1: an update that changes no value makes no version');
update content.question set status = 'draft' where id = tests.question(6);
update content.question set status = 'active' where id = tests.question(6);
select is(tests.publish(), 1, 'I1: an edit that was undone makes no version');
select is((select count(*) from content.release), 1::bigint, 'I1: publishes without changes leave one release');
update content.question set prompt = 'Changed' where id = tests.question(1);
select is(public.publish_release() ->> 'published', 'true', 'I1: a publish with changes says that it published');

select * from finish();
rollback;
