import type { Record as Change } from './api.gen';

/** What people changed, and what the panel failed to bring about for them; its successes and sign-ins are no news. */
export const changes = (records: Change[]) =>
  records.filter((record) => !record.action.startsWith('session.') && !(record.actorId.startsWith('system:') && record.outcome === 'success'));
