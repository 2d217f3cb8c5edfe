//go:build faults && unix

package faults

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/server"
)

// specVariable holds the spec of the server that a process is to be.
const specVariable = "ONRAMP_FAULTS_SERVER"

// spec says what a server process does.
type spec struct {
	Name string
	// Protocol is the name of a row.Protocol.
	Protocol string
	// Ledger is the file that its handlers write each call into, before anything else.
	Ledger string
	// Least and Most bound the time that a handler takes.
	Least, Most time.Duration
	// Wait is what clients have to hear of a withdrawal before calls are refused.
	Wait time.Duration
	// Listen is the address of the listener, a free port of 127.0.0.1 by default.
	Listen string
	// Namespace is the network namespace that the process runs in, "" for this one's.
	Namespace string
	// Descriptors, when above 0, is the most that the process may have open.
	Descriptors uint64
}

const (
	service = "com.acme.Ledger"
	read    = "read"  // may run twice
	write   = "write" // must not
)

// call is a message of both methods.
type call struct {
	ID int64 `json:"id"`
	// Hold, when above 0, is how long the handler takes.
	Hold time.Duration `json:"hold,omitempty"`
	// Fill is how many bytes the answer has beside the server's name.
	Fill int `json:"fill,omitempty"`
}

type answer struct {
	Server string `json:"server"`
	Fill   string `json:"fill,omitempty"`
}

// serve is the main function of a server process. It announces itself to the
// process that started it: by lines on its output, acknowledged on its input. It
// goes away in order on SIGTERM, and at once when its input ends. A server that
// leaves goroutines or descriptors behind fails.
func serve(text string) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	term, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	acks := listen(os.Stdin)
	before := takeCensus()
	if err := s.run(term, asked, &announcer{acks: acks}); err != nil {
		return err
	}
	if after, ok := before.settled(); !ok {
		return fmt.Errorf("server %s left %v behind, it began with %v", s.Name, after, before)
	}
	return nil
}

// run serves until ctx ends and the drain is through.
func (s spec) run(ctx context.Context, asked <-chan os.Signal, r *announcer) error {
	protocol, err := row.Named(s.Protocol)
	if err != nil {
		return err
	}
	book, err := os.OpenFile(s.Ledger, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer book.Close()
	srv, err := server.New(server.WithCodec(protocol.Codec()), server.WithRegistrar(r), server.WithDrainBound(server.StageWait, s.Wait),
		server.WithLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	if err != nil {
		return err
	}
	for _, method := range []string{read, write} {
		if err := server.Handle(srv, service+"/"+method, s.handler(method, book)); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", cmp.Or(s.Listen, "127.0.0.1:0"))
	if err != nil {
		return err
	}
	if err := s.limit(); err != nil {
		return err
	}
	defer beside(func(ctx context.Context) { tell(ctx, srv, asked) })()
	return srv.Serve(ctx, l)
}

// handler notes the call and then takes its time, whatever becomes of the caller.
func (s spec) handler(method string, book *os.File) func(context.Context, *call) (*answer, error) {
	return func(_ context.Context, in *call) (*answer, error) {
		// One write, so that a kill leaves the line whole or absent.
		if _, err := fmt.Fprintf(book, "%s %d\n", method, in.ID); err != nil {
			return nil, err
		}
		d := in.Hold
		if d == 0 && s.Most > 0 {
			d = s.Least + rand.N(s.Most-s.Least+1)
		}
		if d > 0 {
			<-time.After(d)
		}
		return &answer{Server: s.Name, Fill: filling[:min(in.Fill, len(filling))]}, nil
	}
}

// filling is what large answers are cut from: they hold nothing of their own.
var filling = strings.Repeat("x", 256<<10)

// limit bounds the descriptors of this process.
func (s spec) limit() error {
	if s.Descriptors == 0 {
		return nil
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: s.Descriptors, Max: s.Descriptors})
}

// listen passes the lines of in on. The process ends with in, that is, with
// whoever started it.
func listen(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			lines <- sc.Text()
		}
		os.Exit(3)
	}()
	return lines
}

// announcer is a discovery.Registrar whose registry is the process at the other
// end of the pipes.
type announcer struct{ acks <-chan string }

// Register implements discovery.Registrar.
func (r *announcer) Register(ctx context.Context, _ string, ep onramp.Endpoint) error {
	fmt.Println("register", ep.Addr)
	<-r.acks
	<-ctx.Done()
	fmt.Println("withdraw", ep.Addr)
	<-r.acks
	return nil
}
