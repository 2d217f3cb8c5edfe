package mux

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// stubborn is a client with several callers that heeds nothing: each sends its next
// request when the one before was refused, until the connection ends.
type stubborn struct {
	nc      net.Conn
	mu      sync.Mutex
	waiting map[uint64]chan struct{}
	next    uint64
	lost    int // requests that got no answer
	refused int
}

func (s *stubborn) call(think time.Duration) bool {
	time.Sleep(think)
	s.mu.Lock()
	s.next++
	id, answered := s.next, make(chan struct{})
	s.waiting[id] = answered
	_, err := s.nc.Write(frameOf(codec.Request, id, "x"))
	s.mu.Unlock()
	if err != nil {
		return false
	}
	<-answered
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting != nil
}

// read takes answers until the end of the connection, and then closes it.
func (s *stubborn) read() {
	head := make([]byte, plainHead)
	for {
		if _, err := io.ReadFull(s.nc, head); err != nil {
			break
		}
		_, _ = io.CopyN(io.Discard, s.nc, int64(binary.BigEndian.Uint32(head)))
		s.mu.Lock()
		id := uint64(binary.BigEndian.Uint32(head[6:]))
		if codec.FrameKind(head[4]) != codec.Response || s.waiting[id] == nil {
			s.mu.Unlock()
			break
		}
		close(s.waiting[id])
		delete(s.waiting, id)
		s.refused++
		s.mu.Unlock()
	}
	s.nc.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = len(s.waiting)
	for _, c := range s.waiting {
		close(c)
	}
	s.waiting = nil
}

func TestAPeerThatHeedsNoDrainLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		n.Delay(serverAddr, time.Millisecond)
		l, err := n.Listen(serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() {
			peer, err := l.Accept()
			if err == nil {
				err = serve(ctx, peer, echo, testConfig(correlated{}))
			}
			served <- err
		}()
		nc, err := n.Dial(context.Background(), "tcp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		c := &stubborn{nc: nc, waiting: map[uint64]chan struct{}{}}
		var callers sync.WaitGroup
		callers.Go(c.read)
		for i := range 4 {
			callers.Go(func() {
				for c.call(time.Duration(i+1) * time.Millisecond) {
				}
			})
		}
		time.Sleep(time.Second)
		begin := time.Now()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		callers.Wait()
		if c.lost != 0 || c.refused < 100 {
			t.Errorf("%d of %d requests got no answer", c.lost, c.refused+c.lost)
		}
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("the drain took %v, want at most 3 s", took)
		}
	})
}
