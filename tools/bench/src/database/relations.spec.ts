import { describe, expect, it } from 'vitest';

import { authors } from './authors.js';
import { receives, relationsOf, type Relations } from './relations.js';

const none: Relations = {
  blocks: new Set(),
  mutes: new Set(),
  expiredMutes: new Set(),
  blockedBy: new Set(),
  domainBlocks: new Set(),
  languages: [],
  filters: [],
};
const remote = authors[3]!;
const local = authors[2]!;
const status = { author: remote, mentions: [local], language: 'en' };

describe('what is due to a viewer', () => {
  it('reaches a viewer without relations', () => {
    expect(receives(none, status)).toBe(true);
  });

  it.each<[string, Partial<Relations>]>([
    ['blocks the author', { blocks: new Set([remote.index]) }],
    ['blocks a mentioned account', { blocks: new Set([local.index]) }],
    ['mutes the author', { mutes: new Set([remote.index]) }],
    ['mutes a mentioned account', { mutes: new Set([local.index]) }],
    ['is blocked by the author', { blockedBy: new Set([remote.index]) }],
    ["blocks the author's domain", { domainBlocks: new Set([remote.domain!]) }],
    ['has chosen other languages', { languages: ['de'] }],
  ])('does not reach a viewer that %s', (_, relations) => {
    expect(receives({ ...none, ...relations }, status)).toBe(false);
  });

  it.each<[string, Partial<Relations>]>([
    ['has a mute that has expired', { expiredMutes: new Set([remote.index]) }],
    ['is blocked by a mentioned account only', { blockedBy: new Set([local.index]) }],
    ['has chosen this language among others', { languages: ['de', 'en'] }],
    ['has a filter that matches', { filters: [{ title: '', keywords: ['ferry'], wholeWord: true }] }],
  ])('reaches a viewer that %s', (_, relations) => {
    expect(receives({ ...none, ...relations }, status)).toBe(true);
  });

  it('is the same in every run', () => {
    expect(relationsOf(5)).toEqual(relationsOf(5));
    expect(relationsOf(5)).not.toEqual(relationsOf(6));
  });
});
