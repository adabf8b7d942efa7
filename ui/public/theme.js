// Runs before first paint; a file, not inline, so that script-src 'self' is enough.
(function () {
  var system = matchMedia('(prefers-color-scheme: dark)');
  function apply() {
    var theme = localStorage.getItem('theme');
    var dark = theme === 'dark' || (theme !== 'light' && system.matches);
    document.documentElement.classList.toggle('dark', dark);
  }
  system.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener('stralix:theme', apply);
  apply();
})();
