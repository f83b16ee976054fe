/** The settings that open or close a feed, as rows of kind, name and YAML text. */
export const feedAccessSelect = `SELECT 'feed', var, value FROM settings WHERE var IN
  ('local_live_feed_access', 'remote_live_feed_access', 'local_topic_feed_access', 'remote_topic_feed_access')`;
