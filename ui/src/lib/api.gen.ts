// Generated from openapi.json by scripts/api.mjs. Do not edit.
import { call, without, type CallOptions } from './http';

/** Says "done" where there is nothing else to say. */
export type Empty = { [key: string]: never };

/** One field that breaks its rule. */
export type Violation = {
  /** lowerCamelCase path: "domain", "items[2].name" */
  field: string;
  /** HOSTNAME, required, max_len, range … */
  rule: string;
  /** for people */
  message: string;
};

/** The order of one resource's changes. A restore from backup raises the epoch; (epoch, n) is compared as a pair. */
export type Generation = {
  epoch: number;
  n: string;
};

/** What a resource is and where it lives. */
export type Target = {
  /** "website" */
  kind: string;
  id: string;
  /** for people: the domain */
  name: string;
  organisationId: string;
  /** empty: on no node */
  nodeId: string;
  /** what people look at when the resource is a part of it: the zone */
  objectId: string;
};

/** One step of an attempt, as the engine names it: stage, test, activate, verify, commit, rollback. */
export type Step = {
  name: string;
  /** running, success, failed */
  state: string;
  /** the daemon's own words */
  message: string;
  /** Unix time in ms */
  startedMs: string;
  durationUs: string;
};

/** How a list answers: an opaque cursor to go on with (empty: that was the last page) and the count of all that matches. */
export type Page = {
  nextCursor: string;
  total: string;
};

/** At most so many of a kind: "websites". */
export type Limit = {
  kind: string;
  limit?: number;
};

/** How much of a service's kinds an organisation uses: ListUsage of the service that owns them. */
export type ListUsageRequest = {
  /** absent: the caller's */
  organisationId?: string;
};

export type ListUsageReply = {
  usage: Usage[];
};

export type Usage = {
  /** websites */
  kind: string;
  used: number;
  limited: boolean;
  /** when limited */
  limit: number;
};

export type SignInRequest = {
  email: string;
  password: string;
};

export type SignInReply = {
  session?: Session;
  /** the gateway takes it out of the answer and into a cookie */
  token?: string;
};

export type SignOutRequest = { [key: string]: never };

export type GetSessionRequest = { [key: string]: never };

export type GetSessionReply = {
  session?: Session;
};

export type Session = {
  userId: string;
  email: string;
  name: string;
  /** customer, staff, admin */
  role: string;
  organisation?: Organisation;
  /** what the caller may do, narrowed by the token's scopes */
  permissions: string[];
  /** RFC 3339 */
  expiresAt: string;
  /** until then nothing else is permitted */
  mustChangePassword: boolean;
  /** absent: it acts for itself; else role, organisation and permissions are those acted with */
  acting?: Acting;
};

/** For whom a session acts. */
export type Acting = {
  organisationId: string;
  organisationName: string;
  reason: string;
  /** RFC 3339 */
  until: string;
};

export type ActForRequest = {
  organisationId: string;
  /** for the audit trail */
  reason: string;
};

export type ActForReply = {
  acting?: Acting;
};

export type StopActingRequest = { [key: string]: never };

export type ListSessionsRequest = { [key: string]: never };

export type ListSessionsReply = {
  /** the newest first */
  sessions: SessionInfo[];
};

export type SessionInfo = {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  /** at the latest */
  expiresAt: string;
  /** where it was opened */
  sourceIp: string;
  /** the one that the request came with */
  current: boolean;
};

export type EndSessionRequest = {
  sessionId: string;
};

export type EndOtherSessionsRequest = { [key: string]: never };

export type EndOtherSessionsReply = {
  ended: number;
};

export type GetProfileRequest = { [key: string]: never };

export type UpdateProfileRequest = {
  /** from the header If-Match */
  ifMatch: string;
  settings?: ProfileSettings;
  updateMask?: string[];
};

export type ProfileSettings = {
  name?: string;
};

export type ChangePasswordRequest = {
  currentPassword: string;
  password: string;
};

export type CreateApiTokenRequest = {
  name: string;
  /** none: all of the caller's */
  scopes?: string[];
  /** 0: 90 days */
  ttlS?: number;
  /** none: not limited to records */
  records?: RecordLimit[];
};

/** Sets of records that a token may read and change, and nothing else of anything. */
export type RecordLimit = {
  zoneId: string;
  /** home.shop.example. */
  name: string;
  types?: string[];
};

export type CreateApiTokenReply = {
  id: string;
  secret?: string;
  expiresAt: string;
};

export type CreateSreTokenRequest = {
  service: string;
  /** changes as well */
  write?: boolean;
};

export type CreateSreTokenReply = {
  token?: string;
  expiresAt: string;
};

export type ListApiTokensRequest = {
  /** admins only; absent: the caller */
  userId?: string;
};

export type ListApiTokensReply = {
  /** the newest first */
  tokens: ApiToken[];
};

export type ApiToken = {
  id: string;
  name: string;
  /** none: all of its user's */
  scopes: string[];
  createdAt: string;
  /** empty: never used */
  lastSeenAt: string;
  expiresAt: string;
  /** none: not limited to records */
  records: RecordLimit[];
};

export type RevokeApiTokenRequest = {
  tokenId: string;
};

export type Organisation = {
  id: string;
  name: string;
  createdAt: string;
  /** active, suspended */
  state: string;
  /** why it is suspended */
  reason: string;
  suspendedAt: string;
  /** empty: no plan, no limits */
  planId: string;
  planName: string;
  /** how many people it has */
  users: number;
  etag: string;
};

export type CreateOrganisationRequest = {
  name: string;
  planId?: string;
};

export type OrganisationReply = {
  organisation?: Organisation;
};

export type GetOrganisationRequest = {
  organisationId: string;
};

export type UpdateOrganisationRequest = {
  organisationId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: OrganisationSettings;
  updateMask?: string[];
};

export type OrganisationSettings = {
  name?: string;
  /** empty: none */
  planId?: string;
};

export type SuspendOrganisationRequest = {
  organisationId: string;
  reason: string;
};

export type ResumeOrganisationRequest = {
  organisationId: string;
};

export type CreateOrganisationReply = {
  organisation?: Organisation;
};

export type ListOrganisationsRequest = {
  cursor?: string;
  limit?: number;
  /** part of the name */
  search?: string;
  /** active, suspended */
  state?: string;
  planId?: string;
};

export type ListOrganisationsReply = {
  organisations: Organisation[];
  page?: Page;
};

/** What an organisation may have. A kind that has no limit here is without one. */
export type Plan = {
  id: string;
  name: string;
  limits: Limit[];
  /** how many have it */
  organisations: number;
  createdAt: string;
  etag: string;
};

export type ListPlansRequest = {
  cursor?: string;
  limit?: number;
};

export type ListPlansReply = {
  plans: Plan[];
  page?: Page;
};

export type PlanReply = {
  plan?: Plan;
};

export type GetPlanRequest = {
  planId: string;
};

export type CreatePlanRequest = {
  name: string;
  limits?: Limit[];
};

export type UpdatePlanRequest = {
  planId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: PlanSettings;
  updateMask?: string[];
};

export type PlanSettings = {
  name?: string;
  /** all of them */
  limits?: Limit[];
};

export type DeletePlanRequest = {
  planId: string;
};

export type User = {
  id: string;
  email: string;
  name: string;
  role: string;
  organisationId: string;
  organisationName: string;
  /** active, disabled */
  state: string;
  mustChangePassword: boolean;
  /** staff: those assigned to them */
  organisationIds: string[];
  createdAt: string;
  etag: string;
};

export type UserReply = {
  user?: User;
};

export type ListUsersRequest = {
  cursor?: string;
  limit?: number;
  /** part of the name or address */
  search?: string;
  organisationId?: string;
  role?: string;
  state?: string;
};

export type ListUsersReply = {
  users: User[];
  page?: Page;
};

export type GetUserRequest = {
  userId: string;
};

export type UpdateUserRequest = {
  userId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: UserSettings;
  updateMask?: string[];
};

export type UserSettings = {
  name?: string;
  role?: 'ROLE_UNSET' | 'CUSTOMER' | 'STAFF' | 'ADMIN';
  disabled?: boolean;
  mustChangePassword?: boolean;
  /** staff: assigned, all of them */
  organisationIds?: string[];
  email?: string;
  /** whose they are */
  organisationId?: string;
};

export type DeleteUserRequest = {
  userId: string;
};

export type SetPasswordRequest = {
  userId: string;
  password: string;
  /** at the next sign-in */
  mustChange?: boolean;
};

export type CreateUserRequest = {
  organisationId: string;
  email: string;
  name: string;
  password: string;
  role?: 'ROLE_UNSET' | 'CUSTOMER' | 'STAFF' | 'ADMIN';
  /** at the first sign-in */
  mustChangePassword?: boolean;
  /** staff: assigned */
  organisationIds?: string[];
};

export type CreateUserReply = {
  user?: User;
};

export type Record = {
  /** made by the service: appending twice is appending once */
  id: string;
  /** RFC 3339 */
  at: string;
  service: string;
  /** "website.create" */
  action: string;
  /** a user id, or "system:web" */
  actorId: string;
  actorName: string;
  sourceIp: string;
  requestId: string;
  target?: Target;
  /** JSON, secrets masked */
  before: string;
  after: string;
  /** accepted, success, failed, denied */
  outcome: string;
  /** a user id: for whom the system acted */
  onBehalfOf: string;
  onBehalfName: string;
};

export type ListRecordsRequest = {
  cursor?: string;
  limit?: number;
  organisationId?: string;
  targetId?: string;
  /** "website.create", or "website" for all of its kind */
  action?: string;
  /** an id or an e-mail address; also who was acted for */
  actor?: string;
  targetKind?: string;
  /** Unix time; 0: from the start */
  fromMs?: string;
  /** likewise, not included; 0: to the end */
  untilMs?: string;
};

/** What to export is chosen as in a list. */
export type ExportRecordsRequest = {
  cursor?: string;
  /** 0: 1000 */
  limit?: number;
  organisationId?: string;
  targetId?: string;
  action?: string;
  actor?: string;
  targetKind?: string;
  fromMs?: string;
  untilMs?: string;
  /** jsonl (also when absent), csv */
  format?: string;
};

export type ExportRecordsReply = {
  content: string;
  nextCursor: string;
};

export type ListRecordsReply = {
  records: Record[];
  page?: Page;
};

/** A file that a change would make another one. */
export type FilePlan = {
  /** below what the node's daemon reads */
  path: string;
  /** added, changed, removed */
  change: string;
  /** hunks of a unified diff */
  diff: string;
  /** there is more than the diff shows, or it is no text */
  cut: boolean;
  /** nobody may read it */
  secret: boolean;
  /** it is an adopted file, which this change puts an end to */
  dropsAdopted: boolean;
};

