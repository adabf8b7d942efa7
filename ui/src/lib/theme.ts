export type Theme = 'light' | 'dark' | 'system';

// public/theme.js applies the choice before the first paint, and again whenever it changes.
export function storedTheme(): Theme {
  const value = localStorage.getItem('theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function setTheme(theme: Theme) {
  localStorage.setItem('theme', theme);
  dispatchEvent(new Event('stralix:theme'));
}
