/* markdown.ts: light Markdown to safe HTML.
 *
 * Purpose   bold, italic, code, lists, links and quotes; what else Markdown has stays the text it was written as.
 * Errors    the text is hostile. Two walls: marked reads no HTML, and DOMPurify lets through a short list.
 *           marked takes the third power of the links' number, so a text of hundreds is shown as it was written.
 */
import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const asWritten = (): undefined => undefined;

const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: { heading: asWritten, lheading: asWritten, hr: asWritten, html: asWritten, tag: asWritten, def: asWritten, table: asWritten },
  renderer: {
    // A picture would tell its server who reads this, so it is a link to follow or not.
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
  },
});

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const purify = DOMPurify();
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'PRE') node.setAttribute('tabindex', '0'); // it scrolls, so keys must reach it
  if (!node.hasAttribute('href')) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer nofollow');
});

const rules = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'a', 'blockquote'],
  ALLOWED_ATTR: ['href', 'start'],
  ADD_URI_SAFE_ATTR: ['start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_TRUSTED_TYPE: true,
};

const MOST_LINKS = 100;
const MOST_STRESSES = 1000;

const isCostly = (text: string): boolean =>
  text.split('](').length > MOST_LINKS || text.split(/[*_]/).length > MOST_STRESSES;

const plain = (text: string): string => `<p>${escaped(text).replace(/\n/g, '<br>')}</p>`;

function parsed(text: string): string {
  if (isCostly(text)) return plain(text);
  try {
    return marked.parse(text, { async: false });
  } catch {
    return plain(text); // nested deeper than the parser can follow
  }
}

/** HTML that Preact may set under a policy that demands trusted types: it is such a type, though Preact calls it a string. */
export const markdown = (text: string): string => purify.sanitize(parsed(text), rules) as unknown as string;
