-- Whose id, e-mail address, device, event or batch is it? Put the text and your reason below.
select * from public.support_find('learner@carrel.test', reason => 'ticket 4711');
