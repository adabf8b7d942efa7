'use client';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { setTheme, storedTheme, type Theme } from '@/lib/theme';
import { Button } from './ui/button';
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from './ui/menu';

const themes = [['light', Sun], ['dark', Moon], ['system', Monitor]] as const;

function Choices() {
  const t = useTranslations('theme');
  const [theme, choose] = useState<Theme>(storedTheme);
  return (
    <MenuRadioGroup value={theme} onValueChange={(value) => { choose(value as Theme); setTheme(value as Theme); }}>
      {themes.map(([value, Icon]) => <MenuRadioItem key={value} value={value}><Icon aria-hidden />{t(value)}</MenuRadioItem>)}
    </MenuRadioGroup>
  );
}

export function ThemeMenu() {
  const t = useTranslations('theme');
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" className="size-11 sm:size-9" aria-label={t('label')}>
          <Sun className="dark:hidden" />
          <Moon className="hidden dark:block" />
        </Button>
      </MenuTrigger>
      <MenuContent className="w-40"><Choices /></MenuContent>
    </Menu>
  );
}
