package server

import (
	"context"
	"maps"
	"slices"
	"time"
)

// step is what a stage of a shutdown does. It returns when that is done or ctx
// ends, and notes in left what it could not wait for.
type step func(s *Server, ctx context.Context, left *DrainError)

// steps are the stages in their order.
func steps() [stages]step {
	return [stages]step{
		StageNotReady:   func(*Server, context.Context, *DrainError) {},
		StageDeregister: (*Server).deregister,
		StageWait:       (*Server).wait,
		StageSignal:     (*Server).signal,
		StageFinish:     (*Server).finish,
		StageClose:      (*Server).shut,
	}
}

// Shutdown ends the server without losing a call: not ready, deregister, wait,
// signal, finish, close; see Stage. Each stage has its hooks and its bound.
//
// It returns when all connections and goroutines are gone, and at the latest one
// second after ctx ended. Calls that end within the bounds are answered. When
// something had to be cut off the error is a *DrainError that says what. A second
// Shutdown waits for the first one.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.startDrain() {
		s.settle(s.drain(ctx, s.cfg.hooks))
		return s.result()
	}
	select {
	case <-s.done:
		return s.result()
	case <-ctx.Done():
		left := &DrainError{Stage: s.now(), Err: ctx.Err()}
		s.survey(left)
		return left
	}
}

// Close ends the server at once: the calls under way are cut off and their
// contexts end, and no hook is called. It returns when all goroutines are gone,
// or after the bound of StageClose with an error that names the handlers that go
// on in spite of their context. Close may be called again, and after Shutdown.
func (s *Server) Close() error {
	s.hardStop()
	left := &DrainError{}
	if s.startDrain() {
		left = s.drain(s.hard, nil)
		if left.Stage != StageClose {
			left = &DrainError{} // what was cut off was meant to be
		}
		s.settle(left)
	} else {
		<-s.done
		ctx, cancel := s.within(s.hard, StageClose)
		defer cancel()
		s.shut(ctx, left)
	}
	if left.any() {
		return left
	}
	return nil
}

// startDrain reports true to the one caller that runs the drain.
func (s *Server) startDrain() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase >= draining {
		return false
	}
	s.phase, s.stage = draining, StageNotReady
	return true
}

func (s *Server) now() Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stage
}

// result is what the drain ended with; done is closed.
func (s *Server) result() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == nil {
		return nil
	}
	return s.left
}

// drain goes through the stages. It ends early when ctx ends, or with Close.
func (s *Server) drain(ctx context.Context, funcs []func(context.Context, Stage)) *DrainError {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.hard, cancel)()
	left := &DrainError{}
	h := startHooks(funcs)
	for stage, do := range steps() {
		s.run(ctx, Stage(stage), do, h, left)
	}
	h.stop(left)
	return left
}

// settle publishes what the drain ended with.
func (s *Server) settle(left *DrainError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase = closed
	if left.any() {
		s.left = left
	}
	close(s.done)
}

// run runs one stage with its hooks within its bound.
func (s *Server) run(ctx context.Context, stage Stage, do step, h *hooks, left *DrainError) {
	s.mu.Lock()
	s.stage = stage
	s.mu.Unlock()
	bound, cancel := s.within(ctx, stage)
	defer cancel()
	called := h.call(bound, stage)
	do(s, bound, left)
	if called == nil {
		return
	}
	select {
	case <-called:
	case <-bound.Done():
	}
}

// waitHooks is what the hooks of StageWait have beyond its time, which may be 0.
const waitHooks = time.Second

// within returns the context of a stage. The last one has its bound whatever
// happened to ctx.
func (s *Server) within(ctx context.Context, stage Stage) (context.Context, context.CancelFunc) {
	d := s.cfg.bounds[stage]
	switch stage {
	case StageWait:
		d += waitHooks
	case StageClose:
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// deregister ends the announcements and waits until the registries know.
func (s *Server) deregister(ctx context.Context, left *DrainError) {
	s.withdraw()
	select {
	case <-s.announcers.empty():
	case <-ctx.Done():
		if s.announcers.size() == 0 {
			return
		}
		left.Announced = s.announcements()
		left.at(ctx, StageDeregister)
	}
}

// wait lets the news spread. A server without listeners has nobody to wait for.
func (s *Server) wait(ctx context.Context, _ *DrainError) {
	s.mu.Lock()
	alone := len(s.listeners) == 0
	s.mu.Unlock()
	if !alone {
		sleep(ctx, s.cfg.bounds[StageWait])
	}
}

// signal stops accepting and ends the context of every codec.Serve.
func (s *Server) signal(ctx context.Context, _ *DrainError) {
	s.mu.Lock()
	listeners := slices.Collect(maps.Keys(s.listeners))
	s.mu.Unlock()
	for _, ln := range listeners {
		_ = ln.Close()
	}
	s.load.draining.Store(true)
	s.drainer()
	select {
	case <-s.acceptors.empty():
	case <-ctx.Done():
	}
	for _, c := range s.connections() {
		c.within(detectDrain)
	}
}

// finish waits for the connections, each of which ends when its calls have.
func (s *Server) finish(ctx context.Context, left *DrainError) {
	select {
	case <-s.conns.empty():
	case <-ctx.Done():
		if s.conns.size() == 0 {
			return
		}
		left.at(ctx, StageFinish)
		s.survey(left)
	}
}

// shut cuts off what is left and waits for its goroutines.
func (s *Server) shut(ctx context.Context, left *DrainError) {
	for _, c := range s.connections() {
		c.cut()
	}
	for _, c := range []*crew{&s.conns, &s.acceptors, &s.announcers} {
		select {
		case <-c.empty():
		case <-ctx.Done():
		}
	}
	if s.conns.size()+s.acceptors.size()+s.announcers.size() == 0 {
		return
	}
	left.at(ctx, StageClose)
	s.survey(left)
	left.Listeners = s.acceptors.size()
	left.Announced = s.announcements()
}

func (s *Server) connections() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.open))
}
