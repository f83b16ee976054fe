import { describe, expect, it } from 'vitest';
import { channels, controlTarget } from './channel.js';

describe('channels', () => {
  it('have the names that Mastodon publishes on', () => {
    expect([
      channels.home('1'),
      channels.notifications('1'),
      channels.direct('1'),
      channels.list('2'),
      channels.public(),
      channels.public('local'),
      channels.public('remote', true),
      channels.public(undefined, true),
      channels.hashtag('foo'),
      channels.hashtag('foo', true),
    ]).toEqual([
      'timeline:1',
      'timeline:1:notifications',
      'timeline:direct:1',
      'timeline:list:2',
      'timeline:public',
      'timeline:public:local',
      'timeline:public:remote:media',
      'timeline:public:media',
      'timeline:hashtag:foo',
      'timeline:hashtag:foo:local',
    ]);
  });

  it('are distinguished from control channels, whose target is read from the name', () => {
    expect(controlTarget(channels.system('7'))).toEqual({ kind: 'account', accountId: '7' });
    expect(controlTarget(channels.accessToken('8'))).toEqual({ kind: 'token', tokenId: '8' });
    expect(controlTarget(channels.systemStream('admin:reports'))).toEqual({ kind: 'stream', stream: 'admin:reports' });
    expect(controlTarget(channels.home('7'))).toBeUndefined();
  });
});
