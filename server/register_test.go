package server_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

// registry is a Registrar that keeps what is announced.
type registry struct {
	withdrawal time.Duration
	note       func(string)

	mu    sync.Mutex
	fails int // the next calls fail
	calls []time.Time
	live  map[string]onramp.Endpoint
}

func (r *registry) Register(ctx context.Context, service string, ep onramp.Endpoint) error {
	key := service + " at " + ep.Addr
	r.mu.Lock()
	r.calls = append(r.calls, time.Now())
	if r.fails > 0 {
		r.fails--
		r.mu.Unlock()
		return errors.New("the registry is down")
	}
	if r.live == nil {
		r.live = map[string]onramp.Endpoint{}
	}
	r.live[key] = ep
	r.mu.Unlock()
	if r.note != nil {
		r.note("registered " + key)
	}
	<-ctx.Done()
	time.Sleep(r.withdrawal)
	if r.note != nil {
		r.note("withdrawn " + key)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, key)
	return nil
}

func (r *registry) announced() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(r.live)), ", ")
}

func TestEveryServiceIsAnnouncedWhileItIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &registry{}
		r := serve(t, server.WithRegistrar(reg), server.WithEndpoint(onramp.Endpoint{Weight: 7, Labels: map[string]string{"version": "v2"}}))
		synctest.Wait()
		if err := server.Handle(r.Server, "com.acme.Orders/get", sayHello); err != nil {
			t.Fatal(err)
		}
		r.handle("again", sayHello)
		synctest.Wait()
		if got := reg.announced(); got != "com.acme.Greeter at mem:1, com.acme.Orders at mem:1" || len(reg.calls) != 2 {
			t.Errorf("announced %s by %d calls", got, len(reg.calls))
		}
		ep := reg.live["com.acme.Orders at mem:1"]
		if ep.Weight != 7 || ep.Labels["version"] != "v2" || ep.Protocol != "line" || ep.Started.IsZero() {
			t.Errorf("announced %+v", ep)
		}
		if err := r.Shutdown(context.Background()); err != nil || reg.announced() != "" {
			t.Errorf("after Shutdown (%v): %s", err, reg.announced())
		}
	})
}

func TestNamesAndAddressCanBeGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, other := &registry{}, &registry{}
		r := serve(t, server.WithRegistrar(reg), server.WithRegistrar(other), server.WithName("greeter-app"), server.WithEndpoint(onramp.Endpoint{Addr: "10.9.8.7:1"}))
		second := newMemListener()
		go func() { _ = r.Serve(context.Background(), second) }()
		synctest.Wait()
		for _, reg := range []*registry{reg, other} {
			if got := reg.announced(); got != "greeter-app at 10.9.8.7:1" || len(reg.calls) != 1 {
				t.Errorf("announced %s by %d calls", got, len(reg.calls))
			}
		}
		// The address is announced as long as one of the listeners serves it.
		r.l.Close()
		second.Close()
		r.Close()
	})
}

func TestAnnouncementIsTriedAgainWithBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &registry{fails: 12}
		r := serve(t, server.WithRegistrar(reg))
		time.Sleep(5 * time.Minute)
		if reg.announced() == "" || len(reg.calls) != 13 || !r.Ready() {
			t.Fatalf("announced %q by %d calls", reg.announced(), len(reg.calls))
		}
		for i := 1; i < len(reg.calls); i++ {
			most := min(100*time.Millisecond<<(i-1), 30*time.Second)
			if d := reg.calls[i].Sub(reg.calls[i-1]); d < most/2 || d > most {
				t.Errorf("pause %d was %v, want %v to %v", i, d, most/2, most)
			}
		}
		r.Close()
	})
}

func TestRegistryThatDoesNotAnswerDelaysAShutdownByItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &registry{withdrawal: time.Minute}
		r := serve(t, server.WithRegistrar(reg))
		synctest.Wait()
		began := time.Now()
		err := r.Shutdown(context.Background())
		if err == nil || !strings.Contains(err.Error(), "withdrawal not confirmed: com.acme.Greeter at mem:1") {
			t.Errorf("Shutdown returned %v", err)
		}
		if d := time.Since(began); d != 7500*time.Millisecond { // deregister, wait, close
			t.Errorf("Shutdown took %v", d)
		}
		time.Sleep(time.Minute)
	})
}

func TestLostListenerIsWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &registry{}
		s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithLogger(quiet), server.WithName("app"), server.WithRegistrar(reg), server.WithEndpoint(onramp.Endpoint{Addr: "10.0.0.9:1"}))
		if err != nil {
			t.Fatal(err)
		}
		one, two := newMemListener(), newMemListener()
		lost := make(chan error, 2)
		for _, l := range []*memListener{one, two} {
			go func() { lost <- s.Serve(context.Background(), l) }()
			synctest.Wait()
		}
		one.Close()
		if err := <-lost; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve returned %v", err)
		}
		synctest.Wait()
		if reg.announced() != "app at 10.0.0.9:1" || !s.Ready() {
			t.Errorf("with one listener left: %q, ready %v", reg.announced(), s.Ready())
		}
		two.Close()
		<-lost
		synctest.Wait()
		if reg.announced() != "" || s.Ready() {
			t.Errorf("without a listener: %q, ready %v", reg.announced(), s.Ready())
		}
		s.Close()
	})
}

func TestListenerOnAllAddressesAnnouncesOneThatOthersReach(t *testing.T) {
	reg := &registry{}
	s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithLogger(quiet), server.WithName("app"), server.WithRegistrar(reg))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	for reg.announced() == "" {
		select {
		case err := <-served: // a machine with nothing but loopback
			if !strings.Contains(err.Error(), "WithEndpoint") {
				t.Errorf("Serve returned %v", err)
			}
			return
		default:
			goroutines()
		}
	}
	host, _, err := net.SplitHostPort(strings.TrimPrefix(reg.announced(), "app at "))
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		t.Errorf("announced %q", reg.announced())
	}
	s.Close()
}

// flaky is announced for a while before its registry is lost.
type flaky struct{ registry }

func (f *flaky) Register(ctx context.Context, service string, ep onramp.Endpoint) error {
	f.mu.Lock()
	f.calls = append(f.calls, time.Now())
	n := len(f.calls)
	f.mu.Unlock()
	if n%6 == 0 {
		t := time.NewTimer(time.Hour)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	return errors.New("the registry is gone")
}

func TestBackOffStartsAnewAfterATimeOfBeingAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &flaky{}
		r := serve(t, server.WithRegistrar(reg))
		time.Sleep(time.Hour + 10*time.Second)
		r.Close()
		if len(reg.calls) < 8 {
			t.Fatalf("%d calls", len(reg.calls))
		}
		if d := reg.calls[6].Sub(reg.calls[5]) - time.Hour; d > 100*time.Millisecond {
			t.Errorf("the first pause after the hour was %v", d)
		}
	})
}
