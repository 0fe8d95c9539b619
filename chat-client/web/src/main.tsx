import { render } from 'preact';
import './style.css';
import { claimTab } from './tabs';
import { App } from './views/app';

/** On a phone the keyboard covers the page; the page is as high as what is left. */
function fitViewport(): void {
  const view = window.visualViewport;
  if (!view || view.scale !== 1) return; // enlarged by two fingers: leave the page as it is
  document.documentElement.style.setProperty('--height', `${view.height}px`);
  scrollTo(0, 0);
}
window.visualViewport?.addEventListener('resize', fitViewport);
fitViewport();

const root = document.getElementById('app');
if (root) void claimTab().then((tab) => render(<App tab={tab} />, root));
