import { describe, expect, it } from 'vitest';
import { addLines, keptLines, statusClass } from '@/lib/log';

const nothing = addLines({ lines: [], next: 5, read: true, skipped: true, error: null }, 'clear');
const answer = (lines: string[], skipped = false) => ({ lines, cursor: '1-2', more: false, skipped });

describe('the lines of a log', () => {
  it('keep their numbers, and the oldest go', () => {
    let log = addLines(nothing, answer(['a', 'b'], true));
    log = addLines(log, answer(Array.from({ length: keptLines }, (_, i) => String(i))));
    expect(log.lines).toHaveLength(keptLines);
    expect(log.lines[0]).toEqual({ n: 2, text: '0' });
    expect(log.lines.at(-1)?.n).toBe(keptLines + 1);
    expect(log.skipped).toBe(true);
  });
  it('stay when a question fails, and the failure goes with the next answer', () => {
    const failed = addLines(addLines(nothing, answer(['a'])), new Error('away'));
    expect(failed.lines).toHaveLength(1);
    expect(addLines(failed, answer([])).error).toBeNull();
  });
});

describe('the colour of a line', () => {
  it.each([
    ['127.0.0.1 - - [2026-11-26T20:00:00+00:00] "GET / HTTP/1.1" 404 146 "-" "-" "a.example" 0.001', 4],
    ['127.0.0.1 - ann [2026-11-26T20:00:00+00:00] "GET /\\" 500 HTTP/1.1" 200 1 "-" "-" "a.example" 0.001', 2],
    ['2026/11/26 20:00:00 [error] 1#1: *1 directory index of "/x/" is forbidden', 0],
    ['', 0],
  ])('%s', (line, wanted) => expect(statusClass(line)).toBe(wanted));
});
