'use client';
import { Check, Circle, Clock as ClockIcon, LoaderCircle, X } from 'lucide-react';
import { useFormatter, useNow, useTranslations } from 'use-intl';
import type { Step, Task } from '@/lib/api.gen';
import { duration, time } from '@/lib/words';
import { TaskActions } from './task-actions';
import { RequestId } from './ui/copy';
import { When } from './ui/when';

/** What the engine does in this order; steps that have not begun are shown, so that one sees how far it is. */
const order = ['stage', 'test', 'activate', 'verify', 'commit'];
type Shown = Pick<Step, 'name' | 'state' | 'message'> & { us: number; at: number };

export function stepsOf(task: Pick<Task, 'steps' | 'state' | 'action'>): Shown[] {
  const begun = task.steps.map((step) => ({ name: step.name, state: step.state, message: step.message, us: Number(step.durationUs), at: Number(step.startedMs) }));
  const open = task.state === 'queued' || task.state === 'running';
  const failed = begun.some((step) => step.state === 'failed');
  if (!open || failed || !/\.(apply|restore|adopt)$/.test(task.action)) return begun;
  const missing = order.filter((name) => !begun.some((step) => step.name === name));
  return [...begun, ...missing.map((name) => ({ name, state: 'pending', message: '', us: 0, at: 0 }))];
}

/** Percent of the way. */
export function progress(task: Pick<Task, 'steps' | 'state' | 'action'>) {
  if (task.state === 'success') return 100;
  const steps = stepsOf(task);
  return steps.length ? Math.round((steps.filter((step) => step.state === 'success').length / steps.length) * 100) : 0;
}

function StepIcon({ state }: { state: string }) {
  if (state === 'success') return <span className="grid size-5 place-items-center rounded-full bg-ok-soft text-ok"><Check className="size-3" strokeWidth={3} /></span>;
  if (state === 'failed') return <span className="grid size-5 place-items-center rounded-full bg-bad-soft text-bad"><X className="size-3" strokeWidth={3} /></span>;
  if (state === 'running') return <LoaderCircle className="size-5 animate-spin text-accent-text" />;
  return <Circle className="size-5 text-line-strong" />;
}

export function Words({ text, label }: { text: string; label: string }) {
  return <pre tabIndex={0} role="group" aria-label={label} className="max-h-48 overflow-auto rounded-lg bg-[oklch(0.2_0.016_268)] p-3 font-mono text-[11.5px] leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap text-[oklch(0.88_0.012_265)]">{text}</pre>;
}

/** The time of day to the second; the whole on hover. */
function Clock({ at }: { at: number }) {
  const format = useFormatter();
  const date = new Date(at);
  return <time dateTime={date.toISOString()} title={format.dateTime(date, { dateStyle: 'medium', timeStyle: 'medium' })} className="mr-2">{format.dateTime(date, { timeStyle: 'medium' })}</time>;
}

function StepRow({ step }: { step: Shown }) {
  const t = useTranslations('step');
  const name = t.has(step.name as 'stage') ? t(step.name as 'stage') : step.name;
  const state = t.has(`state.${step.state}` as 'state.pending') ? t(`state.${step.state}` as 'state.pending') : step.state;
  return (
    <li className="grid gap-2">
      <span className="flex items-center gap-2.5 text-[13px]">
        <span aria-hidden><StepIcon state={step.state} /></span>
        <span className={step.state === 'pending' ? 'text-muted' : ''}>{name}<span className="sr-only">: {state}</span></span>
        <span className="ml-auto text-xs text-muted tabular-nums">{step.at > 0 && <Clock at={step.at} />} {step.us > 0 ? duration(step.us / 1000) : ''}</span>
      </span>
      {step.message && <Words text={step.message} label={t('words', { step: name })} />}
    </li>
  );
}

function Waits({ task }: { task: Task }) {
  const t = useTranslations('tasks');
  const now = useNow({ updateInterval: 1000 });
  const next = time(task.nextAttemptAt);
  return (
    <div className="flex gap-2.5 rounded-lg bg-warn-soft p-3 text-[13px] text-warn">
      <ClockIcon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p className="font-medium">{task.message}</p>
        <p className="text-xs">
          {t('continuesAlone')}
          {next && next > now && <> {t('nextAttempt')} <When at={task.nextAttemptAt} />.</>}
        </p>
      </div>
    </div>
  );
}

/** A task from near: steps with times, why it waits or how it failed, and the request that caused it. */
export function TaskDetail({ task, page }: { task: Task; page?: boolean }) {
  const t = useTranslations('tasks');
  const steps = stepsOf(task);
  const said = steps.some((step) => step.message && step.message === task.message);
  const open = task.state === 'queued' || task.state === 'running';
  return (
    <div className="grid gap-3">
      {!page && task.attempt > 1 && <p className="text-xs text-muted">{t('attempt', { n: task.attempt })}</p>}
      {open && task.message && <Waits task={task} />}
      {steps.length > 0 && <ol className="grid gap-2.5">{steps.map((step) => <StepRow key={step.name} step={step} />)}</ol>}
      {!open && task.message && !said && (
        <div className="grid gap-1.5">
          {task.state === 'failed' && <p className="text-xs font-medium text-muted">{t('said')}</p>}
          <Words text={task.message} label={t('said')} />
        </div>
      )}
      <TaskActions task={task} page={page} />
      <RequestId id={task.requestId} />
    </div>
  );
}
