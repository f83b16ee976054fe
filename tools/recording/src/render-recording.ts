/** A line of a terminal, with the time at which it appeared. */
export interface TimedLine {
  readonly text: string;
  /** Seconds after the recording began. */
  readonly seconds: number;
  /** A line that was typed, shown behind a prompt. */
  readonly typed?: boolean;
}

const columns = 104;
const charWidth = 8.4;
const lineHeight = 19;
const margin = 16;

/**
 * Draws a terminal recording as an SVG that plays once. A viewer without CSS animations shows all lines at once.
 *
 * @param lines in the order in which they appeared; those of more than 104 characters are truncated, with an ellipsis
 */
export function renderRecording(lines: readonly TimedLine[]): string {
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const texts = lines.map((line, index) => {
    const y = margin + lineHeight * (index + 0.75);
    const prompt = line.typed ? '<tspan class="prompt">$ </tspan>' : '';
    const text = escape(truncate(line.text, line.typed ? columns - 2 : columns));
    const delay = line.seconds.toFixed(2);
    return `<text x="${margin}" y="${y}"${line.typed ? ' class="typed"' : ''} style="animation-delay:${delay}s">${prompt}${text}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Terminal recording">`,
    '<style>',
    `text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d4d7dd;white-space:pre;animation:appear .2s backwards}`,
    '.typed{fill:#fff;font-weight:bold}.prompt{fill:#7cc379}',
    '@keyframes appear{from{opacity:0}}',
    '</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="#1c1f26"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

function truncate(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
