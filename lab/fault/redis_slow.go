package fault

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// RedisSlow is a Redis that is further away: every answer takes so much longer.
//
//	replica ──▶ wire ── 5 ms ──▶ Redis
type RedisSlow struct {
	Wire *Wire
	By   time.Duration // to the millisecond
}

var _ Fault = RedisSlow{}

const latency = "latency"

// Break implements Fault.
func (r RedisSlow) Break(ctx context.Context) error {
	if err := r.Mend(ctx); err != nil {
		return err
	}
	toxic := fmt.Sprintf(`{"name":%q,"type":%q,"stream":"downstream","attributes":{"latency":%d}}`, latency, latency, r.By.Milliseconds())
	if _, err := r.Wire.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		return fmt.Errorf("slow down Redis: %w", err)
	}
	return nil
}

// Mend implements Fault.
func (r RedisSlow) Mend(ctx context.Context) error {
	if r.Wire.proxy.Toxics.GetToxic(latency) == nil {
		return nil
	}
	if err := r.Wire.proxy.Toxics.RemoveToxic(ctx, latency); err != nil {
		return fmt.Errorf("bring Redis near again: %w", err)
	}
	return nil
}
