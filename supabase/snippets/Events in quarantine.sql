-- Open events of all learners, last seen first. The content of answers is hidden.
select learner_id, id, event_id, code, field, status, times_seen, last_seen_at
from public.support_quarantine(reason => 'weekly review', with_status => 'open', page_rows => 100);
