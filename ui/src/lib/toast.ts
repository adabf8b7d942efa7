/** Short good news. Loaded when first used; the shell shows them. */
export const toast = {
  success: (title: string, description?: string) => void import('sonner').then((m) => m.toast.success(title, { description })),
  /** Good news that can be taken back: it stays long enough to be read and reached. */
  undoable: (title: string, action: { label: string; onClick(): void }) =>
    void import('sonner').then((m) => m.toast.success(title, { duration: 15_000, closeButton: true, action })),
  /** Bad news stays until it is closed, with the way to more. */
  failure: (title: string, action: { label: string; onClick(): void }) =>
    void import('sonner').then((m) => m.toast.error(title, { duration: Infinity, closeButton: true, action })),
};
