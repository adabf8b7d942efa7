import { describe, expect, it } from 'vitest';
import { fieldOf, formOf, phpOf } from '@/lib/php';

describe('PHP as a form', () => {
  it('comes back as it went in; what is unset is empty', () => {
    const php = { version: '8.2', mode: 'DYNAMIC' as const, maxChildren: 3, idleTimeoutS: 0, maxRequests: 0, frontController: true, ini: [{ name: 'memory_limit', value: '64M' }] };
    expect(phpOf(formOf(php))).toEqual(php);
    expect(formOf(php).maxRequests).toBe('');
    expect(formOf().mode).toBe('ONDEMAND');
  });

  it('finds the field of a violation', () => {
    const at = (field: string) => fieldOf({ field, rule: '', message: '' });
    expect(at('settings.php.version')).toBe('version');
    expect(at('settings.php.ini[2].value')).toBe('ini.2.value');
    expect(at('settings.php.ini')).toBe('ini');
    expect(at('settings.aliases[0]')).toBe(null);
  });
});
