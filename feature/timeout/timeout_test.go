package timeout

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// run makes one call of a kind through the stage.
func run(ctx context.Context, req *onramp.Request, next onramp.Handler) error {
	req.Start(time.Now())
	req.Attempt.Start = req.Started()
	_, err := Stage(time.Second, next)(ctx, req)
	return err
}

func TestTheEarliestDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		for name, c := range map[string]struct {
			ctx  time.Duration
			req  time.Duration
			kind onramp.Kind
			want time.Duration // 0 is none
		}{
			"the policy's when there is none":  {want: time.Second},
			"the context's":                    {ctx: time.Minute, want: time.Minute},
			"the request's":                    {req: time.Minute, want: time.Minute},
			"the earlier one":                  {ctx: time.Minute, req: time.Hour, want: time.Minute},
			"the earlier one, of the request":  {ctx: time.Hour, req: time.Minute, want: time.Minute},
			"a stream has none":                {kind: onramp.BidiStream},
			"a stream has its context's":       {kind: onramp.BidiStream, ctx: time.Hour, want: time.Hour},
			"a call without a reply is a call": {kind: onramp.Oneway, want: time.Second},
		} {
			ctx, req := t.Context(), &onramp.Request{Kind: c.kind}
			if c.ctx > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, in(c.ctx))
				defer cancel()
			}
			if c.req > 0 {
				req.Deadline = in(c.req)
			}
			err := run(ctx, req, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
				if got := req.Deadline; got.IsZero() != (c.want == 0) || c.want > 0 && !got.Equal(in(c.want)) {
					t.Errorf("%s: the deadline is %v, want in %v", name, got, c.want)
				}
				return req.Reply(), nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestACallThatIsOverSendsNothing(t *testing.T) {
	never := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		t.Error("it was sent")
		return nil, nil
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		req  *onramp.Request
		code onramp.Code
	}{
		"cancelled":            {gone, &onramp.Request{}, onramp.Canceled},
		"context too late":     {late, &onramp.Request{}, onramp.DeadlineExceeded},
		"request too late":     {t.Context(), &onramp.Request{Deadline: time.Now().Add(-1)}, onramp.DeadlineExceeded},
		"stream, and too late": {late, &onramp.Request{Kind: onramp.ServerStream}, onramp.DeadlineExceeded},
	} {
		err := run(c.ctx, c.req, never)
		if e := onramp.AsError(err); e == nil || e.Code != c.code || e.Origin != onramp.Local {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatALostCallLooksLikeAfterItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			err  error
			took time.Duration
			want onramp.Code
		}{
			{onramp.NewError(onramp.Unavailable, onramp.Remote, "a proxy's word"), time.Second, onramp.DeadlineExceeded},
			{onramp.NewError(onramp.ResourceExhausted, onramp.Local, "the pool is full"), time.Second, onramp.DeadlineExceeded},
			{onramp.NewError(onramp.Unavailable, onramp.Remote, "a proxy's word"), time.Second - 1, onramp.Unavailable},
			{onramp.NewError(onramp.InvalidArgument, onramp.Remote, "an answer"), time.Second, onramp.InvalidArgument},
			{&onramp.Error{Code: onramp.Unavailable, Business: true}, time.Second, onramp.Unavailable},
			{errors.New("anything"), time.Second, onramp.DeadlineExceeded},
		} {
			err := run(t.Context(), &onramp.Request{}, func(context.Context, *onramp.Request) (*onramp.Response, error) {
				time.Sleep(c.took)
				return nil, c.err
			})
			if onramp.AsError(err).Code != c.want || !errors.Is(err, c.err) {
				t.Errorf("%v after %v became %v, want %s", c.err, c.took, err, c.want)
			}
		}
	})
}

func TestACancelledCallIsNotCalledLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := run(ctx, &onramp.Request{}, func(context.Context, *onramp.Request) (*onramp.Response, error) {
			time.Sleep(2 * time.Second)
			cancel()
			return nil, context.Canceled
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, onramp.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func BenchmarkStage(b *testing.B) {
	resp := &onramp.Response{}
	h := Stage(time.Second, func(context.Context, *onramp.Request) (*onramp.Response, error) { return resp, nil })
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	req := &onramp.Request{}
	req.Start(time.Now())
	b.ReportAllocs()
	for b.Loop() {
		req.Deadline = time.Time{}
		_, _ = h(ctx, req)
	}
}
