package console

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net"
	"strings"
	"time"

	"authlab/lab/contract"
	"authlab/lab/control"
)

// A logLine is a line of nginx's access log, in the format that deploy/nginx gives it.
type logLine struct {
	At       float64 `json:"at"` // seconds since 1970
	Method   string  `json:"method"`
	Path     string  `json:"path"`
	Policy   string  `json:"policy"`
	Replica  string  `json:"replica"`  // X-Served-By of the one that answered
	Upstream string  `json:"upstream"` // the addresses that were tried, one after the other
	Status   int     `json:"status"`
	Seconds  float64 `json:"seconds"`
	Timing   string  `json:"timing"` // Server-Timing
}

// maxLine is how long a line can be, in bytes. nginx cuts off what is longer than 4 KiB, and then it is no JSON.
const maxLine = 8 << 10

// Listen hears from nginx, by syslog (RFC 3164) over UDP, of every request that it has brought to its end, and tells.
// A line that gets lost is a request that is not shown: nothing waits for the log. It returns when conn is closed.
func (c *Console) Listen(conn net.PacketConn, tell func(contract.RequestEvent)) error {
	buffer := make([]byte, maxLine)
	for {
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if event, ok := readLine(buffer[:n]); ok {
			if r, ok := c.replica(event.Replica); ok {
				r.requests.Add(1)
			}
			tell(event)
		}
	}
}

// readLine reads what comes after syslog's own header. It reports false for a line that is not of nginx's access log.
func readLine(packet []byte) (contract.RequestEvent, bool) {
	begin := bytes.IndexByte(packet, '{')
	if begin < 0 {
		return contract.RequestEvent{}, false
	}
	var line logLine
	if json.Unmarshal(packet[begin:], &line) != nil || line.Path == "" {
		return contract.RequestEvent{}, false
	}
	seconds, part := math.Modf(line.At)
	return contract.RequestEvent{
		At:     time.Unix(int64(seconds), int64(part*1e9)).UTC().Truncate(time.Millisecond),
		Method: line.Method, Path: line.Path, Policy: line.Policy, Replica: line.Replica, Status: line.Status,
		Attempts: attempts(line.Upstream), DurationMS: line.Seconds * 1000, Paid: contract.ParseServerTiming(line.Timing).Count(),
	}, true
}

// attempts counts addresses like "172.18.0.3:8080, 172.18.0.4:8080 : 172.18.0.5:8080", where the last colon is nginx's
// second try. If there was no replica to try, the name of the policy's pool stands in the place of an address.
func attempts(upstream string) int {
	tried := 0
	for word := range strings.FieldsSeq(upstream) {
		if len(word) > 1 && strings.Contains(word, ":") {
			tried++
		}
	}
	return tried
}

// lookEvery is how often the console looks by itself whether something has changed.
const lookEvery = time.Second

// Watch says every second that something may have changed, until ctx ends: containers come and go, and the console is not
// told.
func Watch(ctx context.Context, controls *control.Controls) {
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			controls.Changed()
		}
	}
}
