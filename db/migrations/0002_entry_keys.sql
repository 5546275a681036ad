ALTER TABLE `entries` ADD `idempotency_key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `entries_idempotency_key_unique` ON `entries` (`idempotency_key`);