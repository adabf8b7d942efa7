import type { Problem } from './api.gen';

export type Violation = { field: string; rule: string; message: string };

/** A failed call: what the server said, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string = '',
    readonly violations: Violation[] = [],
    /** Seconds until another try makes sense; null when the server did not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Whether the same call may work later without anybody changing anything. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export type CallOptions = { signal?: AbortSignal; key?: string };
type Query = Record<string, string | number | boolean | undefined>;
type Request = CallOptions & { query?: Query; body?: unknown; keyed?: boolean; etag?: string };

const timeoutMs = 20_000;

function address(path: string, query: Query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

function headersOf(method: string, request: Request) {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (request.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-Requested-With'] = 'stralix';
  if (request.etag !== undefined) headers['If-Match'] = `"${request.etag}"`;
  if (request.keyed) headers['Idempotency-Key'] = request.key ?? crypto.randomUUID();
  return headers;
}

/** Seconds of a Retry-After header, which is a number or a date. */
export function retrySeconds(value: string | null, now = Date.now()) {
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

async function failure(response: Response) {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  return new ApiError(
    response.status,
    problem?.code ?? 'HTTP',
    problem?.detail || problem?.title || `The server answered ${response.status}.`,
    problem?.requestId ?? response.headers.get('Request-Id') ?? '',
    problem?.violations ?? [],
    retrySeconds(response.headers.get('Retry-After')),
  );
}

/** The one door to the gateway: JSON in and out, cookie session, CSRF header, problems as ApiError. */
export async function call<T>(method: string, path: string, request: Request = {}): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(address(path, request.query), {
      method,
      headers: headersOf(method, request),
      credentials: 'same-origin',
      cache: 'no-store',
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new ApiError(0, 'UNREACHABLE', 'The panel cannot be reached.');
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => {
    throw new ApiError(response.status, 'BAD_REPLY', 'The server sent an answer this page does not understand.', response.headers.get('Request-Id') ?? '');
  })) as T;
}

/** `input` without the members that travel in the path. */
export function without<T extends object, K extends keyof T>(input: T, names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !(names as readonly string[]).includes(name))) as Omit<T, K>;
}

/** A part that the contract promises in an answer. */
export function need<T>(part: T | undefined): T {
  if (part === undefined) throw new ApiError(200, 'BAD_REPLY', 'The server sent an answer this page does not understand.');
  return part;
}
