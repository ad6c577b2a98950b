// The kernel as JupyterLab's own client library sees it, through a Jupyter server: start, run, complete, inspect, interrupt, restart, shut down.
// usage: node client.mjs MODULES SERVER TOKEN KERNEL     prints a line a step and ends with 0 when all have passed
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';
const [modules, baseUrl, token, name] = process.argv.slice(2);
const { KernelManager, ServerConnection } = createRequire(`${modules}/`)('@jupyterlab/services');

const say = text => process.stdout.write(`${text}\n`);
console.log = console.debug = console.error;               // the library's own words
const serverSettings = ServerConnection.makeSettings({ baseUrl, wsUrl: baseUrl.replace('http', 'ws'), token, appendToken: true });
const manager = new KernelManager({ serverSettings });
const kernel = await manager.startNew({ name });
const step = async (title, work) => { await work(); say(`ok ${title}`); };

const run = async (code, seen = () => {}) => {
  const future = kernel.requestExecute({ code });
  const shown = [];
  future.onIOPub = message => { shown.push(message); seen(message); };
  return { reply: (await future.done).content, shown };
};
const of = (ran, type) => ran.shown.filter(message => message.header.msg_type === type).map(message => message.content);

try {
  await step('info', async () => assert.equal((await kernel.info).language_info.name, 'C#'));
  await step('run', async () => {
    const ran = await run('var kept = 41; Console.Write("out"); display(HTML("<b>1</b>")); kept + 1');
    assert.equal(ran.reply.status, 'ok');
    assert.equal(of(ran, 'stream')[0].text, 'out');
    assert.equal(of(ran, 'display_data')[0].data['text/html'], '<b>1</b>');
    assert.equal(of(ran, 'execute_result')[0].data['text/plain'], '42');
  });
  await step('complete', async () => assert.ok((await kernel.requestComplete({ code: 'Console.WriteL', cursor_pos: 14 })).content.matches.includes('WriteLine')));
  await step('inspect', async () => assert.match((await kernel.requestInspect({ code: 'Console.WriteLine', cursor_pos: 17, detail_level: 0 })).content.data['text/plain'], /void/));
  await step('interrupt', async () => {
    const ran = await run('Console.WriteLine("looping"); while (true) { }', message => { if (message.header.msg_type === 'stream') kernel.interrupt(); });
    assert.equal(ran.reply.ename, 'Interrupted');
    assert.equal(of(await run('kept'), 'execute_result')[0].data['text/plain'], '41');
  });
  await step('restart', async () => {
    await kernel.restart();
    assert.equal((await run('kept')).reply.ename, 'CS0103');
  });
  await step('shut down', () => kernel.shutdown());
} catch (problem) {
  say(`failed: ${problem.stack}`);
  process.exitCode = 1;
}
process.exit();
