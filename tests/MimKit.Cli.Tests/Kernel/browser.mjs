// Drives Jupyter Notebook in headless Chromium: run all, a Plotly chart, interrupt, restart, completion.
// usage: node browser.mjs PLAYWRIGHT CHROMIUM URL SCREENSHOTS     prints a line a step and ends with 0 when all have passed
import { pathToFileURL } from 'node:url';
const [playwright, executablePath, url, shots] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(`${playwright}/index.mjs`).href);

const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
page.setDefaultTimeout(180_000);
const idle = () => page.waitForFunction(() => window.Jupyter?.notebook?.kernel?.info_reply?.implementation && !Jupyter.notebook.kernel_busy && document.querySelector('.kernel_idle_icon'));
const output = (cell, text) => page.waitForFunction(([i, wanted]) => document.querySelectorAll('.cell')[i].querySelector('.output_wrapper')?.innerText.includes(wanted), [cell, text]);
const run = cell => page.evaluate(i => Jupyter.notebook.get_cell(i).execute(), cell);
const step = async (name, work) => {
  await work();
  await page.screenshot({ path: `${shots}/${name.replaceAll(' ', '-')}.png` });
  console.log(`ok ${name}`);
};

try {
  await page.goto(url);
  await idle();
  await step('run all', async () => {
    await page.click('#celllink');
    await page.click('#run_all_cells');
    await output(0, 'kept is 41');
  });
  await step('chart', () => page.waitForSelector('.js-plotly-plot .main-svg'));
  await step('interrupt', async () => {
    await output(2, 'looping');
    await page.click('[data-jupyter-action="jupyter-notebook:interrupt-kernel"]');
    await output(2, 'was stopped before it ended');
    await run(3);
    await output(3, '42');
  });
  await step('complete', async () => {
    await page.evaluate(() => { const cell = Jupyter.notebook.get_cell(4); Jupyter.notebook.select(4); Jupyter.notebook.edit_mode(); cell.code_mirror.setCursor(0, 99); });
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => Jupyter.notebook.get_cell(4).get_text() === 'Console.WriteLine');
  });
  await step('restart', async () => {
    await page.evaluate(() => new Promise((ready, failed) => {
      Jupyter.notebook.events.one('kernel_ready.Kernel', () => ready());
      Jupyter.notebook.kernel.restart(null, failed);
    }));
    await idle();
    await run(3);
    await output(3, 'CS0103');
  });
} catch (problem) {
  await page.screenshot({ path: `${shots}/failed.png` });
  console.log(`failed: ${problem}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