/** A file that isn't as the panel would write it. */
export type FileDrift = {
  path: string;
  /** edited, missing, foreign, owner, stale, adopted */
  state: string;
  /** in words, where there is no diff */
  what: string;
  /** from what the panel would write */
  diff: string;
  cut: boolean;
  secret: boolean;
  /** whose file it is; empty: the node's */
  websiteId: string;
  /** names this content when it is adopted; empty: it can't be */
  digest: string;
  adoptedBy: string;
  adoptedAt: string;
};

/** One of the files that are adopted or restored. */
export type FileChoice = {
  path: string;
  /** adopt: of the content that was looked at */
  digest?: string;
};

export type Task = {
  id: string;
  /** "website.apply" */
  action: string;
  target?: Target;
  /** queued, running, success, failed, superseded, denied, cancelled */
  state: string;
  /** why it waits or how it failed, for people */
  message: string;
  attempt: number;
  /** of the newest attempt */
  steps: Step[];
  requestId: string;
  actorId: string;
  actorName: string;
  createdAt: string;
  startedAt: string;
  finishedAt: string;
  nextAttemptAt: string;
  generation?: Generation;
  /** task id */
  supersededBy: string;
};

export type GetTaskRequest = {
  taskId: string;
};

export type GetTaskReply = {
  task?: Task;
};

export type CancelTaskRequest = {
  taskId: string;
};

export type CancelTaskReply = {
  taskId: string;
};

export type RetryTaskRequest = {
  taskId: string;
};

export type RetryTaskReply = {
  taskId: string;
};

export type ListTasksRequest = {
  cursor?: string;
  limit?: number;
  state?: string;
  nodeId?: string;
  /** of the resource, or of the object that it is a part of */
  targetId?: string;
  organisationId?: string;
  /** part of the object's name, or the whole id of the object or the task */
  search?: string;
};

export type ListTasksReply = {
  tasks: Task[];
  page?: Page;
};

export type Node = {
  id: string;
  name: string;
  /** where its websites answer */
  address: string;
  /** pending, trusted, suspended (nothing new is placed on it), revoked */
  state: string;
  /** healthy, warning, unreachable */
  health: string;
  /** website, dns, mail … */
  capabilities: string[];
  lastHeartbeatAt: string;
  /** of the agent */
  version: string;
  /** nginx: 1.22.1 */
  daemons: { [key: string]: string };
  load1: number;
  /** bytes */
  memoryTotal: string;
  memoryAvailable: string;
  diskTotal: string;
  diskAvailable: string;
  /** assigned to it */
  resources: number;
  tasksQueued: number;
  tasksRunning: number;
  createdAt: string;
  /** of its websites; 80 and 443 but in a private prefix */
  httpPort: number;
  httpsPort: number;
  /** what is wrong, for people: the worst of the reasons */
  message: string;
  /** why it isn't healthy, the worst first */
  reasons: NodeReason[];
  /** 0: not known */
  cores: number;
  services: NodeDaemon[];
  /** the task that waits longest */
  oldestQueuedAt: string;
  /** how far ahead of the panel's its clock was at the last heartbeat */
  clockOffsetMs: string;
  uptimeS: string;
  settings?: NodeSettings;
  suspendReason: string;
  suspendedAt: string;
  /** of what people set */
  etag: string;
  /** that aren't as the panel wrote them, as the node last saw it */
  driftedFiles: number;
  /** whose they are */
  driftedResources: number;
  /** kept as somebody made them */
  adoptedFiles: number;
  /** when it looked */
  observedAt: string;
  /** report, restore */
  driftPolicy: string;
  /** 8.2 */
  phpVersions: string[];
  /** of its name server; 53 but in a private prefix */
  dnsPort: number;
};

/** One thing that isn't well with a node. */
export type NodeReason = {
  /** unreachable, late, clock, daemon, disk, agent */
  code: string;
  /** for people */
  message: string;
};

/** A daemon of a node as its agent sees it. */
export type NodeDaemon = {
  name: string;
  version: string;
  alive: boolean;
  /** its own words */
  message: string;
};

/** What people say of a node and what may be placed on it. */
export type NodeSettings = {
  description?: string;
  location?: string;
  /** 0: none */
  websiteLimit?: number;
  /** placement passes it by; staff may still choose it */
  onlyChosen?: boolean;
};

export type ListNodesRequest = {
  cursor?: string;
  limit?: number;
};

export type ListNodesReply = {
  nodes: Node[];
  page?: Page;
};

export type GetNodeRequest = {
  nodeId: string;
};

export type GetNodeReply = {
  node?: Node;
};

export type RegisterNodeRequest = {
  nodeId: string;
  name?: string;
  address: string;
  reportKey: string;
  capabilities?: string[];
  httpPort?: number;
  httpsPort?: number;
  dnsPort?: number;
};

export type RegisterNodeReply = {
  node?: Node;
};

export type ObserveNodeRequest = {
  nodeId: string;
};

export type ObserveNodeReply = {
  /** adopted ones too */
  files: FileDrift[];
  /** there are more than these */
  more: boolean;
  /** how many there are, without adopted ones */
  drifted: number;
  adopted: number;
  observedAt: string;
};

export type RestoreNodeFilesRequest = {
  nodeId: string;
  /** adopted ones that go back too */
  files?: FileChoice[];
};

export type AdoptNodeFilesRequest = {
  nodeId: string;
  files?: FileChoice[];
};

export type NodeFilesReply = {
  taskId: string;
};

export type SetDriftPolicyRequest = {
  nodeId: string;
  /** report, restore */
  policy?: string;
};

export type SetDriftPolicyReply = {
  node?: Node;
};

export type UpdateNodeRequest = {
  nodeId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: NodeSettings;
  /** The members of settings that the body names; made of the body by whoever reads it. */
  updateMask?: string[];
};

export type SuspendNodeRequest = {
  nodeId: string;
  reason: string;
};

export type ResumeNodeRequest = {
  nodeId: string;
};

export type NodeReply = {
  node?: Node;
};

export type ListPhpVersionsRequest = { [key: string]: never };

export type ListPhpVersionsReply = {
  /** the newest first */
  versions: string[];
};

export type WebsiteSettings = {
  /** Further names that it answers to. */
  aliases?: string[];
  /** The folder below the website's files that is served; empty: all of them. */
  documentRoot?: string;
  /** What is shown of a folder, the first that is there; none: index.html. */
  index?: string[];
  redirects?: Redirect[];
  errorPages?: ErrorPage[];
  /** Where all that isn't redirected is passed on to, instead of files; empty: nowhere. Not every address may be used. */
  proxy?: string;
  /** What runs the website's .php files. What is redirected or passed on elsewhere isn't run. */
  php?: Php;
  /** Folders that ask for a name and a password. */
  protectedFolders?: ProtectedFolder[];
  https?: Https;
};

/** How a website is served over HTTPS, once it has a certificate. Changed as a whole. */
export type Https = {
  certificate?: 'CERTIFICATE_UNSET' | 'AUTOMATIC' | 'OWN' | 'NONE';
  /** HTTP isn't sent on to HTTPS */
  keepHttp?: boolean;
  /** how long browsers insist on HTTPS; 0: not told */
  hstsS?: number;
  /** of all names below as well */
  hstsSubdomains?: boolean;
  /** automatic: for every name right below the website's own, too; needs a zone of the organisation here */
  wildcard?: boolean;
};

/** A pool of PHP processes with the website's own uid. Changed as a whole. */
export type Php = {
  /** One that the website's node has, such as 8.2; empty: no PHP. GET /api/v1/websites/{website_id}/php says which. */
  version?: string;
  /** unset: on demand */
  mode?: 'MODE_UNSET' | 'ONDEMAND' | 'DYNAMIC' | 'STATIC';
  /** requests that run at once; 0: 5 */
  maxChildren?: number;
  /** of a process on demand; 0: 10 */
  idleTimeoutS?: number;
  /** then a process is replaced; 0: 500 */
  maxRequests?: number;
  ini?: PhpIni[];
  /** what no file is there for goes to /index.php */
  frontController?: boolean;
};

/** One of the directives that may be set, with a value that its rule allows. */
export type PhpIni = {
  name: string;
  value: string;
};

export type Redirect = {
  from: string;
  to: string;
  /** 301, 302, 303, 307, 308; 0: 302 */
  status?: number;
  /** everything below `from` as well */
  below?: boolean;
  /** the path and query that were asked for are added to `to` */
  keepPath?: boolean;
};

export type ErrorPage = {
  status?: number;
  /** a page of the website */
  page: string;
};

/** All below a path of the website's address, whatever answers there; the paths of certificates aside. */
export type ProtectedFolder = {
  /** without a leading slash; empty: the whole website */
  path?: string;
  /** what browsers say that they ask for; empty: Restricted */
  realm?: string;
  users?: FolderUser[];
};

export type FolderUser = {
  name: string;
  /** set anew; absent: as it was; never shown */
  password?: string;
  /** the panel's own: neither taken nor shown */
  hash?: string;
};

export type Website = {
  id: string;
  /** A-label */
  domain: string;
  /** U-label, for people */
  displayDomain: string;
  organisationId: string;
  nodeId: string;
  nodeName: string;
  /** where it answers */
  address: string;
  /** pending, active, suspended, failed, deleting, deleted, purging, purged */
  state: string;
  /** the daemon's words when it failed */
  message: string;
  /** desired */
  generation?: Generation;
  /** last seen at work on the node */
  applied?: Generation;
  /** the newest */
  taskId: string;
  createdAt: string;
  updatedAt: string;
  /** deleted: when the grace period ends */
  purgeAt: string;
  /** to open it */
  url: string;
  /** not in lists */
  settings?: WebsiteSettings;
  /** of the settings; not in lists */
  etag: string;
  /** what is desired: live, suspended, deleted, removed */
  serving: string;
  /** why staff suspended it; not in lists */
  suspendReason: string;
  /** that it is served with; empty: no HTTPS */
  certificateId: string;
};

export type GetWebsiteLogRequest = {
  websiteId: string;
  /** access, error; absent: access */
  log?: string;
  /** of the answer before; absent: the newest lines */
  cursor?: string;
  /** at most; 0: 200 */
  lines?: number;
  /** only lines with this text */
  contains?: string;
  /** after a cursor: how long to wait for a line */
  waitMs?: number;
};

export type GetWebsiteLogReply = {
  /** oldest first; what isn't printable stands as \xNN */
  lines: string[];
  /** where to go on */
  cursor: string;
  /** there are further lines after it */
  more: boolean;
  /** lines before these were left out */
  skipped: boolean;
};

export type CreateWebsiteRequest = {
  domain: string;
  /** absent: the caller's */
  organisationId?: string;
  /** staff only; absent: by placement */
  nodeId?: string;
  settings?: WebsiteSettings;
};

/** Of every change: the website as it is desired now, and the task that brings it about. */
export type WebsiteReply = {
  website?: Website;
  taskId: string;
};

