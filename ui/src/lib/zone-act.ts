'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ZoneReply } from './api.gen';
import { refresh } from './queries';
import { useTasks } from './tasks';

/** What is done to a zone as a whole: its tasks are followed, one a server. */
export function useZoneAct(act: () => Promise<ZoneReply>, onDone?: () => void) {
  const client = useQueryClient();
  const { follow } = useTasks();
  return useMutation({
    mutationFn: act,
    onSuccess: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      onDone?.();
      void refresh(client, 'zones', 'tasks', 'usage', 'audit');
    },
  });
}

