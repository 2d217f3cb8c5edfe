package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/server"
)

func probe(s *server.Server, method, path string) (int, string) {
	w := httptest.NewRecorder()
	s.Health().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestProbesFollowTheServersLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithLogger(quiet),
			server.WithDrainBound(server.StageWait, 5*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		want := func(when string, ready int, readyBody string, health int) {
			t.Helper()
			if code, body := probe(s, "GET", "/readyz"); code != ready || body != readyBody || s.Ready() != (ready == 200) {
				t.Errorf("%s: /readyz gave %d %s", when, code, body)
			}
			if code, body := probe(s, "GET", "/healthz"); code != health {
				t.Errorf("%s: /healthz gave %d %s", when, code, body)
			}
		}
		want("before Serve", 503, `{"status":"not ready","reason":"no listener is served"}`, 200)
		go func() { _ = s.Serve(context.Background(), newMemListener()) }()
		synctest.Wait()
		want("serving", 200, `{"status":"ready"}`, 200)
		done := make(chan struct{})
		go func() { _ = s.Shutdown(context.Background()); close(done) }()
		time.Sleep(time.Second)
		want("draining", 503, `{"status":"not ready","reason":"draining: wait"}`, 200)
		<-done
		want("closed", 503, `{"status":"not ready","reason":"the server is closed"}`, 503)
	})
}

func TestProbesTakeGetAndHeadOnly(t *testing.T) {
	s, err := server.New(server.WithCodec(lineCodec{name: "line"}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, tc := range []struct {
		method, path string
		code         int
	}{
		{"GET", "/healthz", 200}, {"HEAD", "/healthz", 200}, {"HEAD", "/readyz", 503},
		{"POST", "/healthz", 405}, {"DELETE", "/readyz", 405}, {"GET", "/", 404}, {"GET", "/healthz/x", 404}, {"POST", "/x", 404},
	} {
		code, body := probe(s, tc.method, tc.path)
		if code != tc.code || tc.method == http.MethodHead && body != "" {
			t.Errorf("%s %s gave %d %q, want %d", tc.method, tc.path, code, body, tc.code)
		}
	}
}
