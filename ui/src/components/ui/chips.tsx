'use client';
type Chip = { value: string; label: string; count?: number };

/** One of several filters; pressed is the one in force. */
export function Chips({ label, chips, value, onChange }: { label: string; chips: Chip[]; value: string; onChange(value: string): void }) {
  return (
    <div role="group" aria-label={label} className="flex max-w-full gap-0.5 overflow-x-auto rounded-lg bg-sunken p-0.5">
      {chips.map((chip) => (
        <button
          key={chip.value}
          type="button"
          aria-pressed={value === chip.value}
          onClick={() => onChange(chip.value)}
          className="flex h-8 items-center gap-1.5 rounded-md px-2.5 text-[13px] font-medium whitespace-nowrap text-muted transition hover:text-text aria-pressed:bg-surface aria-pressed:text-text aria-pressed:shadow-card sm:h-7"
        >
          {chip.label}
          {chip.count !== undefined && <span className="text-xs font-normal text-muted tabular-nums">{chip.count}</span>}
        </button>
      ))}
    </div>
  );
}
