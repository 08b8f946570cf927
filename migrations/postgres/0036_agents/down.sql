DROP TABLE request_agents;
