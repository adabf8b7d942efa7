'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { placeViolations, useFormKey } from './form';
import { ApiError } from './http';

const prefix = /^settings\./;
const bare = (error: ApiError) =>
  new ApiError(error.status, error.code, error.message, error.requestId, error.violations.map((v) => ({ ...v, field: v.field.replace(prefix, '') })), error.retryAfter);

type Saving<F extends FieldValues, R> = {
  /** The body is what the idempotency key stands for. */
  send(body: F, options: { key: string }): Promise<R>;
  onSaved(reply: R): void;
  fields: readonly FieldPath<F>[];
  setError: UseFormSetError<F>;
};

/** Sends a form once, puts what the server refused at its fields, and keeps the rest for the top of the form. */
export function useSaving<F extends FieldValues, R>({ send, onSaved, fields, setError }: Saving<F, R>) {
  const t = useTranslations('form');
  const { keyFor, answered } = useFormKey();
  const [unplaced, setUnplaced] = useState<Error | null>(null);
  const place = (error: Error) => {
    const shown = error instanceof ApiError ? bare(error) : error;
    if (placeViolations(shown, fields, setError)) return;
    setUnplaced(shown instanceof ApiError && shown.status === 412 ? new Error(t('changed')) : shown);
  };
  const save = useMutation({
    mutationFn: (body: F) => send(body, { key: keyFor(body) }),
    onMutate: () => setUnplaced(null),
    onSuccess: onSaved,
    onError: place,
    onSettled: (_reply, error) => answered(error),
  });
  return { save, unplaced };
}
