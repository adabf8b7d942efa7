// Tasks in people's hands: cancelled while they wait, tried at once; and a website that failed is tried again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, supervised, until, visit } from './panel.mjs';

let site, other;
const node = 'agent-n1';

before(async () => {
  site = await createWebsite(env.CUSTOMER_TOKEN, freshDomain('tasks'));
  while (site.nodeId !== 'n1') site = await createWebsite(env.CUSTOMER_TOKEN, freshDomain('tasks'));
  other = await anotherOrganisation();
});

const read = async (id = site.id) => (await customer('GET', `/api/v1/websites/${id}`)).body.website;
const task = async (id) => (await customer('GET', `/api/v1/tasks/${id}`)).body.task;
const settled = (id = site.id) => until('the website to hear of it', async () => {
  const now = await read(id);
  return ['pending', 'deleting', 'purging'].includes(now.state) ? null : now;
});
const patch = async (settings, id = site.id) => {
  const answer = await customer('PATCH', `/api/v1/websites/${id}`, { settings }, { 'if-match': `"${(await read(id)).etag}"` });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return answer.body.taskId;
};

test('a task that is over can be neither cancelled nor tried; another organisation sees none', async () => {
  const { taskId } = await read();
  for (const verb of ['cancel', 'retry']) {
    assert.equal((await customer('POST', `/api/v1/tasks/${taskId}/${verb}`)).status, 409);
    assert.equal((await api(other.token, 'POST', `/api/v1/tasks/${taskId}/${verb}`)).status, 404);
  }
  assert.equal((await customer('POST', `/api/v1/websites/${site.id}/retry`)).status, 409, 'nothing has failed');
});

test('a change that waits for its node is cancelled: the website is what it was, now and when the node is back', async () => {
  supervised.down(node);
  try {
    const taskId = await patch({ redirects: [{ from: '/cancelled', to: '/never' }] });
    await until('the task to wait', async () => /offline/.test((await task(taskId)).message));
    assert.equal((await customer('POST', `/api/v1/tasks/${taskId}/retry`)).status, 202, 'trying now is no harm');
    assert.equal((await customer('POST', `/api/v1/tasks/${taskId}/cancel`)).status, 200);
    const cancelled = await task(taskId);
    assert.equal(cancelled.state, 'cancelled');
    assert.match(cancelled.message, /Cancelled by /);
    await until('the settings to be what they were', async () => (await read()).settings.redirects.length === 0);
    assert.equal((await customer('POST', `/api/v1/tasks/${taskId}/cancel`)).status, 409);
  } finally {
    supervised.up(node);
  }
  assert.equal((await settled()).state, 'active');
  assert.equal((await visit(new URL('/cancelled', site.url).href)).status, 404);
  const { body } = await customer('GET', '/api/v1/audit?limit=50');
  assert.ok(body.records.some((r) => r.action === 'task.cancel' && r.target?.id === site.id));
});

test('a website whose creation is cancelled has failed, and may be tried again', async () => {
  supervised.down(node);
  let made;
  try {
    made = (await admin('POST', '/api/v1/websites', { domain: freshDomain('cancelled'), organisationId: site.organisationId, nodeId: 'n1' }));
    assert.equal(made.status, 202, JSON.stringify(made.body));
    assert.equal((await customer('POST', `/api/v1/tasks/${made.body.taskId}/cancel`)).status, 200);
    const failed = await until('the website to hear of it', async () => {
      const now = await read(made.body.website.id);
      return now.state === 'failed' && now;
    });
    assert.match(failed.message, /Cancelled by /);
  } finally {
    supervised.up(node);
  }
  const again = await customer('POST', `/api/v1/websites/${made.body.website.id}/retry`);
  assert.equal(again.status, 202, JSON.stringify(again.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, again.body.taskId, 60)).state, 'success');
  assert.equal((await settled(made.body.website.id)).state, 'active');
});

after(() => supervised.up(node));
