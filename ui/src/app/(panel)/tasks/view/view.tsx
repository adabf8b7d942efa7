'use client';
import { useTranslations } from 'use-intl';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { State } from '@/components/state';
import { TaskDetail } from '@/components/task-steps';
import { TaskFacts } from '@/components/task-facts';
import type { Task } from '@/lib/api.gen';
import { useParam } from '@/lib/params';
import { useTask } from '@/lib/queries';
import { useTaskTitle } from '@/lib/tasks';

function Page({ task }: { task: Task }) {
  const t = useTranslations('tasks');
  const title = useTaskTitle();
  const name = [title(task), task.target?.name].filter(Boolean).join(': ');
  return (
    <>
      <Crumbs href="/tasks/" list={t('title')} name={name} />
      <h1 className="mb-5 flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{name}<State of="taskState" state={task.state} /></h1>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <section className="card" aria-labelledby="steps"><h2 id="steps" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('steps')}</h2><div className="p-5"><TaskDetail task={task} page /></div></section>
        <section className="card" aria-labelledby="facts"><h2 id="facts" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('about')}</h2><div className="px-5 py-3"><TaskFacts task={task} /></div></section>
      </div>
    </>
  );
}

export function TaskView() {
  const t = useTranslations('tasks');
  const read = useTask(useParam('id') || null);
  return <ObjectPage read={read} title={t('one')} list={{ href: '/tasks/', name: t('all') }}>{(task) => <Page key={task.id} task={task} />}</ObjectPage>;
}
