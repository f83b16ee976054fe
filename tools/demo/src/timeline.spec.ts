import { beforeEach, describe, expect, it } from 'vitest';
import { writer } from './people.js';
import { edited, statusOf } from './status.js';
import { Timeline } from './timeline.js';

const noon = Date.UTC(2026, 4, 1, 12);
const status = (id: string, visibility: 'public' | 'private' = 'public') =>
  statusOf(writer('mira'), { text: `Post ${id}` }, { id, at: noon, visibility });

describe('Timeline', () => {
  let timeline: Timeline;
  beforeEach(() => {
    timeline = new Timeline();
    timeline.publish(status('1'));
    timeline.publish(status('2'));
    timeline.publish(status('3', 'private'));
  });

  it('returns the nth newest public status, and the oldest beyond that', () => {
    expect([0, 1, 2].map((n) => timeline.newest(n)?.id)).toEqual(['2', '1', '1']);
  });

  it('forgets a deleted status', () => {
    const channels = timeline.remove(status('2')).map(({ channel }) => channel);
    expect(channels).toContain('timeline:public');
    expect(timeline.newest(0)?.id).toBe('1');
  });

  it('keeps the edited version', () => {
    timeline.replace(edited(status('2'), 'Edit: fixed a typo.', noon));
    expect(timeline.newest(0)?.content).toBe('<p>Post 2</p><p>Edit: fixed a typo.</p>');
  });

  it('keeps the newest forty statuses', () => {
    for (let id = 100; id < 140; id += 1) {
      timeline.publish(status(String(id)));
    }
    expect(timeline.newest(1_000)?.id).toBe('100');
  });
});
