import type { Triggers } from 'streamkeeper/config'

/** The day (UTC) of a timestamp; '' where it tells none. */
export const dayOf = (timestamp: string) =>
  `coalesce(CASE WHEN ${timestamp} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN date(${timestamp}) END, '')`

// COUNT(*) reads the whole table; a row kept by triggers reads one page at any size.
const visits: Triggers = {
  table: 'page_views',
  triggers: {
    page_views_counted: `AFTER INSERT ON page_views BEGIN
      UPDATE page_view_count SET total = total + 1 WHERE id = 1;
    END`,
    page_views_uncounted: `AFTER DELETE ON page_views BEGIN
      UPDATE page_view_count SET total = total - 1 WHERE id = 1;
    END`,
    page_views_counted_by_day: `AFTER INSERT ON page_views BEGIN
      INSERT INTO page_view_days (day, total) VALUES (${dayOf('new.timestamp')}, 1)
      ON CONFLICT (day) DO UPDATE SET total = total + 1;
    END`,
    page_views_uncounted_by_day: `AFTER DELETE ON page_views BEGIN
      UPDATE page_view_days SET total = total - 1 WHERE day = ${dayOf('old.timestamp')};
    END`,
    // The original's table, which allows NULL, is still the one that it was.
    page_views_dated: `AFTER INSERT ON page_views WHEN new.timestamp IS NULL BEGIN
      UPDATE page_views SET timestamp = '' WHERE id = new.id;
    END`,
  },
  repair: [
    `INSERT INTO page_view_count (id, total) VALUES (1, (SELECT count(*) FROM page_views))
      ON CONFLICT (id) DO UPDATE SET total = excluded.total`,
    'DELETE FROM page_view_days',
    `INSERT INTO page_view_days (day, total)
      SELECT ${dayOf('timestamp')}, count(*) FROM page_views GROUP BY 1`,
  ],
}

// Random and not counted: a state that was lost and the one that took its place must differ. 53 bits,
// as JavaScript holds no more.
const renew = `INSERT INTO table_versions (name, version) VALUES ('entries', random() & 9007199254740991)
      ON CONFLICT (name) DO UPDATE SET version = excluded.version`
const versioned = (event: string) => `AFTER ${event} ON entries BEGIN ${renew}; END`

const entries: Triggers = {
  table: 'entries',
  triggers: {
    entries_version_insert: versioned('INSERT'),
    entries_version_update: versioned('UPDATE'),
    entries_version_delete: versioned('DELETE'),
  },
  repair: [renew],
}

/** All triggers of the app: the migrations only ever made the first of them. */
export const triggers: Triggers[] = [visits, entries]
