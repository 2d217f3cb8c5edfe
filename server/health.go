package server

import (
	"encoding/json"
	"net/http"
)

// Health returns a handler for probes. It serves /healthz, which is 200 from New
// on until the server is closed, and /readyz, which is 200 while Ready, else 503.
// The body is JSON: {"status":"ready"}, or {"status":"not ready","reason":"..."}.
// Methods are GET and HEAD. It may be mounted anywhere and used by many
// goroutines at once.
func (s *Server) Health() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := map[string]func() report{"/healthz": s.healthz, "/readyz": s.readyz}[r.URL.Path]
		switch {
		case probe == nil:
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "use GET or HEAD", http.StatusMethodNotAllowed)
		default:
			probe().write(w, r)
		}
	})
}

// report is the answer to a probe.
type report struct {
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

func (p report) write(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if p.Reason != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(append(body, '\n'))
	}
}

func (s *Server) healthz() report {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == closed {
		return report{"dead", "the server is closed"}
	}
	return report{Status: "alive"}
}

func (s *Server) readyz() report {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.phase == closed:
		return report{"not ready", "the server is closed"}
	case s.phase == draining:
		return report{"not ready", "draining: " + s.stage.String()}
	case len(s.listeners) == 0:
		return report{"not ready", "no listener is served"}
	}
	return report{Status: "ready"}
}
