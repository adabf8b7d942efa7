import { cn } from '@/lib/cn';

/** A bar with its words above. The bar is drawn; the words carry the meaning. */
export function Meter({ label, value, note, className }: { label: string; value: number; note?: string; className?: string }) {
  return (
    <div className={cn('min-w-28', className)}>
      <div className="mb-1 flex justify-between gap-3 text-xs whitespace-nowrap text-muted tabular-nums"><span>{label}</span><span>{note ?? `${value}%`}</span></div>
      <svg aria-hidden className="block h-1 w-full overflow-hidden rounded-full">
        <rect width="100%" height="4" className="fill-line" />
        <rect width={`${value}%`} height="4" rx="2" className={value > 90 ? 'fill-bad-solid' : value > 75 ? 'fill-warn' : 'fill-accent'} />
      </svg>
    </div>
  );
}
