'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { Mark } from '@/components/brand';
import { ThemeMenu } from '@/components/theme-menu';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { FormError } from '@/components/ui/notice';
import { PasswordInput } from '@/components/ui/password';
import { signIn, type SignInRequest } from '@/lib/api.gen';
import { placeViolations } from '@/lib/form';
import { signInForm } from '@/lib/forms.gen';
import { ApiError } from '@/lib/http';
import { safeNext } from '@/lib/next';
import { sessionQuery } from '@/lib/queries';

/** Seconds left of a wait that the server asked for. */
function useCountdown(until: number | null) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

const fields = ['email', 'password'] as const;

function useSignIn(refused: (error: Error) => void) {
  const router = useRouter();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignInRequest) => signIn(body),
    onSuccess: ({ session }) => {
      client.clear();
      if (session) client.setQueryData(sessionQuery.queryKey, session);
      router.replace(safeNext(new URLSearchParams(location.search).get('next'), location.origin));
    },
    onError: refused,
  });
}

function Form() {
  const t = useTranslations('login');
  const [failure, setFailure] = useState<Error | null>(null);
  const [until, setUntil] = useState<number | null>(null);
  const left = useCountdown(until);
  const { register, handleSubmit, setError, setFocus, formState: { errors } } = useForm<SignInRequest>({ resolver: zodResolver(signInForm), defaultValues: { email: '', password: '' } });
  const enter = useSignIn((error) => {
    if (placeViolations(error, fields, setError)) return;
    setFailure(error);
    if (!(error instanceof ApiError)) return;
    if (error.status === 429) setUntil(Date.now() + (error.retryAfter ?? 30) * 1000);
    if (error.status === 401) setFocus('password', { shouldSelect: true });
  });
  const submit = handleSubmit((values) => {
    setFailure(null);
    setUntil(null);
    enter.mutate(values);
  });
  const limited = failure instanceof ApiError && failure.status === 429;
  const waiting = enter.isPending || enter.isSuccess;
  return (
    <form noValidate className="grid gap-4" onSubmit={submit}>
      {limited ? (
        <div role="alert" className="rounded-lg bg-warn-soft p-3 text-[13px] text-warn"><p className="font-medium">{failure.message}</p><p aria-live="off">{left > 0 ? t('wait', { seconds: left }) : t('again')}</p></div>
      ) : (
        <FormError error={failure} />
      )}
      <Field label={t('email')} error={errors.email?.message} required>
        {(wiring) => <input {...wiring} {...register('email')} type="email" className="input h-11" autoComplete="username" autoCapitalize="none" spellCheck={false} />}
      </Field>
      <Field label={t('password')} error={errors.password?.message} required>
        {(wiring) => <PasswordInput wiring={wiring} register={register('password')} autoComplete="current-password" className="h-11" />}
      </Field>
      <Button type="submit" variant="primary" className="mt-1 h-11" disabled={waiting || left > 0}>{waiting && <LoaderCircle className="animate-spin" />}{t('submit')}</Button>
    </form>
  );
}

export function Login() {
  const t = useTranslations('login');
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto]">
      <main className="grid content-center justify-items-center px-4 py-10">
        <div className="mb-6 flex items-center gap-2.5 text-base font-semibold tracking-tight"><Mark />StralixHost</div>
        <section className="card w-full max-w-[400px] p-6 shadow-pop sm:p-8" aria-labelledby="login-title">
          <h1 id="login-title" className="text-xl font-semibold tracking-tight">{t('title')}</h1>
          <p className="mt-0.5 mb-6 text-[13px] text-muted">{t('detail')}</p>
          <Form />
        </section>
      </main>
      <footer className="flex justify-center pb-4"><ThemeMenu /></footer>
    </div>
  );
}
