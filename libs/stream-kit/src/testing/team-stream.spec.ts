import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { channelFamily, oneOf, optional, payload, stream } from '../index.js';
import { openStream, viewer } from './index.js';

const events = { report: payload<{ readonly category: string; readonly id?: string }>({ carriesStatus: false }) };
const reportsChannel = channelFamily('timeline:admin:reports', events);

abstract class Staff {
  abstract may(accountId: string): boolean | Promise<boolean>;
}

const reports = stream({
  name: 'admin:reports',
  scopes: ['admin:read'],
  audience: 'chosen-by-publisher',
  params: { category: optional(oneOf('spam', 'other')) },
  events,
  inject: { staff: Staff },
  authorize: ({ viewer: { accountId }, deps }) => deps.staff.may(accountId),
  channels: () => [reportsChannel()],
  accepts: ({ payload: { category } }, { params }) =>
    params.category === undefined || category.startsWith(params.category),
});

const staff = viewer({ scopes: 'admin:read' });
const deps = { staff: { may: () => true } };

describe('a stream that a team has written', () => {
  it('receives what its channels carry, as the client named it', async () => {
    const opened = await openStream(reports, { viewer: staff, deps });
    await opened.publish('timeline:admin:reports', 'report', { category: 'spam', id: '9007199254740993001' });
    expect(opened.received).toEqual([
      { stream: ['admin:reports'], event: 'report', payload: '{"category":"spam","id":"9007199254740993001"}' },
    ]);
  });

  it('passes only what it accepts, by its parameters', async () => {
    const opened = await openStream(reports, { viewer: staff, deps, params: { category: 'spam' } });
    await opened.publish('timeline:admin:reports', 'report', { category: 'other' });
    await opened.publish('timeline:admin:reports', 'report', { category: 'spam' });
    expect(opened.received).toMatchObject([{ stream: ['admin:reports', 'spam'], payload: '{"category":"spam"}' }]);
  });

  it('drops events of a name that it does not declare', async () => {
    const opened = await openStream(reports, { viewer: staff, deps });
    await opened.publish('timeline:admin:reports', 'reprot', { category: 'spam' });
    expect(opened.received).toEqual([]);
  });

  it('is refused to a token without one of its scopes', async () => {
    await expect(openStream(reports, { deps })).rejects.toMatchObject({ code: 'missingScope' });
  });

  it.each([
    ['at once', () => false],
    ['later', () => Promise.resolve(false)],
  ])('is refused to a viewer who may not have it, %s', async (_, may) => {
    await expect(openStream(reports, { viewer: staff, deps: { staff: { may } } })).rejects.toMatchObject({
      status: 401,
      message: 'Not authorized to stream this admin:reports',
    });
  });

  it('refuses a parameter that is none of the allowed words, and says which are', async () => {
    await expect(openStream(reports, { viewer: staff, deps, params: { category: 'violation' } })).rejects.toMatchObject(
      {
        status: 400,
        message: 'Invalid category parameter, allowed: spam, other',
      },
    );
  });

  it('loses one event when it throws, and continues with the next', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const opened = await openStream(reports, { viewer: staff, deps, params: { category: 'spam' } });
    await opened.publish('timeline:admin:reports', 'report', {});
    await opened.publish('timeline:admin:reports', 'report', { category: 'spam' });
    expect(opened.received).toHaveLength(1);
    expect(log.mock.calls).toMatchObject([[{ stream: 'admin:reports', owner: 'team-test' }, expect.anything()]]);
    log.mockRestore();
  });

  it('leaves its channels when the last client goes', async () => {
    const opened = await openStream(reports, { viewer: staff, deps });
    expect(opened.channels).toEqual(['timeline:admin:reports']);
    opened.close();
    expect(opened.channels).toEqual([]);
  });
});
