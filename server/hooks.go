package server

import "context"

// hooks runs the user's hooks of a shutdown, one at a time and in order, on a
// goroutine that ends with the shutdown, or with the hook that outlasts it.
type hooks struct {
	funcs []func(context.Context, Stage)
	due   chan hookCall
	quit  chan struct{}
	calls []hookCall
}

type hookCall struct {
	ctx   context.Context
	stage Stage
	done  chan struct{}
}

func startHooks(funcs []func(context.Context, Stage)) *hooks {
	h := &hooks{funcs: funcs, due: make(chan hookCall, stages), quit: make(chan struct{})}
	if len(funcs) > 0 {
		go h.run()
	}
	return h
}

func (h *hooks) run() {
	for c := range h.due {
		for _, f := range h.funcs {
			select {
			case <-h.quit:
				return
			default:
				f(c.ctx, c.stage)
			}
		}
		close(c.done)
	}
}

// call has the hooks of a stage called and returns a channel that is closed when
// they have returned. It is nil when there is nothing to wait for: no hooks, or
// one of an earlier stage that is stuck. The last stage waits for all.
func (h *hooks) call(ctx context.Context, stage Stage) <-chan struct{} {
	if len(h.funcs) == 0 {
		return nil
	}
	stuck := len(h.calls) > 0 && !h.calls[len(h.calls)-1].returned()
	c := hookCall{ctx, stage, make(chan struct{})}
	h.calls = append(h.calls, c)
	h.due <- c
	if stuck && stage != StageClose {
		return nil
	}
	return c.done
}

func (c hookCall) returned() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// stop lets the goroutine end after the hook that it is in, and notes the stages
// whose hooks have not returned.
func (h *hooks) stop(left *DrainError) {
	close(h.quit)
	close(h.due)
	for _, c := range h.calls {
		if !c.returned() {
			left.Hooks = append(left.Hooks, c.stage)
			left.at(c.ctx, c.stage)
		}
	}
}
