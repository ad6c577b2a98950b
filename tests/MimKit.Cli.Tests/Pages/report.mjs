// Opens a report in headless Chromium at two widths and says what is wrong with it: errors, requests, figures that are not drawn, text beyond the edge.
// usage: node report.mjs PLAYWRIGHT CHROMIUM REPORT SCREENSHOTS     prints a line a problem, and "figures N" at the end
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
const [playwright, executablePath, report, shots] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(`${playwright}/index.mjs`).href);

// in the page: figures without a drawing
const undrawn = () => [...document.querySelectorAll('figure.plot, [data-mimkit-figure]')].filter(figure => {
  const drawing = figure.querySelector('svg.main-svg, canvas');
  const box = drawing?.getBoundingClientRect();
  const marks = figure.querySelectorAll('.main-svg image, .main-svg .trace path, .main-svg .point, canvas').length;
  return !(box?.width > 100 && box?.height > 40 && marks > 0);
}).map(figure => figure.getAttribute('aria-label')?.slice(0, 80) ?? figure.id);

// in the page: elements whose own text leaves the window, other than inside a box that scrolls
const beyond = () => {
  const scrolls = element => { for (let at = element; at && at !== document.body; at = at.parentElement) if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(at).overflowX)) return true; return false; };
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
  for (const element of document.querySelectorAll('main *')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) || !element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 1 && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(element)) found.push(`"${element.textContent.trim().slice(0, 40)}" ends at ${Math.round(box.right)}`);
  }
  return found.slice(0, 5);
};

// figures whose points have pictures, but show none under the pointer
const pictureless = async page => {
  const names = [];
  for (const figure of await page.$$('figure.plot')) {
    if (!await figure.evaluate(at => Boolean(at.layout?.meta?.pictures))) continue;
    await figure.scrollIntoViewIfNeeded();
    const shown = async point => {
      const box = await point.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
      await page.waitForTimeout(250);
      return page.evaluate(() => [...document.querySelectorAll('.picture')].some(picture => getComputedStyle(picture).display === 'block' && picture.getBoundingClientRect().right <= innerWidth));
    };
    let any = false;
    for (const point of (await figure.$$('.point')).slice(0, 5)) any ||= await shown(point);
    if (!any) names.push(await figure.getAttribute('aria-label'));
  }
  return names;
};

const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'] });
let figures = 0;
try {
  for (const width of [1280, 400]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(120_000);
    const say = problem => console.log(`${width}: ${problem}`);
    page.on('console', message => { if (message.type() === 'error') say(`console: ${message.text()}`); });
    page.on('pageerror', error => say(`error: ${error.message}`));
    page.on('request', request => { if (!/^(file|data|blob|about):/.test(request.url())) say(`request: ${request.url()}`); });
    await page.goto(pathToFileURL(report).href, { waitUntil: 'load' });
    await page.waitForFunction(undrawn => new Function(`return (${undrawn})()`)().length === 0, undrawn.toString(), { timeout: 60_000, polling: 500 }).catch(() => {});
    for (const figure of await page.evaluate(undrawn)) say(`not drawn: ${figure}`);
    for (const text of await page.evaluate(beyond)) say(`beyond the edge: ${text}`);
    for (const figure of await pictureless(page)) say(`no picture under the pointer: ${figure?.slice(0, 80)}`);
    figures = await page.evaluate(() => document.querySelectorAll('figure.plot').length);
    await page.screenshot({ path: `${shots}/${basename(report, '.html')}-${width}.png`, fullPage: true });
    await page.close();
  }
} finally {
  await browser.close();
}
console.log(`figures ${figures}`);
