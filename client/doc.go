// Package client calls services.
//
// It is where the path of a call begins. A Method, Call or Do resolves what is
// called to a pipeline, with one atomic load; the pipeline's stages stand in the
// order that order.go tells and were built once, for the method, the service's
// policy and the plan that says who owns which feature. The last stage is the
// service's cluster (internal/cluster), which picks an endpoint and hands the
// attempt to the codec; or, where a plan says that a sidecar dials, a cluster of
// the sidecar's address.
//
//	c, err := client.New(client.WithCodec(bolt.New()), client.WithDiscovery(source))
//	sayHello := client.MethodOf[HelloRequest, HelloReply](c, "com.acme.Greeter/sayHello", client.Idempotent())
//	out, err := sayHello.Call(ctx, &HelloRequest{Name: "x"})
//
// Every error of a call is an *onramp.Error with its Target set. Everything that
// a Client starts ends with Close. All its methods may run at the same time.
package client
