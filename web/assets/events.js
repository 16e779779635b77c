// Every event of the models, as noun:past-verb.

export const LANE_ANSWERED = "lane:answered"; // {lane, errand, exchange}
export const CLUSTER_CHANGED = "cluster:changed"; // what GET /lab/cluster says
export const CLUSTER_MISSED = "cluster:missed"; // why it cannot be told: {missing} when there is no lab here
export const REQUEST_BALANCED = "request:balanced"; // one request that went through the balancer

/** An event that carries a detail. */
export const event = (name, detail) => new CustomEvent(name, { detail });
