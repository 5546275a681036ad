ALTER TABLE `notes` ADD `key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `notes_key_unique` ON `notes` (`key`);
