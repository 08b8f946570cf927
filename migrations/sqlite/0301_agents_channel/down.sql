UPDATE requests SET channel = 'form' WHERE channel = 'agent' AND id IN (SELECT request_id FROM request_agents WHERE basis <> 'parent');
