package web

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are one replica's. There is no global registry, because several replicas can run in one process.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	commands *prometheus.CounterVec
	queries  prometheus.Counter
	events   *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "authlab_requests_total", Help: "Requests, by scheme and outcome (the status).",
		}, []string{"scheme", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "authlab_request_duration_seconds", Help: "Time to answer, by scheme.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1},
		}, []string{"scheme"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "authlab_store_commands_total", Help: "Commands sent to Redis, by name.",
		}, []string{"command"}),
		queries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "authlab_users_database_queries_total", Help: "Questions to the users database.",
		}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "authlab_audit_events_total", Help: "What the audit log has a line for, by kind.",
		}, []string{"event"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.commands, m.queries, m.events)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) observe(scheme string, status int, seconds float64) {
	if scheme == "" {
		scheme = "none"
	}
	m.requests.WithLabelValues(scheme, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(scheme).Observe(seconds)
}