export type ListWebsitesRequest = {
  cursor?: string;
  /** 0: 50 */
  limit?: number;
  /** part of the domain */
  search?: string;
  state?: string;
  nodeId?: string;
  organisationId?: string;
  /** domain, created_at; "-domain" is downwards */
  sort?: string;
};

export type ListWebsitesReply = {
  websites: Website[];
  page?: Page;
};

export type GetWebsiteRequest = {
  websiteId: string;
};

export type GetWebsiteReply = {
  website?: Website;
};

export type GetWebsitePhpRequest = {
  websiteId: string;
};

export type GetWebsitePhpReply = {
  /** that the website's node has; none: no PHP there */
  versions: string[];
  directives: PhpDirective[];
};

/** What new websites of an organisation begin with; what a request says of https takes its place as a whole. */
export type WebsiteDefaults = {
  organisationId: string;
  /** AUTOMATIC, NONE */
  certificate: 'CERTIFICATE_UNSET' | 'AUTOMATIC' | 'OWN' | 'NONE';
  /** HTTP isn't sent on to HTTPS */
  keepHttp: boolean;
  etag: string;
  /** empty: they are the panel's */
  updatedAt: string;
};

export type WebsiteDefaultsReply = {
  defaults?: WebsiteDefaults;
};

export type GetWebsiteDefaultsRequest = {
  /** absent: the caller's */
  organisationId?: string;
};

export type UpdateWebsiteDefaultsRequest = {
  /** absent: the caller's */
  organisationId?: string;
  /** from the header If-Match */
  ifMatch: string;
  /** AUTOMATIC, which absent is too, or NONE */
  certificate?: 'CERTIFICATE_UNSET' | 'AUTOMATIC' | 'OWN' | 'NONE';
  keepHttp?: boolean;
};

export type PhpDirective = {
  name: string;
  /** size, number, switch, zone */
  kind: string;
  /** what it takes, for people */
  rule: string;
  /** its value when it isn't set */
  fallback: string;
  /** scripts can't change it */
  guarded: boolean;
};

export type UpdateWebsiteRequest = {
  websiteId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: WebsiteSettings;
  /** The members of settings that the body names; made of the body by whoever reads it. */
  updateMask?: string[];
};

export type PlanWebsiteRequest = {
  websiteId: string;
  settings?: WebsiteSettings;
  /** The members of settings that the body names; made of the body by whoever reads it. None: the website as it is desired. */
  updateMask?: string[];
};

export type PlanWebsiteReply = {
  /** those that would be other ones */
  files: FilePlan[];
  /** the daemon would take it */
  passed: boolean;
  /** the daemon's, when it wouldn't */
  words: string;
};

export type GetDriftRequest = {
  websiteId: string;
};

export type GetDriftReply = {
  /** adopted ones too */
  files: FileDrift[];
  more: boolean;
  observedAt: string;
};

export type RestoreFilesRequest = {
  websiteId: string;
  files?: FileChoice[];
};

export type AdoptFilesRequest = {
  websiteId: string;
  files?: FileChoice[];
};

export type SuspendWebsiteRequest = {
  websiteId: string;
  /** for its owner to read */
  reason?: string;
};

export type ResumeWebsiteRequest = {
  websiteId: string;
};

export type RetryWebsiteRequest = {
  websiteId: string;
};

export type DeleteWebsiteRequest = {
  websiteId: string;
};

export type UndeleteWebsiteRequest = {
  websiteId: string;
};

export type PurgeWebsiteRequest = {
  websiteId: string;
};

/** A certificate of a website, from the wish for it to its end. A website is served with at most one and waits for at most one more. */
export type WebsiteCertificate = {
  id: string;
  websiteId: string;
  /** the website's own name */
  domain: string;
  organisationId: string;
  /** that it is (to be) for, the website's own first */
  names: string[];
  /** acme, own */
  source: string;
  /** waiting (for its turn, or for the chain of an own CA), preflight, ordering, validating, issuing, installing, active, failed (next_try_at says whether it is tried again), replaced (by a newer one), expired, revoked */
  state: string;
  /** why it waits or failed: in the words of whoever said so */
  message: string;
  /** failed ones in a row */
  attempt: number;
  /** when it is tried or renewed next; empty: never by itself */
  nextTryAt: string;
  /** from here on: of the certificate, empty until there is one */
  issuer: string;
  /** SHA-256 of the leaf, lower-case hexadecimal */
  fingerprint: string;
  /** hexadecimal */
  serial: string;
  /** P-256, RSA 2048 … */
  keyType: string;
  notBefore: string;
  notAfter: string;
  /** when a successor is asked for; empty: never by itself */
  renewAt: string;
  /** oldest first; not in lists */
  story: CertificateStep[];
  /** PEM, leaf first; not in lists */
  chain: string;
  createdAt: string;
  updatedAt: string;
  /** the certificate that it renews */
  replaces: string;
  /** PEM: made by the node, for an own CA; not in lists */
  csr: string;
  /** that installs it */
  taskId: string;
  /** how the authority is shown each name, in the order of names; not known before its preflight */
  proofs: NameProof[];
  /** why it is (to be) revoked; empty: it isn't */
  revokeReason: string;
  revokedAt: string;
};

/** How a certificate authority is shown that a name is ours. */
export type NameProof = {
  name: string;
  /** http-01 (the website answers), dns-01 (a record) */
  method: string;
  /** dns-01: where that record stands: _acme-challenge.shop.example. */
  record: string;
};

/** One thing that happened on the way. Names that failed are told each. */
export type CertificateStep = {
  at: string;
  /** as of the certificate */
  state: string;
  /** done, waiting, failed */
  outcome: string;
  /** for people; the CA's own words where it said any */
  message: string;
  /** urn:ietf:params:acme:error:… without the prefix: dns, rateLimited */
  problem: string;
  names: NameProblem[];
};

export type NameProblem = {
  name: string;
  /** as above */
  problem: string;
  message: string;
};

export type ListCertificatesRequest = {
  cursor?: string;
  /** 0: 50 */
  limit?: number;
  /** part of one of its names */
  search?: string;
  /** absent: all but replaced ones */
  state?: string;
  organisationId?: string;
  websiteId?: string;
  /** 0: whenever */
  expiresWithinDays?: number;
  /** not_after, created_at; "-not_after" is downwards */
  sort?: string;
};

export type ListCertificatesReply = {
  certificates: WebsiteCertificate[];
  page?: Page;
};

export type GetCertificateRequest = {
  certificateId: string;
};

export type CertificateReply = {
  certificate?: WebsiteCertificate;
  /** of changes that a node carries out; else empty */
  taskId: string;
};

export type GetWebsiteCertificateRequest = {
  websiteId: string;
};

/** What a website is served with and what is on its way, each with its story. */
export type GetWebsiteCertificateReply = {
  /** absent: no HTTPS */
  serving?: WebsiteCertificate;
  /** absent: nothing is on its way */
  coming?: WebsiteCertificate;
  /** that a certificate of the website is for */
  names: string[];
  /** it is asked for and renewed by itself */
  automatic: boolean;
  /** the installation has a certificate authority */
  offered: boolean;
  /** why nothing is on its way although it is automatic */
  message: string;
};

export type RequestCertificateRequest = {
  websiteId: string;
  /** for every name right below the website's own, too: its settings want that from now on */
  wildcard?: boolean;
};

export type RetryCertificateRequest = {
  certificateId: string;
};

export type DeleteCertificateRequest = {
  certificateId: string;
};

export type RevokeCertificateRequest = {
  certificateId: string;
  /** unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation; absent: unspecified */
  reason?: string;
};

export type GetCertificateAuthorityRequest = { [key: string]: never };

export type UpdateCertificateAuthorityRequest = {
  /** empty: none */
  contact?: string;
};

export type RolloverCertificateAuthorityRequest = { [key: string]: never };

export type CertificateAuthorityReply = {
  authority?: CertificateAuthority;
};

/** The installation's account at its certificate authority. */
export type CertificateAuthority = {
  /** the settings name an authority; else nothing else is said */
  offered: boolean;
  /** its https URL */
  directory: string;
  /** empty: there was no need for an account yet */
  accountUrl: string;
  /** where it writes to; empty: nowhere */
  contact: string;
  /** of the account's key (RFC 7638) */
  thumbprint: string;
  /** of an account that its operator knew before; empty: none */
  bindingId: string;
  /** when the key was changed last; empty: never */
  rolledAt: string;
  /** a change of the key was begun, and the authority hasn't said yet which one holds */
  rolloverPending: boolean;
  /** what was asked for: orders first, then registered domains, the busiest first */
  budgets: AuthorityBudget[];
};

export type AuthorityBudget = {
  /** order, domain, failure */
  kind: string;
  /** the registered domain, or the name that failed */
  name: string;
  used: number;
  most: number;
  windowS: number;
};

export type UploadCertificateRequest = {
  websiteId: string;
  /** leaf first, then its issuers */
  chain: string;
  /** Of the leaf, without a password. Absent: the node's own key, of the request that CreateCsr gave. */
  key?: string;
};

export type CreateCsrRequest = {
  websiteId: string;
  /** p256, rsa2048; absent: p256 */
  keyType?: string;
};

export type PreflightWebsiteRequest = {
  websiteId: string;
  /** as if the settings wanted every name right below the website's own */
  wildcard?: boolean;
};

export type PreflightWebsiteReply = {
  names: NamePreflight[];
  /** where they should point */
  address: string;
};

/** Where a name points to, asked now. */
export type NamePreflight = {
  name: string;
  /** a certificate authority would find the website there */
  ready: boolean;
  /** A and AAAA */
  addresses: string[];
  /** what is wrong: "shop.example points to 203.0.113.9, not to 198.51.100.7" */
  message: string;
  /** how it would be shown to be ours: http-01, dns-01; empty: not possible now */
  method: string;
  /** dns-01: where the record would stand */
  record: string;
  /** in which zone of the organisation */
  zone: string;
  /** not possible: a CNAME that, set where the name's DNS is, would make it so … */
  aliasName: string;
  /** … to this name, in a zone of the organisation here; empty: it has no zone */
  aliasTarget: string;
};

export type Zone = {
  id: string;
  /** shop.example: A-labels, no trailing dot */
  name: string;
  /** U-labels, for people */
  displayName: string;
  organisationId: string;
  /** pending, active, failed, deleting, deleted, purging, purged */
  state: string;
  /** which server fails, and its words */
  message: string;
  /** what is desired: live, deleted, removed */
  serving: string;
  /** that its servers should answer with */
  serial: number;
  /** how many there are, without the panel's own */
  records: number;
  /** off, signed, rolling; /dnssec says more */
  dnssec: string;
  reverse: boolean;
  createdAt: string;
  updatedAt: string;
  /** deleted: when the grace period ends */
  purgeAt: string;
  /** the newest */
  taskId: string;
  servers: ZoneServer[];
  /** what the registrar is to be told: ns1.panel.example; not in lists */
  nameServers: string[];
  /** not in lists */
  settings?: ZoneSettings;
  /** of the settings; not in lists */
  etag: string;
  /** of the records; not in lists */
  recordsEtag: string;
  /** who serves it; absent: own name servers */
  provider?: ZoneProvider;
};

