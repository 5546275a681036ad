CREATE TABLE `entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`message` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `page_view_count` (
	`id` integer PRIMARY KEY NOT NULL,
	`total` integer NOT NULL
);
--> statement-breakpoint
-- IF NOT EXISTS: a database brought over from the Go sample has this table already.
CREATE TABLE IF NOT EXISTS `page_views` (
	`id` integer PRIMARY KEY NOT NULL,
	`timestamp` text NOT NULL
);
