// Every event of the models, as noun:past-verb.

export const EXCHANGE_ENDED = "exchange:ended"; // {lane, action, exchange}: a request of this page, and its answer
export const WALLET_CHANGED = "wallet:changed"; // what this page's client holds
export const CLUSTER_CHANGED = "cluster:changed"; // what GET /lab/cluster says
export const CLUSTER_MISSED = "cluster:missed"; // why it cannot be told: {missing} when there is no lab here
export const CONTROL_ANSWERED = "control:answered"; // {exchange, done}: a control of the lab, and what it did in words
export const EXPERIMENT_CHANGED = "experiment:changed"; // {name, state}: one has begun or ended in the lab, started by a page or by a command
export const REQUEST_BALANCED = "request:balanced"; // one request that went through the balancer, from this page or another client
export const REQUEST_LOG_CHANGED = "request-log:changed"; // one entry of what happened, new or with its messages; null: all are gone
export const STREAM_CHANGED = "stream:changed"; // the stream of users, as it is now

/** An event that carries a detail. */
export const event = (name, detail) => new CustomEvent(name, { detail });