/** One node that serves a zone. */
export type ZoneServer = {
  nodeId: string;
  nodeName: string;
  address: string;
  port: number;
  /** the name that zones know it by; empty: it has none */
  nameServer: string;
  /** pending, active, failed, deleting, deleted, purging, purged */
  state: string;
  /** the daemon's words when it failed */
  message: string;
  /** that it last took over */
  serial: number;
  /** the newest */
  taskId: string;
};

export type ZoneSettings = {
  /** of records that say none; 0: 3600 */
  defaultTtl?: number;
  /** in the SOA; empty: the installation's */
  contact?: string;
  /** 0: 10800 */
  refreshS?: number;
  /** 0: 3600 */
  retryS?: number;
  /** 0: 604800 */
  expireS?: number;
  /** how long "there is no such name" is kept; 0: 3600 */
  negativeTtl?: number;
};

/** Of every change: the zone as it is desired now, and the tasks that bring it about, one a server. */
export type ZoneReply = {
  zone?: Zone;
  /** the first of them */
  taskId: string;
  taskIds: string[];
};

export type CreateZoneRequest = {
  /** reverse zones too: 2.0.192.in-addr.arpa */
  name: string;
  /** absent: the caller's */
  organisationId?: string;
  /** absent: no records but the panel's own */
  templateId?: string;
  templateValues?: TemplateValue[];
  /** staff only; absent: by placement */
  nodeIds?: string[];
  /** records to begin with */
  zoneFile?: string;
  settings?: ZoneSettings;
  /** the DNS account whose provider serves it; absent: own name servers */
  accountId?: string;
  /** when it isn't there yet; else it must be, and its records are taken in */
  createAtProvider?: boolean;
};

export type ListZonesRequest = {
  cursor?: string;
  /** 0: 50 */
  limit?: number;
  /** part of the name */
  search?: string;
  state?: string;
  nodeId?: string;
  organisationId?: string;
  /** name, created_at; "-name" is downwards */
  sort?: string;
  /** those that this DNS account serves */
  accountId?: string;
};

export type ListZonesReply = {
  zones: Zone[];
  page?: Page;
};

export type GetZoneRequest = {
  zoneId: string;
};

export type GetZoneReply = {
  zone?: Zone;
};

export type UpdateZoneRequest = {
  zoneId: string;
  /** from the header If-Match */
  ifMatch: string;
  settings?: ZoneSettings;
  /** The members of settings that the body names; made of the body by whoever reads it. */
  updateMask?: string[];
};

export type RetryZoneRequest = {
  zoneId: string;
};

export type DeleteZoneRequest = {
  zoneId: string;
  /** of a provider's: it is removed there when the grace period is over; else it stays there as it is */
  removeAtProvider?: boolean;
};

export type UndeleteZoneRequest = {
  zoneId: string;
};

export type PurgeZoneRequest = {
  zoneId: string;
};

export type CheckZoneRequest = {
  zoneId: string;
};

export type CheckZoneReply = {
  /** that all should answer with */
  serial: number;
  /** all of the panel's do */
  inStep: boolean;
  servers: ServerCheck[];
  secondaries: SecondaryCheck[];
};

/** What one server answered, asked just now. */
export type ServerCheck = {
  nodeId: string;
  nodeName: string;
  address: string;
  port: number;
  nameServer: string;
  /** it answers for the zone, with authority */
  answers: boolean;
  /** when it answers */
  serial: number;
  /** with the serial that it should */
  inStep: boolean;
  /** what is wrong, for people */
  message: string;
};

export type ListRecordTypesRequest = { [key: string]: never };

export type ListRecordTypesReply = {
  types: RecordType[];
};

/** What a form for records of this type asks for, and in which order. */
export type RecordType = {
  /** MX */
  name: string;
  /** only at the zone's own name */
  apexOnly: boolean;
  fields: RecordTypeField[];
};

export type RecordTypeField = {
  /** priority */
  name: string;
  /** u8, u16, u32, ttl, ipv4, ipv6, name, host, mailbox, tag, string, strings, hex, params */
  kind: string;
  /** of numbers the value, of text and hexadecimal data the bytes */
  least: number;
  most: number;
  /** what to enter, for people */
  words: string;
};

export type DnsRecord = {
  /** empty: one of the panel's own that has none, such as the SOA */
  id: string;
  /** as people write it in the zone: "@", "www", "*.dev" */
  name: string;
  type: string;
  ttl: number;
  /** in presentation format (RFC 1035 §5.1), names absolute */
  data: string;
  /** the same, taken apart: in the order of the type */
  fields: RecordField[];
  comment: string;
  /** web, mail, acme, system; empty: a person's own */
  managedBy: string;
  /** whose it is, when managed: the website's id */
  ownerId: string;
  /** managed: it stands in the zone */
  inStep: boolean;
  /** why it doesn't: a person's own record has its place */
  message: string;
  /** ttl is the zone's, not its own */
  defaultTtl: boolean;
  updatedAt: string;
};

export type RecordField = {
  /** priority */
  name: string;
  value?: string;
};

export type ListDnsRecordsRequest = {
  zoneId: string;
  cursor?: string;
  /** 0: 100 */
  limit?: number;
  type?: string;
  /** this name alone: "@", "www" */
  name?: string;
  /** part of the name, data or comment */
  search?: string;
  /** yes, no; absent: both */
  managed?: string;
};

export type ListDnsRecordsReply = {
  records: DnsRecord[];
  page?: Page;
  serial: number;
  recordsEtag: string;
};

/** A record as people enter it. Of data and fields one is given; fields are put together in the order of the type. */
export type RecordInput = {
  /** "@", "www", "www.shop.example." */
  name: string;
  type: string;
  /** 0: the zone's default */
  ttl?: number;
  data?: string;
  fields?: RecordField[];
  comment?: string;
};

export type RecordChange = {
  /** add: one more record. replace: the record of this id becomes another one; without an id this record takes the place of all of its name and type. remove: the record of this id; without an id all of the name and type, with data only that. */
  op: string;
  recordId?: string;
  record?: RecordInput;
};

export type ChangeRecordsRequest = {
  zoneId: string;
  /** the records' ETag, from the header If-Match; absent: whatever there is */
  ifMatch?: string;
  /** why, for the history */
  note?: string;
  changes?: RecordChange[];
  /** its records are added too, but those that are there */
  templateId?: string;
  templateValues?: TemplateValue[];
};

export type ChangeRecordsReply = {
  zone?: Zone;
  /** the first of them */
  taskId: string;
  /** none: nothing is other than before */
  taskIds: string[];
  /** in the history; empty: nothing is other than before */
  changeId: string;
  sets: RecordSetChange[];
};

export type PlanRecordsRequest = {
  zoneId: string;
  changes?: RecordChange[];
  templateId?: string;
  templateValues?: TemplateValue[];
};

/** What would come of it. With violations it would be refused. */
export type PlanRecordsReply = {
  sets: RecordSetChange[];
  /** "changes[3].record.data", with the record type's field in words; of zone files "zoneFile" and the line in words */
  violations: Violation[];
  /** records */
  added: number;
  removed: number;
  /** of zone files, line by line */
  faults: ZoneFileFault[];
  /** of the records that this was compared with */
  recordsEtag: string;
  /** there are more sets than these */
  more: boolean;
  /** of a zone at another provider: what others changed there, when it was last looked at, and this makes right */
  foreign: RecordSetChange[];
};

export type ZoneFileFault = {
  line: number;
  /** name, ttl, type, data, directive */
  field: string;
  message: string;
};

/** One set of records before and after a change; no data: it wasn't there, or is there no more. */
export type RecordSetChange = {
  /** "@", "www" */
  name: string;
  type: string;
  ttlBefore: number;
  before: string[];
  ttlAfter: number;
  after: string[];
};

export type ZoneChange = {
  id: string;
  /** that it made */
  serial: number;
  /** create, change, import, template, undo, settings, managed, dnssec, delete, undelete, dynamic, challenge */
  kind: string;
  note: string;
  actorId: string;
  actorName: string;
  createdAt: string;
  /** records */
  added: number;
  removed: number;
  /** the change that this is the inverse of */
  undoes: string;
  undoneBy: string;
  requestId: string;
};

export type ListZoneChangesRequest = {
  zoneId: string;
  cursor?: string;
  /** 0: 50 */
  limit?: number;
};

export type ListZoneChangesReply = {
  changes: ZoneChange[];
  page?: Page;
};

export type GetZoneChangeRequest = {
  zoneId: string;
  changeId: string;
};

export type GetZoneChangeReply = {
  change?: ZoneChange;
  sets: RecordSetChange[];
};

export type UndoZoneChangeRequest = {
  zoneId: string;
  changeId: string;
  note?: string;
};

export type ExportZoneRequest = {
  zoneId: string;
};

export type ExportZoneReply = {
  zoneFile: string;
  serial: number;
};

export type ImportZoneRequest = {
  zoneId: string;
  /** the records' ETag, from the header If-Match */
  ifMatch?: string;
  zoneFile: string;
  /** what the file doesn't name goes; else its records are added */
  replace?: boolean;
  note?: string;
};

export type PlanImportRequest = {
  zoneId: string;
  zoneFile: string;
  replace?: boolean;
};

export type GetDnssecRequest = {
  zoneId: string;
};

export type GetDnssecReply = {
  dnssec?: Dnssec;
};

export type Dnssec = {
  /** off, unpublished, secure, rolling, leaving */
  state: string;
  keys: DnssecKey[];
  /** that the parent zone should have, in presentation format */
  ds: string[];
  /** that it has, when it was last asked */
  parentDs: string[];
  /** empty: never yet, or it didn't answer */
  parentAskedAt: string;
  /** what is to be done next, for people */
  nextStep: string;
  /** the next step of a rollover, or of leaving, may be taken */
  ready: boolean;
  /** that the zone publishes for who looks after the parent zone's DS (RFC 7344, 8078) */
  cds: string[];
  cdnskey: string[];
};

export type DnssecKey = {
  id: string;
  tag: number;
  /** 13 */
  algorithm: number;
  /** ECDSAP256SHA256 */
  algorithmName: string;
  /** 257 */
  flags: number;
  /** published (signs not yet), active, retired (still published) */
  state: string;
  /** in presentation format */
  dnskey: string;
  ds: string[];
  createdAt: string;
};

export type EnableDnssecRequest = {
  zoneId: string;
};

export type DisableDnssecRequest = {
  zoneId: string;
  /** although the parent zone still has its DS records, or didn't answer */
  force?: boolean;
  /** The zone stays signed, and says to the parent zone by CDS that there is to be no DS (RFC 8078 §4): when it is gone there, switch off. */
  announce?: boolean;
};

