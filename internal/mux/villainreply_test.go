package mux

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestRepliesThatNobodyReadsAreNotEncodedInAdvance(t *testing.T) {
	client, server := sockets(t, "tcp")
	answer := make([]byte, 64<<10)
	go func() {
		for id := range uint64(1000) {
			if _, err := client.Write(frameOf(codec.Request, id, "x")); err != nil {
				return
			}
		}
	}()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	go func() {
		served <- Serve(ctx, server, func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
			time.Sleep(10 * time.Millisecond)
			p := r.Reply()
			p.Body.Raw = answer
			return p, nil
		}, testConfig(correlated{}))
	}()
	time.Sleep(time.Second) // real time, for real sockets: nothing moves by then
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 12<<20 {
		t.Errorf("the heap grew by %d KiB for 64 MiB of replies that nobody reads", grown>>10)
	}
	stop()
	client.Close()
	<-served
}
