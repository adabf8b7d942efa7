'use client';
// Every read of the API, with its key: the live stream refreshes by the first part of it.
import { keepPreviousData, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';
import { getDrift, getNode, getSession, getTask, getWebsite, getWebsitePhp, listNodes, listOrganisations, listPhpVersions, listRecords, listTasks, listWebsites, type Node, type Session, type Task } from './api.gen';
import type { RecordQuery } from './audit';
import { ApiError, need } from './http';

export const pageSize = 25;
/** While the work behind a row goes on it is looked at again, in case the stream lost an event. */
const watchMs = 4_000;

const ended = new Set(['success', 'failed', 'superseded', 'denied', 'cancelled']);
export const isEnded = (task: Pick<Task, 'state'>) => ended.has(task.state);
const settled = new Set(['active', 'suspended', 'failed', 'deleted', 'purged']);

type Looked<T> = { state: { data: T | undefined; error: Error | null } };

/** Failed reads are tried again by themselves: after Retry-After, or five seconds. */
export function again({ state: { error } }: Looked<unknown>) {
  return error instanceof ApiError && error.passing ? (error.retryAfter ?? 5) * 1000 : false;
}

/** The same, and what is on its way is looked at until it has arrived. */
function watch<T>(query: Looked<T>, busy: (data: T) => boolean) {
  return again(query) || (query.state.data !== undefined && busy(query.state.data) ? watchMs : false);
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => getSession({ signal }).then((reply) => need(reply.session)),
  staleTime: 60_000,
  refetchInterval: (query) => again(query),
});
export const useSession = () => useQuery(sessionQuery);

export const can = (session: Session | undefined, permission: string) => session?.permissions.includes(permission) ?? false;
export function useCan(permission: string) {
  return can(useSession().data, permission);
}

export type WebsiteFilter = { search?: string; state?: string; nodeId?: string; sort?: string; cursor?: string; limit?: number };

export const useWebsites = (filter: WebsiteFilter, enabled = true) =>
  useQuery({
    queryKey: ['websites', 'list', filter],
    queryFn: ({ signal }) => listWebsites(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => watch(query, (data) => data.websites.some((w) => !settled.has(w.state))),
    enabled,
  });

/** How many websites match: one row is asked for, the total comes along. */
export const useWebsiteCount = (filter: Omit<WebsiteFilter, 'cursor' | 'limit' | 'sort'>) =>
  useQuery({
    queryKey: ['websites', 'count', filter],
    queryFn: ({ signal }) => listWebsites({ ...filter, limit: 1 }, { signal }),
    select: (reply) => Number(reply.page?.total ?? 0),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query),
  });

export const useWebsite = (id: string) =>
  useQuery({
    queryKey: ['websites', 'one', id],
    queryFn: ({ signal }) => getWebsite({ websiteId: id }, { signal }).then((reply) => need(reply.website)),
    refetchInterval: (query) => watch(query, (website) => !settled.has(website.state)),
    enabled: id !== '',
  });

/** The node is asked each time; a node that is away is no failure of the page. */
export const useDrift = (id: string) =>
  useQuery({
    queryKey: ['websites', 'drift', id],
    queryFn: ({ signal }) => getDrift({ websiteId: id }, { signal }),
    retry: false,
  });

/** Which PHP its node has, and what may be set of it. */
export const useWebsitePhp = (id: string) =>
  useQuery({
    queryKey: ['websites', 'php', id],
    queryFn: ({ signal }) => getWebsitePhp({ websiteId: id }, { signal }),
    staleTime: 60_000,
    refetchInterval: (query) => again(query),
  });

/** Which PHP a new website may have. */
export const usePhpVersions = () =>
  useQuery({
    queryKey: ['nodes', 'php'],
    queryFn: ({ signal }) => listPhpVersions({ signal }),
    staleTime: 60_000,
    refetchInterval: (query) => again(query),
  });

export type TaskFilter = { state?: string; nodeId?: string; targetId?: string; search?: string; cursor?: string; limit?: number };

export const useTaskList = (filter: TaskFilter, enabled = true) =>
  useQuery({
    queryKey: ['tasks', 'list', filter],
    queryFn: ({ signal }) => listTasks(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => watch(query, (data) => data.tasks.some((task) => !isEnded(task))),
    enabled,
  });

export const useTask = (id: string | null) =>
  useQuery({
    queryKey: ['tasks', 'one', id],
    queryFn: ({ signal }) => getTask({ taskId: id! }, { signal }).then((reply) => need(reply.task)),
    refetchInterval: (query) => watch(query, (task) => !isEnded(task)),
    enabled: id !== null,
  });

/** All of them: their order and their states are counted on this side. */
async function allNodes(signal: AbortSignal) {
  const nodes: Node[] = [];
  let cursor: string | undefined;
  do {
    const reply = await listNodes({ limit: 200, cursor }, { signal });
    nodes.push(...reply.nodes);
    cursor = reply.page?.nextCursor;
  } while (cursor);
  return { nodes };
}

export const useNodes = (enabled = true) =>
  useQuery({
    queryKey: ['nodes', 'list'],
    queryFn: ({ signal }) => allNodes(signal),
    refetchInterval: (query) => again(query) || 15_000,
    enabled,
  });

export const useNode = (id: string) =>
  useQuery({
    queryKey: ['nodes', 'one', id],
    queryFn: ({ signal }) => getNode({ nodeId: id }, { signal }).then((reply) => need(reply.node)),
    refetchInterval: (query) => again(query) || 15_000,
    enabled: id !== '',
  });

export const useRecords = (filter: RecordQuery & { cursor?: string; limit?: number }, enabled = true) =>
  useQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) => listRecords(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query),
    enabled,
  });

export const useOrganisations = (enabled: boolean) =>
  useQuery({
    queryKey: ['organisations'],
    queryFn: ({ signal }) => listOrganisations({ limit: 200 }, { signal }),
    staleTime: 5 * 60_000,
    refetchInterval: (query) => again(query),
    enabled,
  });

/** After a change of one's own: everything that may show it. */
export function refresh(client: QueryClient, ...kinds: string[]) {
  return Promise.all(kinds.map((kind) => client.invalidateQueries({ queryKey: [kind] })));
}
