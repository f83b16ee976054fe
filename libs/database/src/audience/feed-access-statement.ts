/** The settings that open or close a feed, as rows of kind, name, YAML text and nothing. */
export const feedAccessSelect = `SELECT 'feed', var, value, NULL::boolean FROM settings WHERE var IN
  ('local_live_feed_access', 'remote_live_feed_access', 'local_topic_feed_access', 'remote_topic_feed_access')`;
