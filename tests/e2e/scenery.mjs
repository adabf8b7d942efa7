// For pictures only: a few websites with names one would meet, made and purged through the API as the person on screen.
import { eventually } from './harness.mjs';

const names = ['harbour-cafe.example', 'fjord-foto.example', 'northwind-bikes.example', 'bücher-eck.example', 'lakeside-school.example', 'tidewater-law.example', 'kestrel-yoga.example'];

export function scenery(page) {
  const ids = [];
  const api = (method, path, body) => page.evaluate(async ([verb, address, json]) => {
    const headers = { 'X-Requested-With': 'stralix', 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
    const answer = await fetch(`/api/v1${address}`, { method: verb, headers: verb === 'GET' ? {} : headers, body: verb === 'POST' ? JSON.stringify(json ?? {}) : undefined });
    return answer.json();
  }, [method, path, body]);
  const state = (id, wanted) => eventually(`${id} ${wanted}`, () => api('GET', `/websites/${id}`), (answer) => answer.website?.state === wanted || answer.status === 404);

  return {
    async up() {
      for (const domain of names) ids.push((await api('POST', '/websites', { domain })).website?.id);
      for (const id of ids) if (id) await state(id, 'active');
    },
    async down() {
      for (const id of ids.filter(Boolean)) {
        await api('DELETE', `/websites/${id}`);
        await state(id, 'deleted');
        await api('POST', `/websites/${id}/purge`);
      }
    },
  };
}
