-- Every look and decision of staff about one learner, newest first.
select a.at, a.actor, a.actor_role, a.action, a.after ->> 'reason' as reason, a.after -> 'answers' as answers, a.source
from ops.audit a
where a.object_id = '1ea40000-0000-4000-8000-000000000001' and a.action ~ '^(support_|list_devices|mend|replay|discard|restore|projection_differences)'
order by a.at desc limit 100;
