DELETE FROM switches WHERE name = 'heartbeat';
