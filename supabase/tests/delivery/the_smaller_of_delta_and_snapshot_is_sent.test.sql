begin;
select plan(9);

select tests.a_release();
-- The tombstones of most rows are larger than the few rows that stay.
delete from content.question where id <> all (array[tests.question(1), tests.question(5)]);
delete from content.skill where id = tests.skill(2);
select tests.publish(true);
update content.question set prompt = 'Edited' where id = tests.question(1);
select tests.publish();

select is((string_to_array(tests.page(2), E'\n'))[1]::json ->> 'since', '2', 'C2: a small change is sent as a delta');
update content.question set prompt = repeat('long ', 500) where id = tests.question(5);
select tests.publish();
update content.question set prompt = 'short' where id = tests.question(5);
select tests.publish();
select is((string_to_array(tests.page(4), E'\n'))[1]::json ->> 'since', '4', 'C2: a delta is chosen by the final size of a row, not by its sizes in between');
select is((string_to_array(tests.page(2), E'\n'))[1]::json ->> 'since', '2', 'C2: a row that changed several times counts once in the size of a delta');
update content.domain set title = title || '!';
update content.skill set title = title || '!';
update content.question set prompt = prompt || '!';
delete from content.question where id = tests.question(5);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(9), tests.skill(3), 'question-9', 'Nine', '{a,b}', '{"choice": 0}');
select tests.publish();
select is((string_to_array(tests.page(5), E'\n'))[1]::json ->> 'since', '0', 'C2: a snapshot is sent when it is smaller than the delta');
select set_eq('select tests.all_pages(1000, 5)', 'select tests.all_pages(1000, 0)', 'C2: a snapshot in place of a delta has exactly the rows of the snapshot');
select results_eq('select tests.all_pages(1, 5)', 'select tests.all_pages(1000, 0)', 'C2: a snapshot in place of a delta has the same rows in pages of any size');
select matches(tests.page(5, p_limit => 1), '"next":"whole\.', 'C2: the cursors of a snapshot in place of a delta begin with whole');
select is(private.content_since(1::smallint, 5, 6, array[tests.domain(1)]), 5, 'C7: delta and snapshot are compared over the requested domains only');
select is(private.content_since(1::smallint, 5, 6, '{}'), 5, 'C7: a request for no domains stays a delta');

select * from finish();
rollback;
