CREATE TABLE `table_versions` (
	`name` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
-- Random and not counted: a state that was lost and the one that took its place must differ. 53 bits,
-- as JavaScript holds no more.
INSERT INTO `table_versions` (`name`, `version`) VALUES ('entries', random() & 9007199254740991);
--> statement-breakpoint
CREATE TRIGGER `entries_version_insert` AFTER INSERT ON `entries` BEGIN
	UPDATE `table_versions` SET `version` = random() & 9007199254740991 WHERE `name` = 'entries';
END;
--> statement-breakpoint
CREATE TRIGGER `entries_version_update` AFTER UPDATE ON `entries` BEGIN
	UPDATE `table_versions` SET `version` = random() & 9007199254740991 WHERE `name` = 'entries';
END;
--> statement-breakpoint
CREATE TRIGGER `entries_version_delete` AFTER DELETE ON `entries` BEGIN
	UPDATE `table_versions` SET `version` = random() & 9007199254740991 WHERE `name` = 'entries';
END;
