'use client';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button';

/** A password that can be looked at. */
export function PasswordInput({ wiring, register, autoComplete, className = 'h-9' }: { wiring: object; register: object; autoComplete: 'current-password' | 'new-password'; className?: string }) {
  const t = useTranslations('login');
  const [shown, setShown] = useState(false);
  return (
    <span className="relative block">
      <input {...wiring} {...register} type={shown ? 'text' : 'password'} className={`input pr-11 ${className}`} autoComplete={autoComplete} />
      <Button variant="ghost" size="icon-sm" className="absolute top-1/2 right-1.5 -translate-y-1/2" aria-label={shown ? t('hide') : t('show')} aria-pressed={shown} onClick={() => setShown(!shown)}>{shown ? <EyeOff /> : <Eye />}</Button>
    </span>
  );
}
