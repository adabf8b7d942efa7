import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { useRef } from 'react';
import { ApiError } from './http';

/** Puts what the server refused at its fields and the focus on the first; says whether every violation found one. */
export function placeViolations<T extends FieldValues>(error: Error, fields: readonly FieldPath<T>[], setError: UseFormSetError<T>) {
  if (!(error instanceof ApiError) || error.violations.length === 0) return false;
  let focused = false;
  let placed = 0;
  for (const violation of error.violations) {
    const field = fields.find((name) => name === violation.field);
    if (!field) continue;
    setError(field, { type: violation.rule, message: violation.message }, { shouldFocus: !focused });
    focused = true;
    placed += 1;
  }
  return placed === error.violations.length;
}

/** With violations at the fields' names in the form. */
export function renamed(error: Error, names: Record<string, string>) {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(error.status, error.code, error.message, error.requestId, error.violations.map((v) => ({ ...v, field: names[v.field] ?? v.field })), error.retryAfter);
}

/**
 * The idempotency key of a form: the same for the same content as long as no answer came, so that sending again
 * after a broken connection does the work once.
 */
export function useFormKey() {
  const last = useRef<{ content: string; key: string } | null>(null);
  return {
    keyFor(body: unknown) {
      const content = JSON.stringify(body);
      if (last.current?.content !== content) last.current = { content, key: crypto.randomUUID() };
      return last.current.key;
    },
    answered(error: Error | null) {
      if (!(error instanceof ApiError && error.passing)) last.current = null;
    },
  };
}
