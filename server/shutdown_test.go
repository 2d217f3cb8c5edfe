package server_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

// sleeper handles "sleep", which takes d, and ends early with its context.
func (r *rig) sleeper(d time.Duration) {
	r.handle("sleep", func(ctx context.Context, _ *hello) (*greeting, error) {
		select {
		case <-time.After(d):
			return &greeting{"slept"}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
}

// stuck handles "stuck", which does not end before release is closed.
func (r *rig) stuck() (release func()) {
	ch := make(chan struct{})
	r.handle("stuck", func(context.Context, *hello) (*greeting, error) { <-ch; return &greeting{}, nil })
	return sync.OnceFunc(func() { close(ch) })
}

func TestShutdownAnswersTheCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		r.sleeper(3 * time.Second)
		var clients []*lineClient
		for range 10 {
			c := r.dial()
			for range 5 {
				c.send(lineCall{Method: "sleep"})
			}
			clients = append(clients, c)
		}
		synctest.Wait()
		began, done := time.Now(), make(chan error, 1)
		go func() { done <- r.Shutdown(context.Background()) }()
		synctest.Wait()
		for _, c := range clients { // a new call on each connection
			if got := c.call(lineCall{}); got.Code != onramp.Unavailable || got.Origin != onramp.Refused {
				t.Errorf("a call during the drain got %+v", got)
			}
		}
		if _, err := r.l.dial("10.0.0.1:1"); err == nil {
			t.Error("a connection was accepted during the drain")
		}
		for _, c := range clients {
			for range 5 {
				if got := c.recv(); got.Code != onramp.OK || string(got.Body) != `{"Text":"slept"}` {
					t.Errorf("a call under way got %+v", got)
				}
			}
			c.ended()
		}
		if err := <-done; err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("Shutdown returned %v after %v", err, time.Since(began))
		}
		if err := <-r.served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
}

func TestShutdownIsBoundedAndNamesWhatItCutOff(t *testing.T) {
	for name, tc := range map[string]struct {
		stubborn bool
		ctx      time.Duration
		opts     []server.Option
		method   string
		want     time.Duration
		says     string
	}{
		"handler that heeds its context": {ctx: 5 * time.Second, method: "sleep", want: 5 * time.Second, says: `"finish" (context deadline exceeded): 1 connections open with calls running: com.acme.Greeter/sleep (2)`},
		"stuck handler":                  {ctx: 5 * time.Second, method: "stuck", want: 5500 * time.Millisecond, says: `"close" (context deadline exceeded): 1 connections open with calls running: com.acme.Greeter/stuck (2)`},
		"bound of the stage":             {ctx: time.Hour, opts: []server.Option{server.WithDrainBound(server.StageFinish, 2*time.Second)}, method: "sleep", want: 2 * time.Second, says: "com.acme.Greeter/sleep (2)"},
		"no deadline":                    {ctx: 1000 * time.Hour, method: "sleep", want: 20 * time.Second, says: "com.acme.Greeter/sleep (2)"},
		"silent peer":                    {stubborn: true, ctx: 4 * time.Second, method: "sayHello", want: 4 * time.Second, says: "1 connections open with no call running"},
		"context that has ended":         {ctx: 0, method: "sleep", want: 0, says: "com.acme.Greeter/sleep (2)"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := serveWith(t, append(tc.opts, server.WithCodec(lineCodec{"line", tc.stubborn}))...)
				r.sleeper(time.Hour)
				release := r.stuck()
				defer release()
				c := r.dial()
				go func() {
					for range 2 {
						c.recvAny()
					}
				}()
				c.send(lineCall{Method: tc.method})
				c.send(lineCall{Method: tc.method})
				synctest.Wait()
				ctx, cancel := context.WithTimeout(context.Background(), tc.ctx)
				defer cancel()
				began := time.Now()
				err := r.Shutdown(ctx)
				if d := time.Since(began); d != tc.want {
					t.Errorf("Shutdown took %v, want %v", d, tc.want)
				}
				var left *server.DrainError
				if !errors.As(err, &left) || !strings.Contains(err.Error(), tc.says) {
					t.Fatalf("Shutdown returned %v", err)
				}
				if left.Stage == server.StageFinish && tc.ctx > 0 && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the error does not tell the deadline: %v", err)
				}
				if err := <-r.served; err == nil {
					t.Error("Serve did not tell what was cut off")
				}
				release()
				synctest.Wait()
			})
		})
	}
}

func TestHooksSeeEveryStageInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		began := time.Now()
		var mu sync.Mutex
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, fmt.Sprintf("%v %s", time.Since(began), what))
		}
		reg := &registry{withdrawal: time.Second, note: note}
		var r *rig
		hook := func(ctx context.Context, st server.Stage) {
			if d, ok := ctx.Deadline(); !ok || time.Until(d) <= 0 {
				t.Errorf("%v: the hook has no time", st)
			}
			note(fmt.Sprintf("%v ready=%v", st, r.Ready()))
			time.Sleep(100 * time.Millisecond)
		}
		r = serve(t, server.WithRegistrar(reg), server.WithDrainHook(hook))
		r.sleeper(5 * time.Second)
		c := r.dial()
		synctest.Wait()
		c.send(lineCall{Method: "sleep"})
		done := make(chan error, 1)
		go func() { done <- r.Shutdown(context.Background()) }()
		time.Sleep(2 * time.Second) // in the wait: calls are served as ever
		if got := c.call(lineCall{}); got.Code != onramp.OK {
			t.Errorf("a call in the wait got %+v", got)
		}
		if got := c.recv(); got.Code != onramp.OK {
			t.Errorf("the call under way got %+v", got)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := []string{
			"0s registered com.acme.Greeter at mem:1",
			"0s not ready ready=false",
			"100ms deregister ready=false",
			"1.1s withdrawn com.acme.Greeter at mem:1",
			"1.1s wait ready=false",
			"3.1s signal ready=false",
			"3.2s finish ready=false",
			"5s close ready=false",
		}
		if got := strings.Join(log, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	})
}

func TestStuckHookHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var after []server.Stage
		r := serve(t, server.WithDrainHook(func(_ context.Context, st server.Stage) {
			if st == server.StageSignal {
				<-release
			} else if st > server.StageSignal {
				after = append(after, st)
			}
		}))
		r.dial()
		synctest.Wait()
		began := time.Now()
		err := r.Shutdown(context.Background())
		if err == nil || !strings.Contains(err.Error(), "hooks that had not returned, or had to wait for those: [signal finish close]") {
			t.Errorf("Shutdown returned %v", err)
		}
		if d := time.Since(began); d != 1500*time.Millisecond { // the bounds of signal and close
			t.Errorf("Shutdown took %v", d)
		}
		close(release)
		synctest.Wait()
		if len(after) > 0 {
			t.Errorf("hooks of %v ran after the shutdown", after)
		}
	})
}

func TestEndOfServesContextShutsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		r.sleeper(3 * time.Second)
		c := r.dial()
		c.send(lineCall{Method: "sleep"})
		synctest.Wait()
		r.cancel()
		if got := c.recv(); got.Code != onramp.OK {
			t.Errorf("the call under way got %+v", got)
		}
		if err := <-r.served; err != nil {
			t.Error(err)
		}
		if r.Ready() {
			t.Error("ready after the end")
		}
	})
}

func TestCloseCutsCallsOffAndEndsTheirContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		ended := make(chan error, 1)
		r.handle("wait", func(ctx context.Context, _ *hello) (*greeting, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		c := r.dial()
		c.send(lineCall{Method: "wait"})
		synctest.Wait()
		began := time.Now()
		if err := r.Close(); err != nil || time.Since(began) != 0 {
			t.Errorf("Close returned %v after %v", err, time.Since(began))
		}
		if err := <-ended; err != context.Canceled {
			t.Errorf("the handler's context ended with %v", err)
		}
		c.ended()
		if err := <-r.served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("the second Close returned %v", err)
		}
		if err := r.Serve(context.Background(), newMemListener()); err != server.ErrClosed {
			t.Errorf("Serve after Close returned %v", err)
		}
	})
}

