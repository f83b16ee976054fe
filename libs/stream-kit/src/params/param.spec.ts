import { describe, expect, it } from 'vitest';
import { text } from './param.js';

describe('text', () => {
  it('is what the client wrote', () => {
    expect(text().parse('Käse \u{1F9C0} a:b', 'word')).toBe('Käse \u{1F9C0} a:b');
  });

  it.each(['a\nb', '\r', '\t', '\u001b[31m', '\u007f', '\u0085'])('has no control characters: %j', (written) => {
    expect(() => text().parse(written, 'word')).toThrow(
      expect.objectContaining({ code: 'invalidParameter', message: 'Invalid word parameter' }),
    );
  });
});
