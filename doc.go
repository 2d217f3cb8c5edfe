// Package onramp is the vocabulary of an embeddable service mesh: the nouns that
// a call consists of, on the client and on the server. It imports the standard
// library only, and everything else in this module imports it.
//
// # The path of a call
//
//	client   Method.Call, Call, Do
//	           -> pipeline, chosen by one atomic load and kept by the call for life:
//	              metrics > deadline > [your interceptors, per call] > retry
//	           -> per attempt: [your interceptors, per attempt] > service breaker
//	              > pick > endpoint breaker > connection pool
//	           -> codec: the frame joins the connection's write batch -> net.Conn
//	server   net.Conn -> protocol, found out once per connection -> codec
//	           -> pipeline: admission > deadline > [your interceptors] > handler
//
// A Handler is every stop on it: the client, the server's method, the fake in a
// unit test. Discovery stands beside the path: a source pushes whole sets of
// endpoints, the cluster builds a picker of them, and calls only ever load it.
//
// # A program
//
// The packages client, server, codec/bolt and discovery make a call of it:
//
//	type HelloRequest struct{ Name string }
//	type HelloReply struct{ Text string }
//
//	// The server.
//	s, err := server.New(server.WithCodec(bolt.New()))
//	err = server.Handle(s, "com.acme.Greeter/sayHello",
//		func(ctx context.Context, in *HelloRequest) (*HelloReply, error) {
//			return &HelloReply{Text: "Hello, " + in.Name}, nil
//		})
//	go s.Serve(ctx, listener)
//
//	// The client: finds endpoints in a file that may change, balances, breaks,
//	// retries what may be retried, and keeps the deadline.
//	c, err := client.New(
//		client.WithCodec(bolt.New()),
//		client.WithDiscovery(discovery.File("endpoints.json")),
//	)
//	sayHello := client.MethodOf[HelloRequest, HelloReply](c,
//		"com.acme.Greeter/sayHello", client.Idempotent())
//	out, err := sayHello.Call(ctx, &HelloRequest{Name: "world"})
//
// # Errors
//
// Every call fails with an *Error. Its Code says what went wrong and its Origin
// how far the call came: Local and Refused attempts certainly did not run and may
// be sent again, Wire ones may have run, Remote ones did. errors.Is works with a
// Code and with the errors of package context.
//
// What a handler returns as a plain error is the application's word, not a fault of
// the server: the caller sees it with Business set, and no breaker opens and nothing
// is repeated because of it. Business makes such an error with a Code. A handler that
// wants to be counted as failing, because its database is gone, returns an *Error
// with a code that says so: Unavailable, Internal, ResourceExhausted.
package onramp
