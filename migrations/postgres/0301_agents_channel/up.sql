-- What an agent sent by the form came by an agent, as the law's record of the manner wants to know.
UPDATE requests SET channel = 'agent' WHERE channel = 'form' AND id IN (SELECT request_id FROM request_agents WHERE basis <> 'parent');
