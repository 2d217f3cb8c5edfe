package onramptest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

var (
	_ discovery.Source    = (*onramptest.Source)(nil)
	_ discovery.Schemer   = (*onramptest.Source)(nil)
	_ discovery.Authority = (*onramptest.Source)(nil)
)

// watch starts a Watch and returns what it was told, and its end.
func watch(ctx context.Context, s *onramptest.Source, service string) (got *[]discovery.Update, end chan error) {
	got, end = new([]discovery.Update), make(chan error, 1)
	go func() {
		end <- s.Watch(ctx, discovery.Target{Service: service}, func(u discovery.Update) { *got = append(*got, u) })
	}()
	synctest.Wait()
	return got, end
}

func TestEveryPushReachesEveryWatcherBeforePushReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := onramptest.NewSource()
		ctx, cancel := context.WithCancel(t.Context())
		greeter, end := watch(ctx, s, "Greeter")
		orders, _ := watch(ctx, s, "Orders")
		if s.Watchers() != 2 || len(*greeter) != 1 || (*greeter)[0].State != discovery.Pending {
			t.Fatalf("before the first push: %d watchers, %v", s.Watchers(), *greeter)
		}
		s.PushAddrs("a:1", "b:1")
		s.PushTo("Orders", onramp.Endpoint{Addr: "o:1"})
		s.Fail(errors.New("registry down"))
		s.Gone()
		var states []discovery.State
		for _, u := range *greeter {
			states = append(states, u.State)
		}
		if len(states) != 4 || states[1] != discovery.Known || states[2] != discovery.Failed || states[3] != discovery.Gone {
			t.Fatalf("the watcher was told %v", states)
		}
		if last := (*orders)[len(*orders)-1]; len(*orders) != 3 || last.Endpoints[0].Addr != "o:1" {
			t.Fatalf("a service with a set of its own was told %v", *orders)
		}
		cancel()
		if err := <-end; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		synctest.Wait()
		if s.Push(); s.Watchers() != 0 {
			t.Fatal("watchers are left")
		}
	})
}

func TestLateWatcherIsToldThePresentSetAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := onramptest.NewSource(onramptest.SourceScheme("consul", "dc"), onramptest.Authoritative())
		s.PushAddrs("a:1")
		got, _ := watch(t.Context(), s, "Greeter")
		if len(*got) != 1 || (*got)[0].Endpoints[0].Key() != "a:1" || s.Scheme() != "consul" || !s.Authoritative() {
			t.Fatal(*got)
		}
		s.Refuse(errors.New("no such service"))
		if err := s.Watch(t.Context(), discovery.Target{}, nil); err == nil {
			t.Fatal("a refused watch began")
		}
	})
}
