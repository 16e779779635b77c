package account_test

import (
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"authlab/account"
)

func TestAHasherThatIsNotUsedHandsItsMemoryBack(t *testing.T) {
	held := func() int64 { // by the heap, in MiB
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapSys-m.HeapReleased) >> 20
	}
	synctest.Test(t, func(t *testing.T) {
		hasher := account.NewHasher(1)
		debug.FreeOSMemory()
		before := held()
		for range 2 {
			if _, err := hasher.Hash(t.Context(), "wonderland"); err != nil {
				t.Fatal(err)
			}
			if more := held() - before; more < 15 {
				t.Errorf("a hash that needs 19 MiB left only %d", more)
			}
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if more := held() - before; more > 5 {
				t.Errorf("when no password came for three seconds, %d MiB more are held than before", more)
			}
		}
	})
}
