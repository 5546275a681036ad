-- What happened to the instances is the machine's: it keeps it in a table of its own.
INSERT INTO "_streamkeeper_events" ("at", "kind", "instance", "detail")
	SELECT "at", "kind", "instance", "detail" FROM "events" ORDER BY "id";
