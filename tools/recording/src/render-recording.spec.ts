import { describe, expect, it } from 'vitest';

import { renderRecording } from './render-recording.js';

describe('renderRecording', () => {
  it('shows each line at its time, below the one before', () => {
    const svg = renderRecording([
      { text: 'npm start', seconds: 0, typed: true },
      { text: 'listening', seconds: 1.5 },
    ]);
    const lines = [...svg.matchAll(/<text x="16" y="([\d.]+)".*?delay:([\d.]+)s">(.*)<\/text>/g)];
    expect(lines.map(([, , delay, text]) => [delay, text])).toEqual([
      ['0.00', '<tspan class="prompt">$ </tspan>npm start'],
      ['1.50', 'listening'],
    ]);
    expect(Number(lines[1]?.[1])).toBeGreaterThan(Number(lines[0]?.[1]));
  });

  it('truncates long lines by characters, not in the middle of an emoji', () => {
    expect(renderRecording([{ text: '🐘'.repeat(105), seconds: 0 }])).toContain(`>${'🐘'.repeat(103)}…<`);
  });

  it('escapes XML markup', () => {
    expect(renderRecording([{ text: '<p>a & b</p>', seconds: 0 }])).toContain('&lt;p&gt;a &amp; b&lt;/p&gt;');
  });
});
