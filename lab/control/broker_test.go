package control

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestEventsThatComeTogetherAreOneWriteForAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker()
		one, _ := b.listen()
		two, gone := b.listen()
		for i := range 3 {
			b.send("request", i)
		}
		time.Sleep(batchEvery - time.Millisecond)
		if len(one) > 0 {
			t.Error("the batch was sent before its time")
		}
		want := "event: request\ndata: 0\n\nevent: request\ndata: 1\n\nevent: request\ndata: 2\n\n"
		for _, page := range []chan []byte{one, two} {
			if got := string(<-page); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		gone()
		b.send("request", 3)
		b.close() // what still waits is sent
		if got := string(<-one); got != "event: request\ndata: 3\n\n" {
			t.Errorf("the last batch is %q", got)
		}
		if _, open := <-one; open || len(two) > 0 {
			t.Error("the stream goes on")
		}
	})
}

func TestAPageThatReadsNothingDoesNotStopTheBroker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker()
		slow, _ := b.listen()
		for i := range batchBuffer + 10 {
			b.send("request", fmt.Sprint(i))
			time.Sleep(batchEvery)
			synctest.Wait()
		}
		if len(slow) != batchBuffer {
			t.Errorf("%d batches wait, want %d", len(slow), batchBuffer)
		}
	})
}
