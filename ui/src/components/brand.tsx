import Link from 'next/link';

export function Mark() {
  return (
    <span aria-hidden className="grid size-7 place-items-center rounded-lg bg-accent text-white inset-shadow-[0_1px_0_rgb(255_255_255/0.25)]">
      <svg viewBox="0 0 16 16" className="size-4" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round"><path d="M3 4.5h10M3 8h10M3 11.5h6" /></svg>
    </span>
  );
}

export const Brand = ({ onClick }: { onClick?: () => void }) => (
  <Link href="/" prefetch={false} onClick={onClick} className="flex items-center gap-2.5 rounded-lg font-semibold tracking-tight">
    <Mark />
    StralixHost
  </Link>
);
