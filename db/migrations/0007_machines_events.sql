-- The machine keeps the timeline in a table of its own, and has made it by now. The release before still reads this
-- one.
INSERT INTO `_streamkeeper_events` (`at`, `kind`, `instance`, `detail`)
	SELECT `at`, `kind`, `instance`, `detail` FROM `events` ORDER BY `id`;