func TestCloseTellsOfHandlersThatIgnoreTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		release := r.stuck()
		r.dial().send(lineCall{Method: "stuck"})
		synctest.Wait()
		began := time.Now()
		err := r.Close()
		if err == nil || !strings.Contains(err.Error(), "com.acme.Greeter/stuck (1)") || time.Since(began) != 500*time.Millisecond {
			t.Errorf("Close returned %v after %v", err, time.Since(began))
		}
		release()
		synctest.Wait()
		if n := r.Stats(); n.Conns != 0 || n.Running != 0 {
			t.Errorf("stats %+v", n)
		}
		<-r.served
	})
}

func TestCloseEndsAShutdownEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		r.sleeper(time.Hour)
		c := r.dial()
		go c.recvAny()
		c.send(lineCall{Method: "sleep"})
		synctest.Wait()
		down := make(chan error, 2)
		for range 2 {
			go func() { down <- r.Shutdown(context.Background()) }()
		}
		time.Sleep(time.Second)
		began := time.Now()
		if err := r.Close(); err != nil || time.Since(began) != 0 {
			t.Errorf("Close returned %v after %v", err, time.Since(began))
		}
		for range 2 {
			if err := <-down; err == nil || !strings.Contains(err.Error(), "sleep (1)") {
				t.Errorf("Shutdown returned %v", err)
			}
		}
	})
}

func TestOnewayCallsRunDuringTheDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := 0
		r := serveWith(t, server.WithCodec(drainless{lineCodec{name: "line"}}))
		r.handle("note", func(context.Context, *hello) (*greeting, error) { ran++; return nil, nil })
		c := r.dial()
		synctest.Wait()
		go func() { _ = r.Shutdown(context.Background()) }()
		synctest.Wait()
		// This codec lets calls through: the server itself refuses those that would be sent again.
		if got := c.call(lineCall{}); got.Code != onramp.Unavailable || got.Origin != onramp.Refused {
			t.Errorf("got %+v", got)
		}
		c.send(lineCall{Method: "note", Oneway: true})
		synctest.Wait()
		if ran != 1 || r.Stats().Drained != 1 {
			t.Errorf("the oneway call ran %d times; %+v", ran, r.Stats())
		}
		c.nc.Close()
		synctest.Wait()
	})
}

// drainless is a codec that does not look at Serve's context.
type drainless struct{ lineCodec }

func (c drainless) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	return c.lineCodec.Serve(context.WithoutCancel(ctx), nc, h)
}

func TestConnectionWithoutProtocolDoesNotHoldAShutdownUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveWith(t, two())
		nc, _ := r.l.dial("10.0.0.1:1")
		defer nc.Close()
		synctest.Wait()
		began := time.Now()
		if err := r.Shutdown(context.Background()); err != nil || time.Since(began) != time.Second {
			t.Errorf("Shutdown returned %v after %v", err, time.Since(began))
		}
	})
}

func TestShutdownOfAServerThatNeverServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithRegistrar(&registry{}))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := s.Shutdown(context.Background()); err != nil || time.Since(began) != 0 {
			t.Errorf("Shutdown returned %v after %v", err, time.Since(began))
		}
	})
}

// deaf is a listener whose Close does not end Accept.
type deaf struct{ *memListener }

func (deaf) Close() error { return nil }

func TestConnectionOfAListenerThatOutlivesTheServerIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		l := deaf{newMemListener()}
		go func() { _ = r.Serve(context.Background(), l) }()
		synctest.Wait()
		err := r.Shutdown(context.Background())
		if err == nil || !strings.Contains(err.Error(), "1 listeners still accepting") {
			t.Errorf("Shutdown returned %v", err)
		}
		nc, err := l.dial("10.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Write([]byte("line\n")); err == nil {
			t.Error("a closed server took a connection")
		}
		nc.Close()
		_ = l.memListener.Close()
		synctest.Wait()
	})
}

func TestCloseCutsOffConnectionsThatAreJustAccepted(t *testing.T) {
	for range 200 {
		r := serveWith(t, server.WithCodec(lineCodec{"line", true}))
		var dialers sync.WaitGroup
		for range 4 {
			dialers.Go(func() {
				for {
					nc, err := r.l.dial("10.0.0.1:1")
					if err != nil {
						return
					}
					defer nc.Close()
				}
			})
		}
		for r.Stats().Accepted < 8 {
			goroutines()
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		dialers.Wait()
	}
}