export type RolloverDnssecRequest = {
  zoneId: string;
  /** the next step although the parent zone isn't seen to be ready */
  force?: boolean;
};

export type DnssecReply = {
  dnssec?: Dnssec;
  taskId: string;
  taskIds: string[];
};

export type ZoneTemplate = {
  /** of the panel's own a word: "default" */
  id: string;
  name: string;
  description: string;
  /** the panel's: can't be changed */
  builtin: boolean;
  /** of own ones */
  organisationId: string;
  records: TemplateRecord[];
  variables: TemplateVariable[];
  etag: string;
  createdAt: string;
  updatedAt: string;
};

/** A record of a template. {zone} stands for the zone's name, {name} for the value of that variable. A record whose variable has no value, and needs none, is left out. */
export type TemplateRecord = {
  name: string;
  type: string;
  /** 0: the zone's default */
  ttl?: number;
  data: string;
};

export type TemplateVariable = {
  /** ipv4 */
  name: string;
  /** for people: IPv4 address of the web server */
  label?: string;
  required?: boolean;
};

export type TemplateValue = {
  name: string;
  value?: string;
};

export type ListZoneTemplatesRequest = {
  /** absent: the caller's */
  organisationId?: string;
};

export type ListZoneTemplatesReply = {
  templates: ZoneTemplate[];
};

export type CreateZoneTemplateRequest = {
  /** absent: the caller's */
  organisationId?: string;
  name: string;
  description?: string;
  records?: TemplateRecord[];
  variables?: TemplateVariable[];
};

export type UpdateZoneTemplateRequest = {
  templateId: string;
  /** from the header If-Match */
  ifMatch: string;
  name: string;
  description?: string;
  records?: TemplateRecord[];
  variables?: TemplateVariable[];
};

export type DeleteZoneTemplateRequest = {
  templateId: string;
};

export type ZoneTemplateReply = {
  template?: ZoneTemplate;
};

export type UpdateAddressRequest = {
  /** home.shop.example */
  hostname: string;
  /** one of IPv4, one of IPv6; none: where the call comes from */
  addresses?: string[];
};

export type UpdateAddressReply = {
  hostname: string;
  /** that the name has now, of those that were asked for and are the token's */
  addresses: string[];
  /** it had others before */
  changed: boolean;
  /** in the history; empty: nothing is other than before */
  changeId: string;
  taskIds: string[];
};

export type ChallengeRequest = {
  /** _acme-challenge.shop.example. */
  fqdn: string;
  value: string;
};

export type ChallengeReply = {
  fqdn: string;
  value: string;
  /** in the history; empty: nothing is other than before */
  changeId: string;
  taskIds: string[];
};

/** A name server outside that may transfer a zone. */
export type Secondary = {
  id: string;
  address: string;
  port: number;
  /** it is told of every change */
  notify: boolean;
  /** its name in the zone's NS records; empty: it isn't in them */
  nameServer: string;
  /** of its key */
  tsigName: string;
  tsigAlgorithm: string;
  createdAt: string;
  /** of the installation's catalog: its address is enough, for the catalog and its members */
  keyless: boolean;
};

export type ListSecondariesRequest = {
  zoneId: string;
};

export type ListSecondariesReply = {
  secondaries: Secondary[];
};

export type AddSecondaryRequest = {
  zoneId: string;
  address: string;
  /** 0: 53 */
  port?: number;
  notify?: boolean;
  /** to be in the zone's NS records; absent: it isn't */
  nameServer?: string;
  /** absent: one is made, below the zone's name */
  tsigName?: string;
  /** hmac-sha256, hmac-sha384, hmac-sha512; absent: the first */
  tsigAlgorithm?: string;
  /** base64, 16 to 64 bytes; absent: one is made */
  tsigSecret?: string;
  /** of the installation's catalog alone: for consumers that sign no transfers of members */
  keyless?: boolean;
};

export type RemoveSecondaryRequest = {
  zoneId: string;
  secondaryId: string;
};

export type SecondaryReply = {
  secondary?: Secondary;
  /** when it was made here: now and never again */
  tsigSecret?: string;
  /** the first of them */
  taskId: string;
  taskIds: string[];
};

/** What a secondary answered, asked just now. */
export type SecondaryCheck = {
  secondaryId: string;
  address: string;
  port: number;
  nameServer: string;
  /** for the zone, with authority */
  answers: boolean;
  /** when it answers */
  serial: number;
  inStep: boolean;
  /** why not, for people */
  message: string;
};

/** The provider that serves a zone, and what is known of the zone there. What only one zone's own page shows is marked. */
export type ZoneProvider = {
  accountId: string;
  accountName: string;
  /** powerdns, cloudflare */
  kind: string;
  /** as that of a server: pending, active, failed, … */
  state: string;
  /** the provider's words, and what is waited for */
  message: string;
  /** of the records that it last took over */
  serial: number;
  /** take_in, apply, show (its name servers are asked), rest; not in lists */
  step: string;
  /** not in lists */
  nextTryAt: string;
  /** that answer for it; not in lists */
  nameServers: string[];
  /** when its records were last read; not in lists */
  lookedAt: string;
  /** what others changed there of the panel's own sets: before is what stands there, after what the next change makes of it; not in lists */
  foreign: RecordSetChange[];
  /** deleted: it goes there too when the grace period is over; not in lists */
  removes: boolean;
};

/** An account at another DNS provider, whose zones the panel keeps there. */
export type DnsAccount = {
  id: string;
  name: string;
  organisationId: string;
  /** powerdns, cloudflare */
  kind: string;
  /** empty: the provider's own */
  baseUrl: string;
  /** powerdns: localhost */
  serverId: string;
  /** that answer for its zones; none: the provider says which */
  nameServers: string[];
  /** checking, active, failed */
  state: string;
  /** the provider's words: its version, or why not */
  message: string;
  /** empty: never yet */
  checkedAt: string;
  /** that it serves */
  zones: number;
  etag: string;
  createdAt: string;
  updatedAt: string;
};

export type ListDnsAccountsRequest = {
  /** absent: the caller's */
  organisationId?: string;
};

export type ListDnsAccountsReply = {
  accounts: DnsAccount[];
};

export type GetDnsAccountRequest = {
  accountId: string;
};

export type DnsAccountReply = {
  account?: DnsAccount;
};

export type CreateDnsAccountRequest = {
  /** absent: the caller's */
  organisationId?: string;
  name: string;
  /** powerdns, cloudflare */
  kind: string;
  /** https://dns.example:8081; cloudflare: empty is its own */
  baseUrl?: string;
  /** powerdns; empty: localhost */
  serverId?: string;
  /** ns1.example, 192.0.2.1, [2001:db8::1]:5300 */
  nameServers?: string[];
  token: string;
};

export type UpdateDnsAccountRequest = {
  accountId: string;
  /** from the header If-Match */
  ifMatch: string;
  name: string;
  baseUrl?: string;
  serverId?: string;
  nameServers?: string[];
  /** empty: as it was; needed with another base_url */
  token?: string;
};

export type VerifyDnsAccountRequest = {
  accountId: string;
};

export type DeleteDnsAccountRequest = {
  accountId: string;
};

/** Why a call failed (RFC 9457) */
export type Problem = {
  /** Names the code */
  type: string;
  /** The code in words */
  title: string;
  status: number;
  /** NOT_FOUND, EXISTS, UNAVAILABLE … */
  code: string;
  /** What happened, for people */
  detail?: string;
  /** Stands in every log line of this request */
  requestId: string;
  violations?: {
  /** Path of the field, such as items[2].name */
  field: string;
  /** What it breaks: a format, required, max_len, range … */
  rule: string;
  /** For people */
  message: string;
}[];
};

/** Signs in with e-mail address and password. The gateway turns the token of the reply into a cookie. */
export const signIn = (input: SignInRequest, options?: CallOptions) =>
  call<SignInReply>('POST', '/api/v1/session', { body: input, keyed: true, ...options });

/** Ends the session that the request came with. */
export const signOut = (options?: CallOptions) =>
  call<undefined>('DELETE', '/api/v1/session', { keyed: true, ...options });

/** Says who is signed in, with role, organisation and permissions. */
export const getSession = (options?: CallOptions) =>
  call<GetSessionReply>('GET', '/api/v1/session', { ...options });

/** Has the session act for an organisation: it sees and may do what the organisation's own people do, and no more, until that is stopped, or for an hour. What it does is told under its own name. */
export const actFor = (input: { organisationId: string } & {
  /** for the audit trail */
  reason?: string;
}, options?: CallOptions) =>
  call<ActForReply>('POST', `/api/v1/organisations/${encodeURIComponent(input.organisationId)}/act`, { body: without(input, ['organisationId']), keyed: true, ...options });

/** Has the session act for itself again. */
export const stopActing = (options?: CallOptions) =>
  call<undefined>('DELETE', '/api/v1/session/acting', { keyed: true, ...options });

/** Makes an API token for the caller, no wider than the caller, on request for some sets of records alone. The secret is in this reply and nowhere else. */
export const createApiToken = (input: CreateApiTokenRequest, options?: CallOptions) =>
  call<CreateApiTokenReply>('POST', '/api/v1/tokens', { body: input, keyed: true, ...options });

/** Lists API tokens: the caller's own, of somebody else for admins. Their secrets are kept nowhere. */
export const listApiTokens = (input: { userId?: string } = {}, options?: CallOptions) =>
  call<ListApiTokensReply>('GET', '/api/v1/tokens', { query: { userId: input.userId }, ...options });

/** Makes a token for ten minutes with which one service is asked over the bus itself, by hand; for looking, unless it is asked for changes too. It can't be taken back before its end. */
export const createSreToken = (input: CreateSreTokenRequest, options?: CallOptions) =>
  call<CreateSreTokenReply>('POST', '/api/v1/sre-tokens', { body: input, keyed: true, ...options });

