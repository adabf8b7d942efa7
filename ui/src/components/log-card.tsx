'use client';
import { ArrowDown, Pause, Play, ScrollText, Search, WrapText } from 'lucide-react';
import { memo, useEffect, useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { statusClass, useLog, type LogLine, type LogName } from '@/lib/log';
import { Button } from './ui/button';
import { Chips } from './ui/chips';
import { Copy } from './ui/copy';
import { Empty, FormError } from './ui/notice';

const tones: Record<number, string> = { 2: 'text-text', 3: 'text-muted', 4: 'text-warn', 5: 'text-bad' };

const Line = memo(function Line({ line, wrap }: { line: LogLine; wrap: boolean }) {
  return <li className={cn('px-4', tones[statusClass(line.text)] ?? 'text-text', wrap ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre')}>{line.text}</li>;
});

/** What is typed counts when nothing was typed for a moment. */
function useSettled(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function Lines({ lines, wrap, label }: { lines: LogLine[]; wrap: boolean; label: string }) {
  const t = useTranslations('log');
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useEffect(() => {
    if (atEnd) toEnd();
  }, [lines, wrap, atEnd]);
  const onScroll = ({ currentTarget: e }: React.UIEvent<HTMLDivElement>) => setAtEnd(e.scrollHeight - e.scrollTop - e.clientHeight < 24);
  return (
    <div className="relative">
      <div ref={box} tabIndex={0} role="region" aria-label={label} onScroll={onScroll} className="h-80 overflow-auto bg-sunken py-2 font-mono text-[12px] leading-5">
        <ol className={wrap ? undefined : 'w-max min-w-full'}>{lines.map((line) => <Line key={line.n} line={line} wrap={wrap} />)}</ol>
      </div>
      {!atEnd && <Button size="sm" className="absolute right-4 bottom-3" onClick={() => (setAtEnd(true), toEnd())}><ArrowDown />{t('newest')}</Button>}
    </div>
  );
}

/** What is asked of a website and what goes wrong there, as it happens. */
export default function LogCard({ websiteId }: { websiteId: string }) {
  const t = useTranslations('log');
  const title = useId();
  const [log, setLog] = useState<LogName>('access');
  const [typed, setTyped] = useState('');
  const [paused, setPaused] = useState(false);
  const [wrap, setWrap] = useState(false);
  const contains = useSettled(typed);
  const state = useLog({ websiteId, log, contains }, paused);
  const chips = [{ value: 'access', label: t('access') }, { value: 'error', label: t('errors') }];
  return (
    <section className="card overflow-hidden" aria-labelledby={title}>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2.5">
        <h2 id={title} className="mr-auto text-sm font-semibold">{t('title')}</h2>
        <Chips label={t('which')} chips={chips} value={log} onChange={(value) => setLog(value as LogName)} />
        <Button size="sm" aria-pressed={paused} onClick={() => setPaused(!paused)}>{paused ? <Play /> : <Pause />}{paused ? t('follow') : t('pause')}</Button>
        <Button size="icon-sm" variant="ghost" aria-pressed={wrap} aria-label={t('wrap')} onClick={() => setWrap(!wrap)} className={wrap ? 'bg-sunken text-text' : undefined}><WrapText /></Button>
        <Copy text={state.lines.map((line) => line.text).join('\n')} label={t('copy')} className="size-8" />
      </div>
      <label className="relative block border-b border-line px-4 py-2">
        <span className="sr-only">{t('filter')}</span>
        <Search aria-hidden className="pointer-events-none absolute top-4.5 left-6.5 size-4 text-muted" />
        <input type="search" value={typed} maxLength={100} onChange={(event) => setTyped(event.target.value)} placeholder={t('filter')} className="input pl-8.5" />
      </label>
      {state.error && <div className="p-4"><FormError error={state.error} /></div>}
      {state.skipped && state.lines.length > 0 && <p className="border-b border-line px-5 py-1.5 text-xs text-muted">{t('skipped')}</p>}
      {state.lines.length > 0 ? (
        <Lines key={`${log} ${contains}`} lines={state.lines} wrap={wrap} label={log === 'access' ? t('accessLines') : t('errorLines')} />
      ) : state.read ? (
        <Empty icon={ScrollText} title={contains ? t('noMatch') : t('nothing')} detail={paused ? t('pausedHint') : t('nothingHint')} />
      ) : (
        !state.error && <div aria-busy="true" className="h-80 animate-pulse bg-sunken" />
      )}
    </section>
  );
}
