-- COUNT(*) reads the whole table; a row kept by triggers reads one page at any size.
INSERT INTO `page_view_count` (`id`, `total`) SELECT 1, count(*) FROM `page_views`;
--> statement-breakpoint
CREATE TRIGGER `page_views_counted` AFTER INSERT ON `page_views` BEGIN
	UPDATE `page_view_count` SET `total` = `total` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `page_views_uncounted` AFTER DELETE ON `page_views` BEGIN
	UPDATE `page_view_count` SET `total` = `total` - 1 WHERE `id` = 1;
END;
