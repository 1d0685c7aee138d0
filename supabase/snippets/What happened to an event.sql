-- One row with the answer in words. Put the event's id and your reason below; name the learner to be certain.
select state, summary, learner_id, device_id, batch_id, received_at, changed
from public.support_event('01KB8Q9T3V0000000000000001', reason => 'ticket 4711', learner => null);