/** Ends an API token: the caller's own, anybody's for admins. */
export const revokeApiToken = (input: { tokenId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/tokens/${encodeURIComponent(input.tokenId)}`, { keyed: true, ...options });

/** Lists the caller's own sessions. */
export const listSessions = (options?: CallOptions) =>
  call<ListSessionsReply>('GET', '/api/v1/sessions', { ...options });

/** Ends all of the caller's own sessions but the one that the request came with. */
export const endOtherSessions = (options?: CallOptions) =>
  call<EndOtherSessionsReply>('DELETE', '/api/v1/sessions', { keyed: true, ...options });

/** Ends one of the caller's own sessions. */
export const endSession = (input: { sessionId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/sessions/${encodeURIComponent(input.sessionId)}`, { keyed: true, ...options });

/** Shows the caller as others see them. */
export const getProfile = (options?: CallOptions) =>
  call<UserReply>('GET', '/api/v1/profile', { ...options });

/** Changes what a person may change of themselves. Needs If-Match with the ETag that was read. */
export const updateProfile = (input: { /** of what was read */ etag: string } & {
  settings?: ProfileSettings;
}, options?: CallOptions) =>
  call<UserReply>('PATCH', '/api/v1/profile', { body: without(input, ['etag']), etag: input.etag, keyed: true, ...options });

/** Changes the caller's own password and ends their other sessions. Counted like signing in. */
export const changePassword = (input: ChangePasswordRequest, options?: CallOptions) =>
  call<undefined>('POST', '/api/v1/profile/password', { body: input, keyed: true, ...options });

/** Creates an organisation. */
export const createOrganisation = (input: CreateOrganisationRequest, options?: CallOptions) =>
  call<CreateOrganisationReply>('POST', '/api/v1/organisations', { body: input, keyed: true, ...options });

/** Lists the organisations that the caller may see. */
export const listOrganisations = (input: { cursor?: string; limit?: number; search?: string; state?: string; planId?: string } = {}, options?: CallOptions) =>
  call<ListOrganisationsReply>('GET', '/api/v1/organisations', { query: { cursor: input.cursor, limit: input.limit, search: input.search, state: input.state, planId: input.planId }, ...options });

/** Shows one organisation. */
export const getOrganisation = (input: { organisationId: string }, options?: CallOptions) =>
  call<OrganisationReply>('GET', `/api/v1/organisations/${encodeURIComponent(input.organisationId)}`, { ...options });

/** Renames an organisation, gives it another plan. Needs If-Match with the ETag that was read. */
export const updateOrganisation = (input: { organisationId: string; /** of what was read */ etag: string } & {
  settings?: OrganisationSettings;
}, options?: CallOptions) =>
  call<OrganisationReply>('PATCH', `/api/v1/organisations/${encodeURIComponent(input.organisationId)}`, { body: without(input, ['organisationId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Keeps an organisation's people and API tokens out; its websites are served on. */
export const suspendOrganisation = (input: { organisationId: string } & {
  reason?: string;
}, options?: CallOptions) =>
  call<OrganisationReply>('POST', `/api/v1/organisations/${encodeURIComponent(input.organisationId)}/suspend`, { body: without(input, ['organisationId']), keyed: true, ...options });

/** Lets a suspended organisation's people and API tokens in again. */
export const resumeOrganisation = (input: { organisationId: string }, options?: CallOptions) =>
  call<OrganisationReply>('POST', `/api/v1/organisations/${encodeURIComponent(input.organisationId)}/resume`, { body: {}, keyed: true, ...options });

/** Lists plans. */
export const listPlans = (input: { cursor?: string; limit?: number } = {}, options?: CallOptions) =>
  call<ListPlansReply>('GET', '/api/v1/plans', { query: { cursor: input.cursor, limit: input.limit }, ...options });

/** Creates a plan. */
export const createPlan = (input: CreatePlanRequest, options?: CallOptions) =>
  call<PlanReply>('POST', '/api/v1/plans', { body: input, keyed: true, ...options });

/** Shows one plan. */
export const getPlan = (input: { planId: string }, options?: CallOptions) =>
  call<PlanReply>('GET', `/api/v1/plans/${encodeURIComponent(input.planId)}`, { ...options });

/** Changes a plan; its limits then hold for every organisation that has it. A limit below what is used takes nothing away: only more is refused. Needs If-Match with the ETag that was read. */
export const updatePlan = (input: { planId: string; /** of what was read */ etag: string } & {
  settings?: PlanSettings;
}, options?: CallOptions) =>
  call<PlanReply>('PATCH', `/api/v1/plans/${encodeURIComponent(input.planId)}`, { body: without(input, ['planId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Deletes a plan that no organisation has. */
export const deletePlan = (input: { planId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/plans/${encodeURIComponent(input.planId)}`, { keyed: true, ...options });

/** Lists the people that the caller looks after. */
export const listUsers = (input: { cursor?: string; limit?: number; search?: string; organisationId?: string; role?: string; state?: string } = {}, options?: CallOptions) =>
  call<ListUsersReply>('GET', '/api/v1/users', { query: { cursor: input.cursor, limit: input.limit, search: input.search, organisationId: input.organisationId, role: input.role, state: input.state }, ...options });

/** Creates a user in an organisation. */
export const createUser = (input: CreateUserRequest, options?: CallOptions) =>
  call<CreateUserReply>('POST', '/api/v1/users', { body: input, keyed: true, ...options });

/** Shows one user. */
export const getUser = (input: { userId: string }, options?: CallOptions) =>
  call<UserReply>('GET', `/api/v1/users/${encodeURIComponent(input.userId)}`, { ...options });

/** Changes a user. Who is disabled or moves to another organisation loses sessions and API tokens. Needs If-Match with the ETag that was read. */
export const updateUser = (input: { userId: string; /** of what was read */ etag: string } & {
  settings?: UserSettings;
}, options?: CallOptions) =>
  call<UserReply>('PATCH', `/api/v1/users/${encodeURIComponent(input.userId)}`, { body: without(input, ['userId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Deletes a user, with sessions and API tokens. What they made stays their organisation's, and the audit trail keeps their name. */
export const deleteUser = (input: { userId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/users/${encodeURIComponent(input.userId)}`, { keyed: true, ...options });

/** Gives a user a new password and ends their sessions. */
export const setPassword = (input: { userId: string } & {
  password?: string;
  /** at the next sign-in */
  mustChange?: boolean;
}, options?: CallOptions) =>
  call<UserReply>('POST', `/api/v1/users/${encodeURIComponent(input.userId)}/password`, { body: without(input, ['userId']), keyed: true, ...options });

/** Lists records, newest first. */
export const listRecords = (input: { cursor?: string; limit?: number; organisationId?: string; targetId?: string; action?: string; actor?: string; targetKind?: string; fromMs?: string; untilMs?: string } = {}, options?: CallOptions) =>
  call<ListRecordsReply>('GET', '/api/v1/audit', { query: { cursor: input.cursor, limit: input.limit, organisationId: input.organisationId, targetId: input.targetId, action: input.action, actor: input.actor, targetKind: input.targetKind, fromMs: input.fromMs, untilMs: input.untilMs }, ...options });

/** Writes records to be kept or read elsewhere: JSON lines or CSV, newest first, at most 1000 records and about 256 KiB a page. Pages put behind each other, until next_cursor is empty, are one file. In CSV no cell is a formula. */
export const exportRecords = (input: { cursor?: string; limit?: number; organisationId?: string; targetId?: string; action?: string; actor?: string; targetKind?: string; fromMs?: string; untilMs?: string; format?: string } = {}, options?: CallOptions) =>
  call<ExportRecordsReply>('GET', '/api/v1/audit/export', { query: { cursor: input.cursor, limit: input.limit, organisationId: input.organisationId, targetId: input.targetId, action: input.action, actor: input.actor, targetKind: input.targetKind, fromMs: input.fromMs, untilMs: input.untilMs, format: input.format }, ...options });

/** Shows one task with its steps. */
export const getTask = (input: { taskId: string }, options?: CallOptions) =>
  call<GetTaskReply>('GET', `/api/v1/tasks/${encodeURIComponent(input.taskId)}`, { ...options });

/** Lists tasks, newest first. */
export const listTasks = (input: { cursor?: string; limit?: number; state?: string; nodeId?: string; targetId?: string; organisationId?: string; search?: string } = {}, options?: CallOptions) =>
  call<ListTasksReply>('GET', '/api/v1/tasks', { query: { cursor: input.cursor, limit: input.limit, state: input.state, nodeId: input.nodeId, targetId: input.targetId, organisationId: input.organisationId, search: input.search }, ...options });

/** Takes back a task that still waits; what it was to change becomes again what was last at work. */
export const cancelTask = (input: { taskId: string }, options?: CallOptions) =>
  call<CancelTaskReply>('POST', `/api/v1/tasks/${encodeURIComponent(input.taskId)}/cancel`, { body: {}, keyed: true, ...options });

/** Tries a waiting task at once, instead of when its pause is over. */
export const retryTask = (input: { taskId: string }, options?: CallOptions) =>
  call<RetryTaskReply>('POST', `/api/v1/tasks/${encodeURIComponent(input.taskId)}/retry`, { body: {}, keyed: true, ...options });

/** Lists the nodes with health, load and counts. */
export const listNodes = (input: { cursor?: string; limit?: number } = {}, options?: CallOptions) =>
  call<ListNodesReply>('GET', '/api/v1/nodes', { query: { cursor: input.cursor, limit: input.limit }, ...options });

/** Registers a node whose identity was made before, or changes its address, capabilities and report key. */
export const registerNode = (input: RegisterNodeRequest, options?: CallOptions) =>
  call<RegisterNodeReply>('POST', '/api/v1/nodes', { body: input, keyed: true, ...options });

/** Shows one node. */
export const getNode = (input: { nodeId: string }, options?: CallOptions) =>
  call<GetNodeReply>('GET', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}`, { ...options });

/** Changes what is said of a node and what may be placed on it: the settings that the body names. Needs If-Match with the ETag that was read. */
export const updateNode = (input: { nodeId: string; /** of what was read */ etag: string } & {
  settings?: NodeSettings;
}, options?: CallOptions) =>
  call<NodeReply>('PATCH', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}`, { body: without(input, ['nodeId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Asks a node which of its files aren't as the panel wrote them. */
export const observeNode = (input: { nodeId: string }, options?: CallOptions) =>
  call<ObserveNodeReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/observe`, { body: {}, ...options });

/** Writes all files of a node anew, but for adopted ones that aren't named. */
export const restoreNodeFiles = (input: { nodeId: string } & {
  /** adopted ones that go back too */
  files?: FileChoice[];
}, options?: CallOptions) =>
  call<NodeFilesReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/drift/restore`, { body: without(input, ['nodeId']), keyed: true, ...options });

/** Keeps files of a node that belong to no website as somebody made them, until the panel would write them in another way. */
export const adoptNodeFiles = (input: { nodeId: string } & {
  files?: FileChoice[];
}, options?: CallOptions) =>
  call<NodeFilesReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/drift/adopt`, { body: without(input, ['nodeId']), keyed: true, ...options });

/** Says what happens when files of a node aren't as the panel wrote them: they are reported, or restored by themselves. */
export const setDriftPolicy = (input: { nodeId: string } & {
  /** report, restore */
  policy?: string;
}, options?: CallOptions) =>
  call<SetDriftPolicyReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/drift/policy`, { body: without(input, ['nodeId']), keyed: true, ...options });

/** Places nothing new on a node. What is there is served on, and changes to it still run. */
export const suspendNode = (input: { nodeId: string } & {
  reason?: string;
}, options?: CallOptions) =>
  call<NodeReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/suspend`, { body: without(input, ['nodeId']), keyed: true, ...options });

/** Lets new things be placed on a suspended node again. */
export const resumeNode = (input: { nodeId: string }, options?: CallOptions) =>
  call<NodeReply>('POST', `/api/v1/nodes/${encodeURIComponent(input.nodeId)}/resume`, { body: {}, keyed: true, ...options });

/** Says which versions of PHP a new website may have: those of the nodes that would take it. */
export const listPhpVersions = (options?: CallOptions) =>
  call<ListPhpVersionsReply>('GET', '/api/v1/php-versions', { ...options });

/** Creates a website and starts the task that serves it. */
export const createWebsite = (input: CreateWebsiteRequest, options?: CallOptions) =>
  call<WebsiteReply>('POST', '/api/v1/websites', { body: input, keyed: true, ...options });

/** Lists websites. */
export const listWebsites = (input: { cursor?: string; limit?: number; search?: string; state?: string; nodeId?: string; organisationId?: string; sort?: string } = {}, options?: CallOptions) =>
  call<ListWebsitesReply>('GET', '/api/v1/websites', { query: { cursor: input.cursor, limit: input.limit, search: input.search, state: input.state, nodeId: input.nodeId, organisationId: input.organisationId, sort: input.sort }, ...options });

/** Shows one website. */
export const getWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<GetWebsiteReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}`, { ...options });

/** Changes settings of a website: those that the body names, each as a whole. Needs If-Match with the ETag that was read. */
export const updateWebsite = (input: { websiteId: string; /** of what was read */ etag: string } & {
  settings?: WebsiteSettings;
}, options?: CallOptions) =>
  call<WebsiteReply>('PATCH', `/api/v1/websites/${encodeURIComponent(input.websiteId)}`, { body: without(input, ['websiteId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Stops serving a website and keeps its data and name for the grace period. */
export const deleteWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<WebsiteReply>('DELETE', `/api/v1/websites/${encodeURIComponent(input.websiteId)}`, { keyed: true, ...options });

/** Says what changing these settings would make of the website's files on its node, and whether the daemon there would take it. Changes nothing. */
export const planWebsite = (input: { websiteId: string } & {
  settings?: WebsiteSettings;
}, options?: CallOptions) =>
  call<PlanWebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/plan`, { body: without(input, ['websiteId']), ...options });

/** Asks the node which files of the website aren't as the panel wrote them. */
export const getDrift = (input: { websiteId: string }, options?: CallOptions) =>
  call<GetDriftReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/drift`, { ...options });

/** Writes the website's files anew, adopted ones too, or adopted ones that are named. */
export const restoreFiles = (input: { websiteId: string } & {
  files?: FileChoice[];
}, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/drift/restore`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Keeps files as somebody made them, until the panel would write them in another way than now. */
export const adoptFiles = (input: { websiteId: string } & {
  files?: FileChoice[];
}, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/drift/adopt`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Shows a page that says so instead of the website, which keeps its files, names and settings. */
export const suspendWebsite = (input: { websiteId: string } & {
  /** for its owner to read */
  reason?: string;
}, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/suspend`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Serves a suspended website again. */
export const resumeWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/resume`, { body: {}, keyed: true, ...options });

/** Asks once more for what failed: the same desired state, a new task. */
export const retryWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/retry`, { body: {}, keyed: true, ...options });

/** Serves a deleted website again. */
export const undeleteWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/undelete`, { body: {}, keyed: true, ...options });

/** Removes a deleted website for good: its files go and its name is free again. */
export const purgeWebsite = (input: { websiteId: string }, options?: CallOptions) =>
  call<WebsiteReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/purge`, { body: {}, keyed: true, ...options });

/** Says how much of this service an organisation uses, and of how much its plan allows. */
export const listUsage = (input: { organisationId?: string } = {}, options?: CallOptions) =>
  call<ListUsageReply>('GET', '/api/v1/usage', { query: { organisationId: input.organisationId }, ...options });

/** Reads a website's log on its node: the newest lines, or those after a cursor; may wait until there is one. */
export const getWebsiteLog = (input: { websiteId: string; log?: string; cursor?: string; lines?: number; contains?: string; waitMs?: number }, options?: CallOptions) =>
  call<GetWebsiteLogReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/log`, { query: { log: input.log, cursor: input.cursor, lines: input.lines, contains: input.contains, waitMs: input.waitMs }, ...options });

/** Says which PHP this website can have: versions of its node, and directives that may be set. */
export const getWebsitePhp = (input: { websiteId: string }, options?: CallOptions) =>
  call<GetWebsitePhpReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/php`, { ...options });

/** Shows what new websites of an organisation begin with where their request says nothing of HTTPS. */
export const getWebsiteDefaults = (input: { organisationId?: string } = {}, options?: CallOptions) =>
  call<WebsiteDefaultsReply>('GET', '/api/v1/website-defaults', { query: { organisationId: input.organisationId }, ...options });

/** Sets it as a whole. Websites that are there stay as they are. Needs If-Match with the ETag that was read. */
export const updateWebsiteDefaults = (input: { /** of what was read */ etag: string } & {
  /** absent: the caller's */
  organisationId?: string;
  /** AUTOMATIC, which absent is too, or NONE */
  certificate?: 'CERTIFICATE_UNSET' | 'AUTOMATIC' | 'OWN' | 'NONE';
  keepHttp?: boolean;
}, options?: CallOptions) =>
  call<WebsiteDefaultsReply>('PUT', '/api/v1/website-defaults', { body: without(input, ['etag']), etag: input.etag, keyed: true, ...options });

/** Lists certificates of websites. */
export const listCertificates = (input: { cursor?: string; limit?: number; search?: string; state?: string; organisationId?: string; websiteId?: string; expiresWithinDays?: number; sort?: string } = {}, options?: CallOptions) =>
  call<ListCertificatesReply>('GET', '/api/v1/certificates', { query: { cursor: input.cursor, limit: input.limit, search: input.search, state: input.state, organisationId: input.organisationId, websiteId: input.websiteId, expiresWithinDays: input.expiresWithinDays, sort: input.sort }, ...options });

/** Shows one certificate with its story. */
export const getCertificate = (input: { certificateId: string }, options?: CallOptions) =>
  call<CertificateReply>('GET', `/api/v1/certificates/${encodeURIComponent(input.certificateId)}`, { ...options });

/** Gives up one that is on its way, forgets one that is over, or takes HTTPS off the website that it serves. */
export const deleteCertificate = (input: { certificateId: string }, options?: CallOptions) =>
  call<CertificateReply>('DELETE', `/api/v1/certificates/${encodeURIComponent(input.certificateId)}`, { keyed: true, ...options });

/** Tries what failed or waits once more, now. */
export const retryCertificate = (input: { certificateId: string }, options?: CallOptions) =>
  call<CertificateReply>('POST', `/api/v1/certificates/${encodeURIComponent(input.certificateId)}/retry`, { body: {}, keyed: true, ...options });

/** Shows a website's certificate, and the one that is on its way. */
export const getWebsiteCertificate = (input: { websiteId: string }, options?: CallOptions) =>
  call<GetWebsiteCertificateReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/certificate`, { ...options });

/** Asks the certificate authority for a certificate of the website's names, now. */
export const requestCertificate = (input: { websiteId: string } & {
  /** for every name right below the website's own, too: its settings want that from now on */
  wildcard?: boolean;
}, options?: CallOptions) =>
  call<CertificateReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/certificate`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Serves the website with an own certificate, once it was checked. The key is sealed to the website's node at once. */
export const uploadCertificate = (input: { websiteId: string } & {
  /** leaf first, then its issuers */
  chain?: string;
  /** Of the leaf, without a password. Absent: the node's own key, of the request that CreateCsr gave. */
  key?: string;
}, options?: CallOptions) =>
  call<CertificateReply>('PUT', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/certificate`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Makes a key on the website's node and gives a signing request for it, for an own certificate authority. */
export const createCsr = (input: { websiteId: string } & {
  /** p256, rsa2048; absent: p256 */
  keyType?: string;
}, options?: CallOptions) =>
  call<CertificateReply>('POST', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/certificate/csr`, { body: without(input, ['websiteId']), keyed: true, ...options });

/** Asks where each name of the website points to, and says whether a certificate authority would find it there. */
export const preflightWebsite = (input: { websiteId: string; wildcard?: boolean }, options?: CallOptions) =>
  call<PreflightWebsiteReply>('GET', `/api/v1/websites/${encodeURIComponent(input.websiteId)}/certificate/preflight`, { query: { wildcard: input.wildcard }, ...options });

/** Has the certificate authority say that a certificate is good no more. One that a website is served with is replaced first, unless its key is in strange hands: then it is revoked at once, and its successor asked for. */
export const revokeCertificate = (input: { certificateId: string } & {
  /** unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation; absent: unspecified */
  reason?: string;
}, options?: CallOptions) =>
  call<CertificateReply>('POST', `/api/v1/certificates/${encodeURIComponent(input.certificateId)}/revoke`, { body: without(input, ['certificateId']), keyed: true, ...options });

/** Shows the installation's certificate authority, its account there, and what was asked of it lately. */
export const getCertificateAuthority = (options?: CallOptions) =>
  call<CertificateAuthorityReply>('GET', '/api/v1/certificate-authority', { ...options });

/** Changes where the certificate authority writes to. */
export const updateCertificateAuthority = (input: UpdateCertificateAuthorityRequest, options?: CallOptions) =>
  call<CertificateAuthorityReply>('PATCH', '/api/v1/certificate-authority', { body: input, keyed: true, ...options });

/** Gives the account at the certificate authority a new key. */
export const rolloverCertificateAuthority = (options?: CallOptions) =>
  call<CertificateAuthorityReply>('POST', '/api/v1/certificate-authority/rollover', { body: {}, keyed: true, ...options });

/** Creates a zone of a template or a zone file, and starts the tasks that serve it. */
export const createZone = (input: CreateZoneRequest, options?: CallOptions) =>
  call<ZoneReply>('POST', '/api/v1/zones', { body: input, keyed: true, ...options });

/** Lists zones. */
export const listZones = (input: { cursor?: string; limit?: number; search?: string; state?: string; nodeId?: string; organisationId?: string; sort?: string; accountId?: string } = {}, options?: CallOptions) =>
  call<ListZonesReply>('GET', '/api/v1/zones', { query: { cursor: input.cursor, limit: input.limit, search: input.search, state: input.state, nodeId: input.nodeId, organisationId: input.organisationId, sort: input.sort, accountId: input.accountId }, ...options });

/** Shows one zone with its servers. */
export const getZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<GetZoneReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}`, { ...options });

/** Changes settings of a zone: those that the body names. Needs If-Match with the ETag that was read. */
export const updateZone = (input: { zoneId: string; /** of what was read */ etag: string } & {
  settings?: ZoneSettings;
}, options?: CallOptions) =>
  call<ZoneReply>('PATCH', `/api/v1/zones/${encodeURIComponent(input.zoneId)}`, { body: without(input, ['zoneId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Stops answering for a zone and keeps its records and name for the grace period. */
export const deleteZone = (input: { zoneId: string; removeAtProvider?: boolean }, options?: CallOptions) =>
  call<ZoneReply>('DELETE', `/api/v1/zones/${encodeURIComponent(input.zoneId)}`, { query: { removeAtProvider: input.removeAtProvider }, keyed: true, ...options });

/** Sends the zone to its servers once more. */
export const retryZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<ZoneReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/retry`, { body: {}, keyed: true, ...options });

/** Answers for a deleted zone again. */
export const undeleteZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<ZoneReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/undelete`, { body: {}, keyed: true, ...options });

/** Removes a deleted zone for good: its name is free again. */
export const purgeZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<ZoneReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/purge`, { body: {}, keyed: true, ...options });

/** Asks each server of the zone, now, which serial it answers with. */
export const checkZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<CheckZoneReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/servers`, { ...options });

/** Lists the types of records there are, and what their data is made of. */
export const listRecordTypes = (options?: CallOptions) =>
  call<ListRecordTypesReply>('GET', '/api/v1/record-types', { ...options });

/** Lists records of a zone, in the order of their names. */
export const listDnsRecords = (input: { zoneId: string; cursor?: string; limit?: number; type?: string; name?: string; search?: string; managed?: string }, options?: CallOptions) =>
  call<ListDnsRecordsReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/records`, { query: { cursor: input.cursor, limit: input.limit, type: input.type, name: input.name, search: input.search, managed: input.managed }, ...options });

/** Changes records: all of the changes or none, with one new serial. With If-Match only if nothing else changed. */
export const changeRecords = (input: { zoneId: string; /** of what was read */ etag: string } & {
  /** why, for the history */
  note?: string;
  changes?: RecordChange[];
  /** its records are added too, but those that are there */
  templateId?: string;
  templateValues?: TemplateValue[];
}, options?: CallOptions) =>
  call<ChangeRecordsReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/changes`, { body: without(input, ['zoneId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Lists what was changed in a zone, newest first. */
export const listZoneChanges = (input: { zoneId: string; cursor?: string; limit?: number }, options?: CallOptions) =>
  call<ListZoneChangesReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/changes`, { query: { cursor: input.cursor, limit: input.limit }, ...options });

/** Says what these changes would make of the zone and all that is wrong with them. Changes nothing. */
export const planRecords = (input: { zoneId: string } & {
  changes?: RecordChange[];
  templateId?: string;
  templateValues?: TemplateValue[];
}, options?: CallOptions) =>
  call<PlanRecordsReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/plan`, { body: without(input, ['zoneId']), ...options });

/** Shows one change: each set of records before and after it. */
export const getZoneChange = (input: { zoneId: string; changeId: string }, options?: CallOptions) =>
  call<GetZoneChangeReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/changes/${encodeURIComponent(input.changeId)}`, { ...options });

/** Makes a new change that is the inverse of an older one. Refused when the same sets were changed since. */
export const undoZoneChange = (input: { zoneId: string; changeId: string } & {
  note?: string;
}, options?: CallOptions) =>
  call<ChangeRecordsReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/changes/${encodeURIComponent(input.changeId)}/undo`, { body: without(input, ['zoneId', 'changeId']), keyed: true, ...options });

/** Writes the zone as a zone file (RFC 1035). */
export const exportZone = (input: { zoneId: string }, options?: CallOptions) =>
  call<ExportZoneReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/export`, { ...options });

/** Takes the records of a zone file in, as one change. */
export const importZone = (input: { zoneId: string; /** of what was read */ etag: string } & {
  zoneFile?: string;
  /** what the file doesn't name goes; else its records are added */
  replace?: boolean;
  note?: string;
}, options?: CallOptions) =>
  call<ChangeRecordsReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/import`, { body: without(input, ['zoneId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Says what a zone file would make of the zone, and which lines of it are wrong. Changes nothing. */
export const planImport = (input: { zoneId: string } & {
  zoneFile?: string;
  replace?: boolean;
}, options?: CallOptions) =>
  call<PlanRecordsReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/import/plan`, { body: without(input, ['zoneId']), ...options });

/** Shows how a zone is signed, and what its registrar needs to know. */
export const getDnssec = (input: { zoneId: string }, options?: CallOptions) =>
  call<GetDnssecReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/dnssec`, { ...options });

/** Makes a key and signs the zone; or takes back that it was to be signed no more. */
export const enableDnssec = (input: { zoneId: string }, options?: CallOptions) =>
  call<DnssecReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/dnssec`, { body: {}, keyed: true, ...options });

/** Signs the zone no more. Refused while the parent zone still has its DS records, unless forced; or asks it to take them away first. */
export const disableDnssec = (input: { zoneId: string; force?: boolean; announce?: boolean }, options?: CallOptions) =>
  call<DnssecReply>('DELETE', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/dnssec`, { query: { force: input.force, announce: input.announce }, keyed: true, ...options });

/** Begins to replace the zone's key, or goes on with it: the new one is published first, signs next, and then the old one goes. */
export const rolloverDnssec = (input: { zoneId: string } & {
  /** the next step although the parent zone isn't seen to be ready */
  force?: boolean;
}, options?: CallOptions) =>
  call<DnssecReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/dnssec/rollover`, { body: without(input, ['zoneId']), keyed: true, ...options });

/** Lists the name servers outside that may transfer a zone. */
export const listSecondaries = (input: { zoneId: string }, options?: CallOptions) =>
  call<ListSecondariesReply>('GET', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/secondaries`, { ...options });

/** Lets a name server outside transfer a zone, with a key (TSIG) of its own whose secret is in this reply and nowhere else. */
export const addSecondary = (input: { zoneId: string } & {
  address?: string;
  /** 0: 53 */
  port?: number;
  notify?: boolean;
  /** to be in the zone's NS records; absent: it isn't */
  nameServer?: string;
  /** absent: one is made, below the zone's name */
  tsigName?: string;
  /** hmac-sha256, hmac-sha384, hmac-sha512; absent: the first */
  tsigAlgorithm?: string;
  /** base64, 16 to 64 bytes; absent: one is made */
  tsigSecret?: string;
  /** of the installation's catalog alone: for consumers that sign no transfers of members */
  keyless?: boolean;
}, options?: CallOptions) =>
  call<SecondaryReply>('POST', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/secondaries`, { body: without(input, ['zoneId']), keyed: true, ...options });

/** Lets a name server outside transfer a zone no more. */
export const removeSecondary = (input: { zoneId: string; secondaryId: string }, options?: CallOptions) =>
  call<SecondaryReply>('DELETE', `/api/v1/zones/${encodeURIComponent(input.zoneId)}/secondaries/${encodeURIComponent(input.secondaryId)}`, { keyed: true, ...options });

/** Lists what zones can begin with: the panel's templates and own ones. */
export const listZoneTemplates = (input: { organisationId?: string } = {}, options?: CallOptions) =>
  call<ListZoneTemplatesReply>('GET', '/api/v1/zone-templates', { query: { organisationId: input.organisationId }, ...options });

/** Creates an own template. */
export const createZoneTemplate = (input: CreateZoneTemplateRequest, options?: CallOptions) =>
  call<ZoneTemplateReply>('POST', '/api/v1/zone-templates', { body: input, keyed: true, ...options });

/** Changes an own template as a whole. Needs If-Match with the ETag that was read. */
export const updateZoneTemplate = (input: { templateId: string; /** of what was read */ etag: string } & {
  name?: string;
  description?: string;
  records?: TemplateRecord[];
  variables?: TemplateVariable[];
}, options?: CallOptions) =>
  call<ZoneTemplateReply>('PUT', `/api/v1/zone-templates/${encodeURIComponent(input.templateId)}`, { body: without(input, ['templateId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Deletes an own template. Zones that began with it keep their records. */
export const deleteZoneTemplate = (input: { templateId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/zone-templates/${encodeURIComponent(input.templateId)}`, { keyed: true, ...options });

/** Lists accounts at other DNS providers. */
export const listDnsAccounts = (input: { organisationId?: string } = {}, options?: CallOptions) =>
  call<ListDnsAccountsReply>('GET', '/api/v1/dns-accounts', { query: { organisationId: input.organisationId }, ...options });

/** Adds an account; whether its token is good is looked at next. */
export const createDnsAccount = (input: CreateDnsAccountRequest, options?: CallOptions) =>
  call<DnsAccountReply>('POST', '/api/v1/dns-accounts', { body: input, keyed: true, ...options });

/** Shows one account. Its token is shown to nobody. */
export const getDnsAccount = (input: { accountId: string }, options?: CallOptions) =>
  call<DnsAccountReply>('GET', `/api/v1/dns-accounts/${encodeURIComponent(input.accountId)}`, { ...options });

/** Changes an account as a whole; a token that isn't given stays. Needs If-Match with the ETag that was read. */
export const updateDnsAccount = (input: { accountId: string; /** of what was read */ etag: string } & {
  name?: string;
  baseUrl?: string;
  serverId?: string;
  nameServers?: string[];
  /** empty: as it was; needed with another base_url */
  token?: string;
}, options?: CallOptions) =>
  call<DnsAccountReply>('PUT', `/api/v1/dns-accounts/${encodeURIComponent(input.accountId)}`, { body: without(input, ['accountId', 'etag']), etag: input.etag, keyed: true, ...options });

/** Deletes an account. Refused while zones are served by it. */
export const deleteDnsAccount = (input: { accountId: string }, options?: CallOptions) =>
  call<undefined>('DELETE', `/api/v1/dns-accounts/${encodeURIComponent(input.accountId)}`, { keyed: true, ...options });

/** Looks once more whether the provider accepts the account; its state says so soon. */
export const verifyDnsAccount = (input: { accountId: string }, options?: CallOptions) =>
  call<DnsAccountReply>('POST', `/api/v1/dns-accounts/${encodeURIComponent(input.accountId)}/verify`, { body: {}, keyed: true, ...options });

/** Says how much of this service an organisation uses, and of how much its plan allows. */
export const listZoneUsage = (input: { organisationId?: string } = {}, options?: CallOptions) =>
  call<ListUsageReply>('GET', '/api/v1/zone-usage', { query: { organisationId: input.organisationId }, ...options });

/** Has the address records of a name follow their holder (dynamic DNS): for API tokens that are limited to them. */
export const updateAddress = (input: UpdateAddressRequest, options?: CallOptions) =>
  call<UpdateAddressReply>('POST', '/api/v1/addresses', { body: input, keyed: true, ...options });

/** Adds a TXT record that an ACME client proves a name by: for API tokens that are limited to it. As lego's httpreq asks. */
export const presentChallenge = (input: ChallengeRequest, options?: CallOptions) =>
  call<ChallengeReply>('POST', '/api/v1/acme-dns/present', { body: input, keyed: true, ...options });

/** Removes that TXT record, and no other of its name. */
export const cleanupChallenge = (input: ChallengeRequest, options?: CallOptions) =>
  call<ChallengeReply>('POST', '/api/v1/acme-dns/cleanup', { body: input, keyed: true, ...options });
