/** Selects the settings that open or close feeds, as rows of `FactRow`: kind, name, YAML text, null. */
export const feedAccessSelect = `SELECT 'feed', var, value, NULL::boolean FROM settings WHERE var IN
  ('local_live_feed_access', 'remote_live_feed_access', 'local_topic_feed_access', 'remote_topic_feed_access')`;
