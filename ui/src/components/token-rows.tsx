'use client';
// API tokens, one's own or a user's, and the way to end one.
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { revokeApiToken, type ApiToken } from '@/lib/api.gen';
import type { useApiTokens } from '@/lib/people';
import { limitWords } from '@/lib/record-tokens';
import { FormDialog } from './form-dialog';
import { useAct } from './organisation-forms';
import { Lines } from './people';
import { Button } from './ui/button';
import { Failure, Stale } from './ui/notice';
import { Exact, When } from './ui/when';

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose(): void }) {
  const t = useTranslations('tokens');
  const revoke = useAct(() => revokeApiToken({ tokenId: token.id }), onClose);
  return (
    <FormDialog title={t('revokeTitle', { name: token.name })} description={t('revokeDetail')} submit={t('revokeConfirm')} danger busy={revoke.isPending} error={revoke.error} onSubmit={(event) => { event.preventDefault(); revoke.mutate(); }} onClose={onClose}>
      <p className="text-[13px] text-muted">{token.lastSeenAt ? <>{t('lastUsed')} <When at={token.lastSeenAt} />.</> : t('neverUsed')}</p>
    </FormDialog>
  );
}

export function TokenRows({ read, mayRevoke }: { read: ReturnType<typeof useApiTokens>; mayRevoke: boolean }) {
  const t = useTranslations('tokens');
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const tokens = read.data;
  if (read.error && !tokens) return <Failure read={read} />;
  if (!tokens) return <Lines n={2} />;
  return (
    <>
      <Stale read={read} />
      {tokens.length === 0 && <p className="px-5 py-6 text-[13px] text-muted">{t('none')}</p>}
      <ul className="divide-y divide-line">
        {tokens.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-5 py-3">
            <div className="min-w-0 flex-1 basis-52">
              <p className="text-[13.5px] font-medium [overflow-wrap:anywhere]">{token.name}</p>
              <p className="text-xs text-muted [overflow-wrap:anywhere]">{token.records.length ? <>{t('only')} <span className="font-mono">{token.records.map(limitWords).join('; ')}</span></> : token.scopes.length ? <span className="font-mono">{token.scopes.join(' ')}</span> : t('everything')}</p>
              <p className="flex flex-wrap gap-x-3 text-xs text-muted"><span>{token.lastSeenAt ? <>{t('lastUsed')} <When at={token.lastSeenAt} /></> : t('neverUsed')}</span><span>{t('ends')} <Exact at={token.expiresAt} /></span></p>
            </div>
            {mayRevoke && <Button size="sm" className="text-bad" aria-label={t('revokeNamed', { name: token.name })} onClick={() => setRevoking(token)}>{t('revoke')}</Button>}
          </li>
        ))}
      </ul>
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
