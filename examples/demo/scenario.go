package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// scene is the demo while it runs.
type scene struct {
	plan   plan
	file   string // the list of endpoints that the client watches
	events *events

	mu      sync.Mutex
	servers []*process
}

// run plays the whole demo and fails if a call did.
func run(ctx context.Context, p plan) error {
	dir, err := os.MkdirTemp("", "onramp-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &scene{plan: p, file: filepath.Join(dir, "endpoints.json"), events: newEvents()}
	defer s.end()
	for _, name := range []string{"a", "b", "c"} {
		if err := s.join(name); err != nil {
			return err
		}
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	defer c.Close()
	l := &load{plan: p, call: caller(c)}
	if err := s.play(ctx, l); err != nil {
		return err
	}
	return s.report(l, c)
}

func (s *scene) client() (*client.Client, error) {
	pol := &policy.Service{}
	if s.plan.noRetry {
		pol.Retry.Disabled = true
	}
	return client.New(
		client.WithCodec(bolt.New()),
		client.WithDiscovery(discovery.File(s.file)),
		client.WithPolicy(pol),
		client.WithLogger(s.events.logger()),
	)
}

// caller makes one call and says which server answered.
func caller(c *client.Client) func(context.Context) (string, error) {
	sayHello := client.MethodOf[helloRequest, helloReply](c, target, client.Idempotent())
	return func(ctx context.Context) (string, error) {
		out, err := sayHello.Call(ctx, &helloRequest{Name: "world"})
		if err != nil {
			return "", err
		}
		return out.Server, nil
	}
}

// play runs the load and, beside it, the faults.
func (s *scene) play(ctx context.Context, l *load) error {
	ctx, cancel := context.WithCancel(ctx)
	faults := make(chan error, 1)
	shown := make(chan struct{})
	go func() {
		err := s.faults(ctx)
		if err != nil {
			cancel()
		}
		faults <- err
	}()
	go func() { defer close(shown); s.progress(ctx, l) }()
	err := l.run(ctx)
	cancel()
	<-shown
	if ferr := <-faults; ferr != nil && err == nil {
		err = ferr
	}
	return err
}

// faults lets the servers fail at their moments.
func (s *scene) faults(ctx context.Context) error {
	start := time.Now()
	steps := []struct {
		at time.Duration
		do func() error
	}{
		{s.plan.at(3), s.kill},
		{s.plan.at(6), s.freeze},
		{s.plan.at(6) + frozen, s.thaw},
		{s.plan.at(11), func() error { return s.join("d") }},
	}
	for _, step := range steps {
		select {
		case <-time.After(time.Until(start.Add(step.at))):
		case <-ctx.Done():
			return nil
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) kill() error {
	s.events.add("server a is killed (SIGKILL); the registry does not notice")
	return s.server("a").signal(syscall.SIGKILL)
}

func (s *scene) freeze() error {
	s.events.add("server b is frozen (SIGSTOP) for " + frozen.String())
	return s.server("b").signal(syscall.SIGSTOP)
}

func (s *scene) thaw() error {
	s.events.add("server b is thawed (SIGCONT)")
	return s.server("b").signal(syscall.SIGCONT)
}

// join starts a server and writes it into the watched file.
func (s *scene) join(name string) error {
	p, err := start(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers = append(s.servers, p)
	if len(s.servers) > 3 {
		s.events.add("server " + name + " joins through the watched file")
	}
	return s.write()
}

// write replaces the file in one step. It is called with mu held.
func (s *scene) write() error {
	type endpoint struct {
		Addr string `json:"addr"`
	}
	var list []endpoint
	for _, p := range s.servers {
		list = append(list, endpoint{p.addr})
	}
	b, err := json.MarshalIndent(map[string][]endpoint{"com.acme.Greeter": list}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(s.file+".new", s.file)
}

func (s *scene) server(name string) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.servers {
		if p.name == name {
			return p
		}
	}
	panic(fmt.Sprintf("there is no server %s", name))
}

// end leaves no process behind.
func (s *scene) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.servers {
		p.end()
	}
}
