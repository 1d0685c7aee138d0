begin;
select plan(3);

select is_empty('select tests.learner_keys_without_user()',
  'every key of a learner table starts with user_id');

create schema if not exists learner;
create table learner.offender (id integer constraint offender_pkey primary key, user_id uuid);
create table learner.well_led (user_id uuid, id integer, constraint well_led_pkey primary key (user_id, id));
select set_has('select tests.learner_keys_without_user()', $$ values ('learner.offender offender_pkey') $$,
  'the sweep finds a key that does not start with user_id');
select set_hasnt('select tests.learner_keys_without_user()', $$ values ('learner.well_led well_led_pkey') $$,
  'the sweep accepts a key that starts with user_id');

select * from finish();
rollback;
