INSERT INTO `page_view_days` (`day`, `total`) SELECT substr(`timestamp`, 1, 10), count(*) FROM `page_views` GROUP BY 1;
--> statement-breakpoint
CREATE TRIGGER `page_views_counted_by_day` AFTER INSERT ON `page_views` BEGIN
	INSERT INTO `page_view_days` (`day`, `total`) VALUES (substr(new.`timestamp`, 1, 10), 1)
	ON CONFLICT (`day`) DO UPDATE SET `total` = `total` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `page_views_uncounted_by_day` AFTER DELETE ON `page_views` BEGIN
	UPDATE `page_view_days` SET `total` = `total` - 1 WHERE `day` = substr(old.`timestamp`, 1, 10);
END;
